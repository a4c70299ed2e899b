"""How cheroot hands a connection to an application here: its parser and its threads, our answers.

cheroot writes head and body apart, closes a failed body as if it were whole, and closes sockets in an
order that rules a reset out. So the gateway writes the blocks of an `Answer` itself, one ``sendall``
each, and the connection knows how it is to end.

Not supported: trailers, which are read and dropped.
"""

from __future__ import annotations

import contextlib
import io
import logging
import re
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Any

from cheroot import server as cheroot
from cheroot.makefile import StreamReader, StreamWriter

from fake_backend.core.signals import HangUp, NoAnswer, Reset
from fake_backend.transports.answer import LOG, Answer
from fake_backend.transports.chunks import Chunks
from fake_backend.transports.connection import Connection
from fake_backend.transports.environ import Request, request_environ
from fake_backend.transports.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication, WSGIEnvironment

ABORT = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: close() sends RST (socket(7))
DRAIN = 65536  # bytes read at a time of what nobody wants
LINGER = 30  # seconds that a client may go on to send what nobody wants: nginx's lingering_time
LINGER_SILENCE = 1  # seconds of silence that end it sooner


class Patience(socket.SocketIO):
    """What is read from a client, by a deadline where there is one: a byte now and then buys no time."""

    def __init__(self, sock: socket.socket, mode: Any) -> None:
        super().__init__(sock, mode)
        self._client = sock
        self.deadline: float | None = None  # of the process's monotonic clock

    def readinto(self, buffer: Any) -> int | None:
        """Read what is there, or wait for it until the deadline.

        Raises:
            TimeoutError: The deadline has passed.
        """
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("timed out")
            self._client.settimeout(left)
        return super().readinto(buffer)


class LiveReader(StreamReader):
    """cheroot's stream of a connection, over a socket that knows deadlines."""

    def __init__(self, sock: socket.socket, mode: str, size: int) -> None:
        self.patience = Patience(sock, mode)
        super(StreamReader, self).__init__(self.patience, size)
        self.bytes_read = 0


def _streams(sock: socket.socket, mode: str, size: int) -> Any:
    """Return the stream of one direction of a connection."""
    return LiveReader(sock, mode, size) if "r" in mode else StreamWriter(sock, mode, size)


class HeaderLines:
    """Reads header lines, and keeps each as it came: cheroot alone keeps the last of those with one name."""

    def __init__(self) -> None:
        self.lines: list[tuple[bytes, bytes]] = []

    def __call__(self, stream: Any, headers: dict[bytes, bytes]) -> dict[bytes, bytes]:
        """Read to the empty line; ``headers`` is what cheroot frames the body by.

        Raises:
            ValueError: A line is none, in words that cheroot sends with a 400.
        """
        while (line := stream.readline()) != b"\r\n":
            if not line.endswith(b"\r\n"):
                raise ValueError("A header line ends with CRLF, and the head with an empty line.")
            if (
                line[:1] in b" \t" and self.lines
            ):  # a value that is folded over lines goes on with a blank: RFC 9112 5.2
                name, value = self.lines.pop()
                self.lines.append((name, value + b" " + line.strip()))
                continue
            name, colon, value = line.partition(b":")
            if not colon or name != name.strip():
                raise ValueError("A header line is a name, a colon without a blank before it, and a value.")
            self.lines.append((name, value.strip(b" \t\r\n")))
        for name, value in self.lines:
            known = headers.get(name.title())
            headers[name.title()] = value if known is None else known + b", " + value
        lengths = {value for name, value in self.lines if name.lower() == b"content-length"}
        if not all(re.fullmatch(rb"[0-9]{1,18}", length) for length in lengths) or len(lengths) > 1:
            raise ValueError("Content-Length is one number of bytes.")
        return headers


class LiveRequest(cheroot.HTTPRequest):
    """A request, as cheroot parses it.

    Its proxy mode is the one that takes a target in absolute form, which every server has to (RFC 9112
    3.2.2), and one that begins with two slashes, as the key of an object may.
    """

    def __init__(self, server: Listener, connection: LiveConnection) -> None:
        super().__init__(server, connection, proxy_mode=True)
        self.header_reader = HeaderLines()

    def parse_request(self) -> None:
        """Read the head, with less patience than a connection has between requests: here it holds a thread."""
        patience: Patience = self.conn.rfile.patience
        patience.deadline = time.monotonic() + self.server.head_timeout
        try:
            super().parse_request()
        finally:
            patience.deadline = None
            self.conn.socket.settimeout(self.server.timeout)

    def simple_response(self, status: str, msg: str = "") -> None:
        """Answer in cheroot's stead, which calls headers that are too large a body (RFC 6585 5: 431)."""
        if msg.startswith("The headers sent"):
            status = "431 Request Header Fields Too Large"
        super().simple_response(status, msg)
        if not status.startswith("408"):
            self.conn.hear_out()


