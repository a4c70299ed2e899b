"""The fault plan's place on the way of a request: after the gateway, before everything else, and round the answer.

Here it is asked what befalls a request; ``striking.py`` does it.
"""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Literal, cast

from werkzeug.datastructures import EnvironHeaders

from fake_backend.core.errors import Refusal
from fake_backend.faults import words
from fake_backend.faults.arrival import Arrival, JobFacts, target_of
from fake_backend.http.control.policy import ControlPolicy
from fake_backend.http.journalled import ENTRY
from fake_backend.http.striking import Struck, line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fake_backend.world import World

CONTROL = "/_fake/"
ASKED = f"HTTP_{words.HEADER.upper().replace('-', '_')}"
CLIENT_HEADERS = ("HTTP_SYNAPSE_ACCESS_TOKEN", "HTTP_AUTHORIZATION", "HTTP_USER_AGENT", "REMOTE_ADDR")


class Faulty:
    """A WSGI application whose world may strike its requests.

    Args:
        application: What answers.
        party: Which endpoint it is.
    """

    def __init__(self, application: WSGIApplication, party: Literal["api", "storage"]) -> None:
        self._application = application
        self._party = party

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, unless a fault has it otherwise."""
        world: World = environ["fake_backend.world"]
        asked = environ.get(ASKED)
        if (asked is None and not world.faults) or environ["PATH_INFO"].startswith(CONTROL):
            return self._application(environ, start_response)
        try:
            one_off = words.asked(asked) if asked is not None and _may_ask(environ) else None
        except Refusal as refusal:
            return _refused(refusal, start_response)
        strike = world.faults.strike(_arrival(environ, self._party, world), one_off)
        if strike is None:
            return self._application(environ, start_response)
        entry = environ.get(ENTRY)
        if entry is not None:
            entry.faults = (*strike.rules, *(["one-off"] if one_off is not None else []))
        return Struck(self._application, environ, start_response, strike.effect).answer()


def _refused(refusal: Refusal, start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"detail": str(refusal), "code": refusal.code}, ensure_ascii=False).encode()
    start_response(line(refusal.status), [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _may_ask(environ: WSGIEnvironment) -> bool:
    """Return whether a request may ask for faults: whoever may control the fake may, and of nobody else it is heard."""
    policy = cast("ControlPolicy", environ.get("fake_backend.control", ControlPolicy()))
    try:
        policy.admit(environ.get("HTTP_HOST", ""), EnvironHeaders(environ))
    except Refusal:
        return False
    return True


def _arrival(environ: WSGIEnvironment, party: Literal["api", "storage"], world: World) -> Arrival:
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    return Arrival(
        target=target_of(party, path),
        method=environ["REQUEST_METHOD"],
        path=path,
        query=environ.get("QUERY_STRING", ""),
        headers=cast("Mapping[str, str]", EnvironHeaders(environ)),  # read only where a rule asks for one
        connection=environ.get("fake_backend.connection"),
        client="\n".join(str(environ.get(name, "")) for name in CLIENT_HEADERS),
        job=lambda: _job(path, world),
        body=lambda: _read(environ),
    )


def _job(path: str, world: World) -> JobFacts | None:
    """Return the job that a path is about: one that is there, or the one that an enqueue would make."""
    if path == "/v2/plugin_exports/":
        return world.exports.next_facts()
    parts = path.split("/")
    return world.exports.facts(parts[3]) if parts[1:3] == ["v2", "async_jobs"] and len(parts) > 3 else None


def _read(environ: WSGIEnvironment) -> bytes:
    """Return the body, and leave it there to be read again."""
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body
