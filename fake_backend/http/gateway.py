"""The gateway before the API: what never reaches it, and the page that says so.

In production a CDN and a proxy stand before the application, and what they refuse is answered in their own way, an HTML
page and no JSON; ours adds one sentence that says which limit it was (``docs/errors.md`` has the limits and their
sources). Control calls and agents have addresses of their own, and no such limits; a head that is none, and a body that
breaks off, are refused everywhere.

=============================== ====== =============================================
refused                         status limit
=============================== ====== =============================================
the head or the framing is none 400    RFC 9112 3.2, 5, 6.3, 7.1 and 8
the body does not come          408    the transport's patience
the body is too large           413    ``Settings.gateway_body_bytes``
path and query are too long     414    ``Settings.gateway_target_bytes``
header lines are too many       431    ``Settings.gateway_headers``, ``gateway_header_bytes``
the encoded query is too long   520    ``Settings.gateway_query_bytes`` (incidents.md 5, SYN-7408)
=============================== ====== =============================================
"""

from __future__ import annotations

import html
import io
from typing import TYPE_CHECKING, Any, Final

from fake_backend.http.journalled import ENTRY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fake_backend.settings import Settings

WORDS: Final = {
    400: "400 Bad Request",
    408: "408 Request Time-out",
    413: "413 Request Entity Too Large",
    414: "414 Request-URI Too Large",
    431: "431 Request Header Fields Too Large",
    504: "504 Gateway Time-out",
    520: "520: Web server is returning an unknown error",
    524: "524: A timeout occurred",
}
PAGE: Final = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center>{1}</body></html>\n"
BEYOND: Final = ("/_fake/", "/__agents__/")  # paths that no gateway stands before


def page(status: int, sentence: str = "") -> str:
    """Return the page of a status, with a sentence of ours where there is one."""
    return PAGE.format(WORDS[status], f"<p>{html.escape(sentence)}</p>" if sentence else "")


class Gateway:
    """A WSGI application that sees whole and well-formed requests alone.

    Args:
        application: What answers them.
        limited: Whether the limits of the world's settings hold.
    """

    def __init__(self, application: WSGIApplication, *, limited: bool) -> None:
        self._application = application
        self._limited = limited

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Pass a request on, its body read, or refuse it."""
        limits: Settings | None = None
        if self._limited and not environ["PATH_INFO"].startswith(BEYOND):
            limits = environ["fake_backend.world"].settings
        try:
            _judge_head(environ, limits)
            _read_body(environ, limits.gateway_body_bytes if limits else None)
        except Stopped as stopped:
            return _answer(stopped, environ, start_response)
        return self._application(environ, start_response)


class Stopped(Exception):  # noqa: N818 (an answer, not a fault)
    """A request that goes no further.

    Args:
        status: Of the answer.
        sentence: What was wrong, with what was received and what would pass.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


def _judge_head(environ: WSGIEnvironment, limits: Settings | None) -> None:
    """Refuse a head that is none, or too large: first what the CDN in front refuses, then what lies behind it."""
    wrong = environ.get("fake_backend.malformed")
    if wrong is not None:
        raise Stopped(400, wrong)
    if limits is None:
        return
    _keep(414, "Path and query have", len(environ.get("RAW_URI", "")), limits.gateway_target_bytes)
    _keep(431, "There are as many header lines:", environ.get("fake_backend.headers", 0), limits.gateway_headers)
    _keep(431, "The header lines have", environ.get("fake_backend.header_bytes", 0), limits.gateway_header_bytes)
    _keep(413, "The body has", int(environ.get("CONTENT_LENGTH") or 0), limits.gateway_body_bytes)
    _keep(520, "The encoded query has", len(environ.get("QUERY_STRING", "")), limits.gateway_query_bytes)


def _keep(status: int, subject: str, received: int, most: int) -> None:
    if received > most:
        unit = "" if subject.endswith(":") else " bytes"
        raise Stopped(status, f"{subject} {received}{unit}; at most {most} pass.")


def _read_body(environ: WSGIEnvironment, most: int | None) -> None:
    """Read the body, so that nothing happens on account of one that breaks off, and put it in the stream's place."""
    declared = environ.get("CONTENT_LENGTH")
    stream: Any = environ["wsgi.input"]
    size = int(declared) if declared else -1 if most is None else most + 1
    try:
        body: bytes = stream.read(size)
    except TimeoutError as error:
        raise Stopped(408, "The body did not come.") from error
    except ValueError as error:  # of chunks that are none
        raise Stopped(400, f"The body is not framed as it says: {error}") from error
    if declared and len(body) < size:
        raise Stopped(400, f"The body ends after {len(body)} bytes; its Content-Length says {size}.")
    if most is not None:
        _keep(413, "The body has at least", len(body), most)
    environ["wsgi.input"] = io.BytesIO(body)


def _answer(stopped: Stopped, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer with the page, note the reason in the journal, and let the connection go: what is left of it is unread."""
    entry = environ.get(ENTRY)
    if entry is not None:
        entry.notes.append(stopped.sentence)
    body = page(stopped.status, stopped.sentence).encode()
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Connection", "close")]
    start_response(WORDS[stopped.status].replace(":", "", 1), headers)
    return [body]