class LiveConnection(cheroot.HTTPConnection):
    """A client's TCP connection, which can be aborted, held, and hung up from another thread."""

    RequestHandlerClass = LiveRequest

    def __init__(self, server: Listener, sock: socket.socket, _makefile: Any) -> None:
        super().__init__(server, sock, _streams)
        self.silent = True  # nobody has looked yet whether it says anything
        self.identity = Connection("live")
        self.abort = False
        self._lock = threading.Lock()
        server.opened(self)

    def communicate(self) -> bool:
        """Serve what is asked next; return whether the connection stays open."""
        try:
            return bool(super().communicate())  # type: ignore[no-untyped-call]  # cheroot's stubs have it so
        finally:
            self.server.requests.served()

    def hang_up(self) -> None:
        """End what is under way: reads and writes of the thread that serves this connection fail at once."""
        with self._lock, contextlib.suppress(OSError):  # gone already
            self.socket.shutdown(socket.SHUT_RDWR)
        self.identity.close()  # after that: a stream that is woken now cannot pretend to be whole

    def hold(self) -> None:
        """Say nothing until the client closes, or the server hangs up."""
        self.socket.settimeout(None)
        with contextlib.suppress(OSError):  # reset by the client: gone as well
            while self.socket.recv(DRAIN):
                pass

    def hear_out(self) -> None:
        """Hear a client out that was answered before its body was read; closed at once, it would lose the answer."""
        end = time.monotonic() + LINGER
        with contextlib.suppress(OSError):  # it went, or says nothing any more
            self.socket.shutdown(socket.SHUT_WR)
            self.socket.settimeout(LINGER_SILENCE)
            while time.monotonic() < end and self.socket.recv(DRAIN):
                pass

    def close(self) -> None:
        """Close the socket: with RST where it is to be aborted, else with FIN."""
        self.identity.close()
        self.server.closed(self)
        with self._lock:
            if self.abort:
                with contextlib.suppress(OSError):  # the client was faster
                    self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
                self.rfile.close()
                self.socket.close()
            else:
                super().close()


class LiveBody(io.RawIOBase):
    """The body of a request behind the interface that applications expect.

    cheroot's own stream of a known length waits for the end of the connection at ``read(-1)``; so only its ``read``
    with a size or ``None`` is used.

    Args:
        source: A stream that ends with the body.
    """

    def __init__(self, source: Chunks | cheroot.KnownLengthRFile) -> None:
        super().__init__()
        self._source = source
        self._ended = False

    @property
    def over(self) -> bool:
        """Whether nothing of the body is left on the wire."""
        if isinstance(self._source, Chunks):
            return self._source.over
        return self._ended or self._source.remaining == 0

    def readable(self) -> bool:
        """Return that this stream is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs' ``Buffer``
        """Fill ``buffer`` with what comes next of the body."""
        data: bytes = self._source.read(len(buffer))
        buffer[: len(data)] = data
        self._ended = self._ended or not data
        return len(data)

    def readall(self) -> bytes:
        """Return the rest of the body."""
        data: bytes = self._source.read(None)
        self._ended = True
        return data

    def drain(self) -> None:
        """Read the body to its end, or the connection's next request would begin within it."""
        while not self.over and self._source.read(DRAIN):
            pass


