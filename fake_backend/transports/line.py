"""The stand-in for a client's socket: what is sent into it is a request, what comes out is the answer.

A connection of ``http.client``, and urllib3's is one, needs of its socket ``sendall``,
``makefile("rb")``, ``settimeout``, ``shutdown`` and ``close``. `Line` has these and nothing else, so that
everything above it, from the retry logic down to the parsing of heads and chunks, is the client's own.
"""

from __future__ import annotations

import errno
import io
import os
import weakref
from typing import TYPE_CHECKING

from fake_backend.core.signals import ConnectionRefused, HangUp, NoAnswer, Reset, Signal
from fake_backend.transports.answer import Answer
from fake_backend.transports.connection import Connection
from fake_backend.transports.environ import Request, request_environ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication


class Line:
    """One open connection to an application, in process.

    Args:
        application: WSGI application at the other end.
        extra: Entries for the environ of its requests.
        scheme: ``"http"`` or ``"https"``.
        server: Host and port that the client asked for.
    """

    def __init__(
        self, application: WSGIApplication, extra: Mapping[str, object], *, scheme: str, server: tuple[str, int]
    ) -> None:
        self.connection = Connection("in-process")
        self._application = application
        self._extra = extra
        self._scheme = scheme
        self._server = server
        self._sent: list[bytes] = []
        self._timeout: float | None = None
        self.closed = False
        self._wire: weakref.ref[Wire] | None = None

    def settimeout(self, seconds: float | None) -> None:
        """Note how long the client would wait; nothing here ever waits by itself."""
        self._timeout = seconds

    def sendall(self, data: bytes) -> None:
        """Take a piece of a request.

        Raises:
            BrokenPipeError: The line has been hung up.
        """
        if self.connection.closed:
            raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
        self._sent.append(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        """Return the stream of the answer; the application runs when the client first reads from it."""
        sent, self._sent = self._sent, []
        request = read_request(sent, scheme=self._scheme, server=self._server, read_timeout=self._timeout)
        wire = Wire(Answer(self._application, request_environ(request, self.connection, self._extra)), self)
        self._wire = weakref.ref(wire)
        return io.BufferedReader(wire)

    def close(self) -> None:
        """End the connection, after the answer that is being read: a socket outlives its streams likewise."""
        self.closed = True
        wire = self._wire() if self._wire is not None else None
        if wire is None or wire.closed:
            self.connection.close()

    def hang_up(self) -> None:
        """End the connection and the answer that is being read: its reader sees a cut."""
        self.closed = True
        self.connection.close()
        wire = self._wire() if self._wire is not None else None
        if wire is not None:
            wire.release()

    def shutdown(self, _how: int) -> None:
        """End the connection from another thread; a reader that the application holds sees it when let go."""
        self.hang_up()


class Wire(io.RawIOBase):
    """The bytes of one answer, pulled out of the application as the client reads them.

    Args:
        answer: The answer, not yet begun.
        line: Line that it goes over; ended here when it cannot carry another.
    """

    def __init__(self, answer: Answer, line: Line) -> None:
        super().__init__()
        self._answer = answer
        self._blocks = answer.blocks()
        self._line = line
        self._connection = line.connection
        self._left = memoryview(b"")

    def readable(self) -> bool:
        """Return that this stream is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs' ``Buffer``
        """Fill ``buffer`` with what the application has produced; run it on where nothing is left.

        Raises:
            TimeoutError: The application answers no more (`NoAnswer`).
            ConnectionResetError: It aborted the connection (`Reset`).
            ConnectionRefusedError: It was never there (`ConnectionRefused`).
        """
        left = self._left or memoryview(self._next())
        size = min(len(buffer), len(left))
        buffer[:size] = left[:size]
        self._left = left[size:]
        return size

    def close(self) -> None:
        """End the answer; one that is complete is run to its end first, as a server does."""
        if self.closed:
            return
        super().close()
        if self._answer.complete:
            self._drain()
        if self._line.closed or not (self._answer.complete and self._answer.keep_alive):
            self._connection.close()  # what is unread would be taken for the next answer
        self.release()

    def release(self) -> None:
        """Close the application's iterable."""
        try:
            self._blocks.close()
        except ValueError:  # another thread reads and is inside the application: it sees the end itself
            return

    def _next(self) -> bytes:
        """Return the next block, or nothing at the end of the answer and at a cut."""
        try:
            block = b"" if self._connection.closed else next(self._blocks, b"")
        except NoAnswer as signal:
            raise TimeoutError("timed out") from signal
        except Reset as signal:
            self._connection.close()
            refused = isinstance(signal, ConnectionRefused) and not self._answer.begun
            number = errno.ECONNREFUSED if refused else errno.ECONNRESET
            raise OSError(number, os.strerror(number)) from signal  # the class that belongs to the number
        except HangUp:
            block = b""
        if self._connection.closed:  # hung up from elsewhere while the application ran
            self.release()
            return b""
        return block

    def _drain(self) -> None:
        try:
            for _ in self._blocks:
                pass
        except Signal:  # too late for this answer, not for the connection
            self._connection.close()


def read_request(sent: list[bytes], *, scheme: str, server: tuple[str, int], read_timeout: float | None) -> Request:
    """Return the request that an ``http.client`` connection wrote.

    Args:
        sent: What it wrote, in pieces; the whole head is in the first.
        scheme: ``"http"`` or ``"https"``.
        server: Host and port that the client asked for.
        read_timeout: Seconds that it is ready to wait for bytes.
    """
    head, _, body = bytes(sent[0]).partition(b"\r\n\r\n")
    start, *lines = head.decode("latin-1").split("\r\n")
    method, target, protocol = start.split(" ")  # http.client lets no blank into either of them
    headers: list[tuple[str, str]] = []
    for line in lines:
        if line[0] in " \t":  # http.client folds a header of several values so
            name, value = headers.pop()
            headers.append((name, f"{value} {line.strip()}"))
        else:
            name, _, value = line.partition(":")
            headers.append((name, value.strip()))
    body = b"".join([body, *sent[1:]])
    if any(name.lower() == "transfer-encoding" and value.lower() == "chunked" for name, value in headers):
        body = unchunk(body)
    return Request(method, target, headers, io.BytesIO(body), protocol, scheme, server, read_timeout=read_timeout)


def unchunk(framed: bytes) -> bytes:
    """Return a body without its chunked framing (RFC 9112 7.1); trailers are not supported."""
    chunks: list[bytes] = []
    place = 0
    while True:
        end = framed.index(b"\r\n", place)
        size = int(framed[place:end], 16)
        if not size:
            return b"".join(chunks)
        chunks.append(framed[end + 2 : end + 2 + size])
        place = end + 2 + size + 2
