"""The transport without sockets: requests, urllib3 and boto3 reach an application in their own process.

    with InProcess([Mount("api-1.fake-backend.invalid", application)]):
        requests.get("https://api-1.fake-backend.invalid/sdk/tasks/")

While one is open, the hooks of `fake_backend.transports.hooks` are installed. Clients are unmodified:
their pools, their keep-alive, their retries, proxies and time-outs are their own, and the body of an
answer comes chunk by chunk as the application produces it. The application runs in the thread of the
client that reads, so nothing here waits and no time-out happens by itself; an application that wants
one, or a connection that breaks, raises a signal of `fake_backend.core.signals`.

Environ entries of ours: ``RAW_URI``, ``fake_backend.transport`` (``"in-process"``),
``fake_backend.connection`` (`fake_backend.transports.connection.Connection`) and
``fake_backend.read_timeout`` (seconds that the client would wait, or ``None``).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from fake_backend.core.signals import ConnectionRefused, HangUp, NoAnswer, Reset, Signal
from fake_backend.transports.connection import Connection
from fake_backend.transports.hooks import HOOKS
from fake_backend.transports.refusals import BadHost, HostTaken
from fake_backend.transports.switchboard import Extension, Mount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = [
    "BadHost",
    "Connection",
    "ConnectionRefused",
    "HangUp",
    "HostTaken",
    "InProcess",
    "Mount",
    "NoAnswer",
    "Reset",
    "Signal",
]


class InProcess:
    """Some applications, reachable by host name from this process alone while it is open.

    Several may be open at once with different hosts. Opening an open one and closing a closed one do
    nothing; a closed one can be opened again. Safe to use from several threads.

    Args:
        mounts: Applications and their hosts.
    """

    def __init__(self, mounts: Sequence[Mount]) -> None:
        self._mounts = tuple(mounts)
        self._lock = threading.Lock()
        self._extensions: tuple[Extension, ...] | None = None

    def __repr__(self) -> str:
        hosts = ", ".join(mount.host for mount in self._mounts)
        return f"<InProcess {'closed' if self._extensions is None else 'open'}: {hosts}>"

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Self:
        """Answer for the hosts.

        Raises:
            HostTaken: Another open one answers for one of them.
        """
        with self._lock:
            if self._extensions is None:
                extensions = tuple(Extension(mount) for mount in self._mounts)
                HOOKS.plug(extensions)
                self._extensions = extensions
        return self

    def close(self) -> None:
        """Answer no more: pooled connections are dropped, and answers that are being read end in a cut."""
        with self._lock:
            extensions, self._extensions = self._extensions, None
        if extensions is not None:
            HOOKS.unplug(extensions)
            for extension in extensions:
                extension.close()
