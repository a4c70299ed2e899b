"""One call of a WSGI application, as the blocks of bytes that a server writes.

Both transports write these blocks and nothing else, so that they cannot differ: the live server sends
each with one ``sendall``, the transport in process hands them to the client's own HTTP parser.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from fake_backend.core.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator
    from types import TracebackType
    from wsgiref.types import WSGIApplication, WSGIEnvironment

    ExcInfo = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

LOG = logging.getLogger("fake_backend.transports")

WITHOUT_BODY = ("1", "204", "304")  # RFC 9110 6.4.1: these have no body, and no answer to HEAD has one
LAST_CHUNK = b"0\r\n\r\n"
FAILURE = b"Internal Server Error"


class Answer:
    """What an application answers, block by block, as it is produced.

    The first block is the head and the first chunk of the body in one: two writes cost a keep-alive
    request 40 ms (contract.md 7, implementation note). An application that wants its head out before
    its first chunk calls the ``write`` that ``start_response`` returns with ``b""``.

    A list or tuple is sent with a ``Content-Length``. Any other iterable without one is chunked for
    HTTP/1.1 and ends with the connection for HTTP/1.0. Neither ``Date`` nor ``Server`` is added: time
    is the application's.

    Args:
        application: Any WSGI application (PEP 3333).
        environ: The request, from `fake_backend.transports.environ.request_environ`.

    Attributes:
        begun: Whether the head is out.
        complete: Whether the blocks handed out so far are all that the head promised.
        keep_alive: Whether the connection may carry another request once the answer is complete.
    """

    def __init__(self, application: WSGIApplication, environ: WSGIEnvironment) -> None:
        self.begun = False
        self.complete = False
        self.keep_alive = (
            environ["SERVER_PROTOCOL"] != "HTTP/1.0" and environ.get("HTTP_CONNECTION", "").lower() != "close"
        )
        self._application = application
        self._environ = environ
        self._iterable: Iterable[bytes] = ()
        self._chunks: Iterator[bytes] = iter(())
        self._early: bytes | None = None  # what the application wrote through ``write``
        self._status: str | None = None
        self._headers: list[tuple[str, str]] = []
        self._remaining: int | None = None  # bytes of body still owed, where the head names their number
        self._without_body = environ["REQUEST_METHOD"] == "HEAD"
        self._chunked = False

    def blocks(self) -> Generator[bytes]:
        """Run the application and yield what goes over the wire.

        Closing the iterator closes the application's iterable (PEP 3333), as exhausting it does. An
        iterator that ends with `complete` unset is a cut: an error in the body, which is logged, or
        a body shorter than its ``Content-Length``.

        Raises:
            Signal: The application raised it; see `fake_backend.core.signals`.
        """
        try:
            yield self._begin()
            if not self._without_body:
                yield from self._rest()
        finally:
            self._close()

    def _begin(self) -> bytes:
        """Return head and first chunk; an application that fails before them has answered 500."""
        try:
            first = self._call()
            block = self._head() + self._frame(first)
        except Exception:  # whatever an application raises ends here, as in any server, and is logged
            LOG.exception("%s: the application failed before its head was out", self._name())
            self._close()
            self._iterable, self._chunks = (), iter(())
            self._status = "500 Internal Server Error"
            self._headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(FAILURE)))]
            block = self._head() + self._frame(FAILURE)
        self.begun = True
        return block

    def _call(self) -> bytes:
        """Call the application as far as its first chunk, which is empty where there is none."""
        self._iterable = self._application(self._environ, self._start_response)
        if isinstance(self._iterable, list | tuple):
            body = b"".join(self._iterable)
            if not any(name.lower() == "content-length" for name, _ in self._headers):
                self._headers.append(("Content-Length", str(len(body) + len(self._early or b""))))
            self._chunks = iter((body,))
        else:
            self._chunks = iter(self._iterable)
        if self._early is not None:
            return self._early
        return next(filter(None, self._chunks), b"")

    def _rest(self) -> Iterator[bytes]:
        try:
            for chunk in filter(None, self._chunks):
                if block := self._frame(chunk):
                    yield block
        except Exception:  # as above; the head is out, so the client sees a cut
            LOG.exception("%s: the application failed within its body", self._name())
            return
        if self._chunked:
            self.complete = True
            yield LAST_CHUNK
        elif self._remaining is None:
            self.complete = True  # the end of the connection is the end of the body
        elif self._remaining:
            LOG.warning("%s: the body is %d bytes shorter than its Content-Length", self._name(), self._remaining)

    def _head(self) -> bytes:
        """Return status line and headers, and settle from them how the body is framed."""
        if self._status is None:
            raise RuntimeError("the application answered without having called start_response")
        lines = [f"HTTP/1.1 {self._status}"]
        length = None
        for name, value in self._headers:
            lowered = name.lower()
            if lowered == "connection":
                self.keep_alive = self.keep_alive and value.lower() != "close"
                continue
            if lowered == "content-length":
                length = int(value)
            lines.append(f"{name}: {value}")
        if self._without_body or self._status.startswith(WITHOUT_BODY):
            self._without_body = True
            length = 0
        elif length is None and self._environ["SERVER_PROTOCOL"] != "HTTP/1.0":
            self._chunked = True
            lines.append("Transfer-Encoding: chunked")
        if not self.keep_alive:
            lines.append("Connection: close")
        lines.append("\r\n")
        self._remaining = length
        self.complete = length == 0
        return "\r\n".join(lines).encode("latin-1")

    def _frame(self, chunk: bytes) -> bytes:
        """Return a chunk as it goes over the wire; empty where nothing of it may."""
        if not isinstance(chunk, bytes):
            raise TypeError(f"a WSGI application yields bytes, not {type(chunk).__name__}")
        if self._remaining is not None:
            if len(chunk) > self._remaining:
                if not self._without_body:
                    LOG.warning("%s: the body is longer than its Content-Length", self._name())
                chunk = chunk[: self._remaining]
            self._remaining -= len(chunk)
            self.complete = self._remaining == 0
            return chunk
        if self._chunked and chunk:
            return b"%x\r\n%b\r\n" % (len(chunk), chunk)
        return chunk

    def _start_response(
        self, status: str, headers: list[tuple[str, str]], exc_info: ExcInfo | None = None, /
    ) -> Callable[[bytes], object]:
        if exc_info is not None and exc_info[1] is not None:
            if self.begun:
                raise exc_info[1].with_traceback(exc_info[2])
        elif self._status is not None:
            raise RuntimeError("start_response was called twice, the second time without exc_info")
        for text in (status, *(part for header in headers for part in header)):
            if "\r" in text or "\n" in text:
                raise ValueError(f"a line break within a status or header: {text!r}")
            text.encode("latin-1")  # raises here, where the application sees it
        self._status, self._headers = status, list(headers)
        return self._write

    def _write(self, data: bytes, /) -> None:
        """Take what the application writes before it returns; ``b""`` asks for the head at once."""
        self._early = (self._early or b"") + data

    def _close(self) -> None:
        close = getattr(self._iterable, "close", None)
        if close is not None:
            try:
                close()
            except (Exception, Signal):  # the answer is out or cut already: nothing is left but the log
                LOG.exception("%s: the application failed in its close()", self._name())

    def _name(self) -> str:
        """Return the request for a log line; without its query, which may carry a signature."""
        return f"{self._environ['REQUEST_METHOD']} {self._environ['PATH_INFO']}"
