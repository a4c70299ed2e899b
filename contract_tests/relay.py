"""A relay on loopback: it passes GET requests on to one backend and their answers back, and can change either.

It stands where a proxy or an ingress stands. A browser's ``EventSource`` cannot send credentials, so it adds them; and
it shows a client what no backend of ours answers, such as a stream without ``Content-Type``.
"""

from __future__ import annotations

import http.client
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

HOP_BY_HOP = frozenset({"connection", "transfer-encoding", "keep-alive", "content-length", "date", "server"})
PIECE = 1 << 16  # bytes read at once; a read returns what has come
ANSWERS_WITHIN = 60  # seconds of silence


@dataclass(frozen=True)
class Changes:
    """What a relay does to what it passes on.

    Args:
        adds: Headers that requests get.
        takes: Names of headers, in lower case, that answers lose.
        pages: Paths that it answers itself: a content type and a body.
        hears: Where the bodies of POST requests go, none of which is passed on.
    """

    adds: Mapping[str, str] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()
    pages: Mapping[str, tuple[str, bytes]] = field(default_factory=dict)
    hears: SimpleQueue[bytes] = field(default_factory=SimpleQueue)


class Relay:
    """Listens on a free port of loopback while its block is open.

    Args:
        target: Base URL of the backend.
        changes: What it changes; nothing when left out.
    """

    def __init__(self, target: str, changes: Changes | None = None) -> None:
        split = urlsplit(target)
        address = (str(split.hostname), split.port or 80)
        done = changes or Changes()

        class Handler(_Handler):
            target = address
            changes = done

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Base URL of the relay."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    """Passes one request on; an answer ends with its connection, so that no length need be known."""

    target: tuple[str, int]
    changes: Changes

    def do_GET(self) -> None:
        """Answer a page of our own, or what the backend answers."""
        page = self.changes.pages.get(self.path)
        if page is not None:
            self._own(*page)
            return
        upstream = http.client.HTTPConnection(*self.target, timeout=ANSWERS_WITHIN)
        try:
            kept = {name: value for name, value in self.headers.items() if name.lower() not in {"host", "connection"}}
            upstream.request("GET", self.path, headers={**kept, **self.changes.adds})
            self._pass_on(upstream.getresponse())
        except (OSError, http.client.HTTPException):  # either side has gone: so does the other
            self.close_connection = True
        finally:
            upstream.close()

    def do_POST(self) -> None:
        """Keep what a page has to say."""
        self.changes.hears.put(self.rfile.read(int(self.headers["Content-Length"])))
        self._own("text/plain", b"")

    def _own(self, kind: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _pass_on(self, answer: http.client.HTTPResponse) -> None:
        self.send_response_only(answer.status, answer.reason)
        for name, value in answer.getheaders():
            if name.lower() not in self.changes.takes | HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Connection", "close")
        self.end_headers()
        while piece := answer.read1(PIECE):
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""
