"""One client connection, as an application sees it in ``environ["fake_backend.connection"]``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Connection:
    """Identity and end of one client connection.

    The same object comes with every request of one connection and with no other, so a fault can be
    tied to a connection (incidents.md 1, SYN-7443). It may be a key of a ``WeakKeyDictionary``.
    Safe to use from several threads.

    Args:
        transport: ``"in-process"`` or ``"live"``.
    """

    __slots__ = ("__weakref__", "_callbacks", "_closed", "_lock", "transport")

    def __init__(self, transport: str) -> None:
        self.transport = transport
        self._closed = False
        self._callbacks: list[Callable[[], object]] = []
        self._lock = threading.RLock()  # garbage that is collected in the midst of it may close this connection too

    def __repr__(self) -> str:
        return f"<Connection {self.transport} {'closed' if self._closed else 'open'} at {id(self):#x}>"

    @property
    def closed(self) -> bool:
        """Whether this side has closed the connection; a client that left shows at the next write only."""
        return self._closed

    def on_close(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Have ``callback`` called when the connection ends, so that a stream that waits can end with it.

        Args:
            callback: Called once, without arguments, from the thread that closes; at once where the
                connection is closed already. It must be quick and must not raise.

        Returns:
            A function that takes the callback back; a stream calls it when it ends by itself.
        """
        with self._lock:
            if not self._closed:
                self._callbacks.append(callback)
                return lambda: self._forget(callback)
        callback()
        return lambda: None

    def close(self) -> None:
        """Mark the connection as ended and tell those who wait; for transports."""
        with self._lock:
            self._closed = True
        while self._callbacks:
            try:
                callback = self._callbacks.pop(0)
            except IndexError:  # another thread closes as well, and has told the last one
                return
            callback()

    def _forget(self, callback: Callable[[], object]) -> None:
        with self._lock:
            if callback in self._callbacks:
                self._callbacks.remove(callback)
