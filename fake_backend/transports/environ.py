"""The WSGI environ of a request, the same for every transport."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from fake_backend.transports.heads import absolute_authority, malformation

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import InputStream, WSGIEnvironment

    from fake_backend.transports.connection import Connection

# RFC 9110 11.7: credentials for a proxy end at the proxy; requests adds them to a redirected request.
PROXY_ONLY = frozenset({"HTTP_PROXY_AUTHORIZATION", "HTTP_PROXY_CONNECTION"})


@dataclass(frozen=True)
class Request:
    """A request as it came: what differs from transport to transport.

    Args:
        method: Method, as sent.
        target: Request target, as sent, in origin form or absolute form; latin-1 text.
        headers: Names and values in the order of arrival; latin-1 text.
        body: Stream of the body, at its end where there is none.
        protocol: ``"HTTP/1.1"`` or ``"HTTP/1.0"``.
        scheme: ``"http"`` or ``"https"``.
        server: Host name and port that the request reached.
        remote: Address of the client.
        read_timeout: Seconds that the client waits for bytes, where that is known.
    """

    method: str
    target: str
    headers: Iterable[tuple[str, str]]
    body: InputStream
    protocol: str
    scheme: str
    server: tuple[str, int]
    remote: str = "127.0.0.1"
    read_timeout: float | None = None


def origin_form(target: str) -> str:
    """Return a request target without scheme and authority, as a server has to read an absolute one.

    Source: RFC 9112 3.2.2; clients that were told of a proxy send the absolute form.
    """
    if target.startswith("/") or "://" not in target:
        return target
    rest = target.split("://", 1)[1]
    start = min((place for place in (rest.find("/"), rest.find("?")) if place >= 0), default=len(rest))
    path = rest[start:]
    return path if path.startswith("/") else f"/{path}"


def request_environ(request: Request, connection: Connection, extra: Mapping[str, object]) -> WSGIEnvironment:
    """Return the environ of PEP 3333 with our own entries.

    ``RAW_URI`` is the target in origin form and still percent-encoded: a signature is computed over
    it, and ``PATH_INFO`` cannot be encoded back. Repeated headers are joined as RFC 9110 5.3 says.
    ``fake_backend.malformed`` is what is wrong with the head, or ``None``; ``fake_backend.headers`` and
    ``fake_backend.header_bytes`` count its header lines; ``fake_backend.absolute_target`` says whether the
    target names a host itself.

    Args:
        request: What came.
        connection: Connection that it came over.
        extra: Entries of the server or mount, merged over those of the request.

    Not supported: a ``SCRIPT_NAME`` other than the root, and headers with an underscore in their
    name, which could not be told from others and are left out.
    """
    headers = list(request.headers)
    authority = absolute_authority(request.target)
    target = origin_form(request.target)
    path, _, query = target.partition("?")
    environ: WSGIEnvironment = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path.encode("latin-1")).decode("latin-1") if "%" in path else path,
        "QUERY_STRING": query,
        "RAW_URI": target,
        "SERVER_NAME": request.server[0],
        "SERVER_PORT": str(request.server[1]),
        "SERVER_PROTOCOL": request.protocol,
        "REMOTE_ADDR": request.remote,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": request.scheme,
        "wsgi.input": request.body,
        "wsgi.input_terminated": True,  # both transports end the stream with the body; Werkzeug reads this
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in headers:
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = f"HTTP_{key}"
        if key in PROXY_ONLY:
            continue
        if key in environ:
            value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ', '}{value}"  # noqa: PLW2901 (joined in place)
        environ[key] = value
    if authority is not None:
        environ["HTTP_HOST"] = authority  # RFC 9112 3.2.2: the header is then of no concern
    environ.update(extra)
    environ["fake_backend.malformed"] = malformation(request, headers)
    environ["fake_backend.absolute_target"] = authority is not None
    environ["fake_backend.headers"] = len(headers)
    environ["fake_backend.header_bytes"] = sum(len(name) + len(value) + 4 for name, value in headers)  # ": ", CR, LF
    environ["fake_backend.transport"] = connection.transport
    environ["fake_backend.connection"] = connection
    environ["fake_backend.read_timeout"] = request.read_timeout
    return environ