class LiveGateway(cheroot.Gateway):
    """Answers one request."""

    req: cheroot.HTTPRequest

    def respond(self) -> None:
        """Run the application and write what it answers; leave the connection as the answer left it."""
        request: Any = self.req
        connection: LiveConnection = request.conn
        request.sent_headers = True  # cheroot itself writes nothing from here on
        most = connection.server.max_request_body_size
        body = LiveBody(Chunks(connection.rfile, most) if request.chunked_read else request.rfile)
        answer = Answer(connection.server.application, self._environ(connection, body))
        blocks = answer.blocks()
        keep = False
        try:
            block = next(blocks)
            if answer.keep_alive:
                body.drain()
            connection.socket.sendall(block)
            for block in blocks:
                connection.socket.sendall(block)
            keep = answer.complete and answer.keep_alive
            if not answer.keep_alive and not body.over:
                connection.hear_out()
        except NoAnswer:
            connection.hold()
        except Reset:
            connection.abort = True
        except HangUp:
            body.drain()  # a socket closed with unread data would reset the client instead
        except (OSError, ValueError) as error:  # the client has gone, or its body is none
            LOG.debug("%s %s: %s", request.method, request.path, error)
        finally:
            blocks.close()
            request.close_connection = not keep

    def _environ(self, connection: LiveConnection, body: LiveBody) -> WSGIEnvironment:
        request: Any = self.req
        came = Request(
            method=request.method.decode("latin-1"),
            target=request.uri.decode("latin-1"),
            headers=((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.header_reader.lines),
            body=io.BufferedReader(body),
            protocol=request.request_protocol.decode("latin-1"),
            scheme="http",
            server=connection.server.bind_addr,
            remote=connection.remote_addr,
        )
        return request_environ(came, connection.identity, connection.server.environ)


class Listener(cheroot.HTTPServer):
    """The server's socket, its threads, and the connections that are open.

    cheroot's ``keep_alive_conn_limit`` (10) has no part in it: it counts where cheroot writes heads.

    Args:
        address: Host and port to listen on; port 0 takes any that is free.
        application: Any WSGI application.
        environ: Entries for the environ of every request.
        threads: Requests that are served at a time.
        head_timeout: Seconds that a client has to send a head, from its first byte: here it holds a thread.
    """

    ConnectionClass = LiveConnection
    request_queue_size = 1024  # cheroot's 5 turns clients away when a hundred come at once
    timeout = 75  # seconds that a client may keep a connection without a word: nginx's keepalive_timeout
    max_request_header_size = 2**18  # bytes of a head; what an API takes of it is its own to say
    max_request_body_size = 2**30  # a body is held in memory; S3's own 5 GB would not fit

    def __init__(
        self,
        address: tuple[str, int],
        application: WSGIApplication,
        environ: Mapping[str, object],
        threads: int,
        head_timeout: float,
    ) -> None:
        super().__init__(address, gateway=LiveGateway)
        self.requests = Workers(self, threads)
        self.application = application
        self.environ = environ
        self.head_timeout = head_timeout
        self.failure: OSError | None = None  # why the last attempt to bind failed
        self._open: set[LiveConnection] = set()
        self._open_lock = threading.Lock()
        self._ending = False

    def bind(self, family: int, type: int, proto: int = 0) -> socket.socket:  # noqa: A002 (cheroot's name)
        """Bind the listening socket; keep the reason of a failure, and no socket that failed."""
        sock: socket.socket = self.prepare_socket(
            self.bind_addr, family, type, proto, self.nodelay, self.ssl_adapter, self.reuse_port
        )
        try:
            sock.bind(self.bind_addr)
        except OSError as error:
            sock.close()
            self.failure = error
            raise
        self.socket = sock
        self.bind_addr = sock.getsockname()[:2]
        return sock

    def process_conn(self, conn: LiveConnection) -> None:
        """Give a connection to a thread, a new one when it says something: silence holds none."""
        if conn.silent:
            conn.silent = False
            waiting: Any = vars(self)["_connections"]  # cheroot's stubs leave it out
            waiting.put(conn)
        else:
            super().process_conn(conn)

    def opened(self, connection: LiveConnection) -> None:
        """Note a connection; one that comes while the server ends is hung up."""
        with self._open_lock:
            self._open.add(connection)
            ending = self._ending
        if ending:
            connection.hang_up()

    def closed(self, connection: LiveConnection) -> None:
        """Forget a connection."""
        with self._open_lock:
            self._open.discard(connection)

    def retire(self) -> None:
        """Take cheroot's statistics of this server out of the process, where it would leave them."""
        getattr(logging, "statistics", {}).pop(f"Cheroot HTTPServer {id(self)}", None)

    def hang_up(self) -> None:
        """End every connection at once, whatever is being said on it, and every one that still comes."""
        with self._open_lock:
            self._ending = True
            connections = list(self._open)
        for connection in connections:
            connection.hang_up()

    def error_log(self, msg: str = "", level: int = logging.INFO, traceback: bool = False) -> None:  # noqa: FBT001, FBT002
        """Log what cheroot has to say."""
        LOG.log(level, msg, exc_info=traceback)
