"""The transport over HTTP: any client, from this process or another, by way of a loopback socket.

    with LiveServer(application, {}) as server:
        httpx.get(f"{server.url}/sdk/tasks/")

The application runs in threads of the process that starts the server, on the world it is given there.
What it answers goes over the wire as it does in process: the same blocks, from the same code
(`fake_backend.transports.answer`), and the same signals (`fake_backend.core.signals`).

Environ entries of ours: ``RAW_URI``, ``fake_backend.transport`` (``"live"``), ``fake_backend.connection``
(`fake_backend.transports.connection.Connection`) and ``fake_backend.read_timeout`` (``None``: a server
cannot know it). A stream that waits for its next event registers with the connection's ``on_close``
in order to end when the server stops; one that does not keeps its thread until it yields.

Measured on two cores, the client in another process: some 13,000 requests a second over one kept-alive
connection and 11,000 over thirty-two; 0.07 ms for a request beside 100 open streams; 20 to 60 ms to stop
with 100 streams open.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from concurrent.futures import Future, wait
from typing import TYPE_CHECKING, Self

from fake_backend.transports.answer import LOG
from fake_backend.transports.gateway import Listener
from fake_backend.transports.refusals import CannotListen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType
    from wsgiref.types import WSGIApplication

NUDGE = 0.005  # seconds between two; a stop takes one or two of them
ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where a server that listens everywhere is reached from here


class LiveServer:
    """An HTTP/1.1 server of one application.

    Args:
        application: Any WSGI application.
        environ: Entries for the environ of every request, over those of PEP 3333.
        host: Address or name to listen on.
        port: Port to listen on; 0 takes any that is free.
        threads: Requests that are served at a time, streams among them; others wait. Each starts when it is needed.
        head_seconds: Real time that a client has to send a head, from its first byte. One that says nothing at all
            holds no thread.

    Not supported: TLS, HTTP/2, ``Upgrade``, request trailers.
    """

    def __init__(
        self,
        application: WSGIApplication,
        environ: Mapping[str, object],
        host: str = "127.0.0.1",
        port: int = 0,
        threads: int = 256,
        *,
        head_seconds: float = 5.0,
    ) -> None:
        self._application = application
        self._environ = environ
        self._host = host
        self._port = port
        self._threads = threads
        self._head_seconds = head_seconds
        self._listener: Listener | None = None
        self._serving: Future[None] | None = None

    def __repr__(self) -> str:
        state = "closed" if self._listener is None else "bound" if self._serving is None else "open"
        return f"<LiveServer {self.url} {state}>"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; before it does, the one asked for."""
        return self._listener.bind_addr[1] if self._listener else self._port

    @property
    def url(self) -> str:
        """The address to give to a client, without a slash at the end."""
        host = ANY_ADDRESS.get(self._host, self._host)
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"

    def bind(self) -> Self:
        """Take the address, so that `port` and `url` are known; clients that come now wait for `start`.

        Raises:
            CannotListen: The address cannot be had.
        """
        if self._listener is not None:
            return self
        if not self._host:
            raise self._refusal("no host is named")
        if not 0 <= self._port <= 65535:
            raise self._refusal("no such port")
        try:
            socket.getaddrinfo(self._host, self._port)
        except (OSError, UnicodeError) as error:  # a name may be unknown, or no name at all
            raise self._refusal(_reason(error)) from error
        listener = Listener(
            (self._host, self._port), self._application, self._environ, self._threads, self._head_seconds
        )
        try:
            # In a daemon thread, since what it starts inherits that: a forgotten server keeps no process alive.
            _daemon(listener.prepare, "fake-backend binder").result()
        except OSError as error:
            listener.retire()
            raise self._refusal(_reason(listener.failure or error)) from error
        self._listener = listener
        return self

    def start(self) -> Self:
        """Take the address and serve; a server that does already is left alone.

        Raises:
            CannotListen: The address cannot be had.
        """
        self.bind()
        if self._serving is None and self._listener is not None:
            self._serving = _daemon(self._listener.serve, "fake-backend listener")
        return self

    def stop(self, grace: float = 0.5) -> None:
        """End every connection, streams included, and listen no more; a server that is stopped is left alone.

        Args:
            grace: Seconds to wait, when the port is free again, for applications that do not notice;
                their threads, daemons, end when they return.
        """
        listener, self._listener = self._listener, None
        serving, self._serving = self._serving, None
        if listener is None:
            return
        address = listener.bind_addr
        listener.hang_up()
        stopping = _daemon(listener.stop, "fake-backend stopper")
        while listener.socket is not None and not wait([stopping], NUDGE).done:
            _nudge(address)
        if wait([stopping], grace).done:
            stopping.result()
            wait([serving] if serving is not None else [])
        else:
            LOG.warning("%r: stopped while an application still runs; a stream that waits has to use on_close", self)
        listener.retire()

    def _refusal(self, reason: str) -> CannotListen:
        return CannotListen(
            f"cannot listen on {self._host}:{self._port}: {reason}; choose another --host or --port, or port 0 for any"
        )


def _daemon(call: Callable[[], None], name: str) -> Future[None]:
    """Run ``call`` in a daemon thread of its own and return its outcome."""
    outcome: Future[None] = Future()

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 (handed to whoever asks for the outcome)
            outcome.set_exception(error)
        else:
            outcome.set_result(None)

    threading.Thread(target=run, name=name, daemon=True).start()
    return outcome


def _nudge(address: tuple[str, int]) -> None:
    """Connect to a server that is to stop, for cheroot looks up from its sockets twice a second otherwise."""
    host, port = address
    with contextlib.suppress(OSError):  # it listens no more, which is what is wanted
        socket.create_connection((ANY_ADDRESS.get(host, host), port), timeout=NUDGE).close()


def _reason(error: OSError | UnicodeError) -> str:
    """Return why an address cannot be had, in words."""
    return ((error.strerror if isinstance(error, OSError) else None) or str(error)).lower()
