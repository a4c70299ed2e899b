"""How cheroot hands a connection to an application here: its parser and its threads, our answers.

cheroot writes head and body apart, closes a failed body as if it were whole, and closes sockets in an
order that rules a reset out. So the gateway writes the blocks of an `Answer` itself, one ``sendall``
each, and the connection knows how it is to end.

Not supported: a header that is repeated though it is no list; cheroot keeps the last of its lines.
"""

from __future__ import annotations

import contextlib
import io
import logging
import socket
import struct
import threading
from typing import TYPE_CHECKING, Any

from cheroot import server as cheroot
from cheroot.errors import MaxSizeExceeded

from fake_backend.core.signals import HangUp, NoAnswer, Reset
from fake_backend.transports.answer import LOG, Answer
from fake_backend.transports.connection import Connection
from fake_backend.transports.environ import Request, request_environ

if TYPE_CHECKING:
    from collections.abc import Mapping
    from wsgiref.types import WSGIApplication, WSGIEnvironment

ABORT = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: close() sends RST (socket(7))
DRAIN = 65536  # bytes read at a time of what nobody wants
CHUNKED_BUFFER = 2**20  # bytes; cheroot copies the rest of a chunk at every read, so the reads are large


class LiveRequest(cheroot.HTTPRequest):
    """A request, as cheroot parses it.

    Its proxy mode is the one that takes a target in absolute form, which every server has to (RFC 9112
    3.2.2), and one that begins with two slashes, as the key of an object may.
    """

    def __init__(self, server: Listener, connection: LiveConnection) -> None:
        super().__init__(server, connection, proxy_mode=True)

    def parse_request(self) -> None:
        """Read the head, with less patience than a connection has between requests: here it holds a thread."""
        waiting: socket.socket = self.conn.socket
        waiting.settimeout(self.server.head_timeout)
        super().parse_request()
        waiting.settimeout(self.server.timeout)


class LiveConnection(cheroot.HTTPConnection):
    """A client's TCP connection, which can be aborted, held, and hung up from another thread."""

    RequestHandlerClass = LiveRequest

    def __init__(self, server: Listener, sock: socket.socket, makefile: Any) -> None:
        super().__init__(server, sock, makefile)
        self.identity = Connection("live")
        self.abort = False
        self._lock = threading.Lock()
        server.opened(self)

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
    """The body of a request, as cheroot reads it, behind the interface that applications expect.

    cheroot's own streams wait for the end of the connection at ``read(-1)``, and one of them never
    returns from ``readline`` at an empty line; so only their ``read`` with a size or ``None`` is used.

    Args:
        source: cheroot's stream, which ends with the body.
        chunked: Whether trailers follow it.
    """

    def __init__(self, source: Any, *, chunked: bool) -> None:
        super().__init__()
        self._source = source
        self._chunked = chunked

    def readable(self) -> bool:
        """Return that this stream is for reading."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # the stubs' ``Buffer``
        """Fill ``buffer`` with what comes next of the body."""
        data: bytes = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def readall(self) -> bytes:
        """Return the rest of the body."""
        data: bytes = self._source.read(None)
        return data

    def drain(self) -> None:
        """Read the body to its end, or the connection's next request would begin within it."""
        while self._source.read(DRAIN):
            pass
        if self._chunked:
            for _ in self._source.read_trailer_lines():
                pass
            self._chunked = False


class LiveGateway(cheroot.Gateway):
    """Answers one request."""

    req: cheroot.HTTPRequest

    def respond(self) -> None:
        """Run the application and write what it answers; leave the connection as the answer left it."""
        request: Any = self.req
        connection: LiveConnection = request.conn
        request.sent_headers = True  # cheroot itself writes nothing from here on
        body = LiveBody(request.rfile, chunked=request.chunked_read)
        answer = Answer(connection.server.application, self._environ(connection, body))
        blocks = answer.blocks()
        keep = False
        try:
            block = next(blocks)
            body.drain()
            connection.socket.sendall(block)
            for block in blocks:
                connection.socket.sendall(block)
            keep = answer.complete and answer.keep_alive
        except NoAnswer:
            connection.hold()
        except Reset:
            connection.abort = True
        except HangUp:
            body.drain()  # a socket closed with unread data would reset the client instead
        except (OSError, ValueError, MaxSizeExceeded) as error:  # the client has gone, or its body is none
            LOG.debug("%s %s: %s", request.method, request.path, error)
        finally:
            blocks.close()
            request.close_connection = not keep

    def _environ(self, connection: LiveConnection, body: LiveBody) -> WSGIEnvironment:
        request: Any = self.req
        came = Request(
            method=request.method.decode("latin-1"),
            target=request.uri.decode("latin-1"),
            headers=((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.inheaders.items()),
            body=io.BufferedReader(body, CHUNKED_BUFFER if request.chunked_read else io.DEFAULT_BUFFER_SIZE),
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
    """

    ConnectionClass = LiveConnection
    request_queue_size = 1024  # cheroot's 5 turns clients away when a hundred come at once
    timeout = 75  # seconds that a client may keep a connection without a word: nginx's keepalive_timeout
    head_timeout = 10  # seconds of silence before or within a head, after which the thread serves somebody else
    max_request_header_size = 65536  # six times the longest query of contract.md 3.2
    max_request_body_size = 2**30  # a body is held in memory; S3's own 5 GB would not fit

    def __init__(
        self, address: tuple[str, int], application: WSGIApplication, environ: Mapping[str, object], threads: int
    ) -> None:
        super().__init__(address, gateway=LiveGateway, minthreads=threads, maxthreads=threads)
        self.application = application
        self.environ = environ
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
