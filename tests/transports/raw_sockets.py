"""A client of the live server that sees what is on the wire."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_backend.transports.live import LiveServer

GET = b"GET / HTTP/1.1\r\nHost: fake\r\n\r\n"


@contextlib.contextmanager
def raw(server: LiveServer, request: bytes = GET) -> Iterator[socket.socket]:
    """Send a request over a socket of our own."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(request)
        yield sock


def until_closed(sock: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    return b"".join(iter(lambda: sock.recv(65536), b""))
