"""Which hosts are answered in process, by what, and the lines that are open to them."""

from __future__ import annotations

import re
import threading
import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_backend.transports.line import Line
from fake_backend.transports.refusals import BadHost, HostTaken

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from wsgiref.types import WSGIApplication

HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True)
class Mount:
    """An application and the host that it answers for, whatever the port and the scheme.

    Args:
        host: Host name in lower case, without port. Names below it belong to it too: a bucket is
            addressed as ``<bucket>.<host>``.
        application: Any WSGI application.
        environ: Entries for the environ of every request, over those of PEP 3333.

    Raises:
        BadHost: ``host`` is no host name.
    """

    host: str
    application: WSGIApplication
    environ: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not HOST.fullmatch(self.host):
            raise BadHost("no host name to mount at", self.host, "letters, digits, hyphens and dots, in lower case")

    def __repr__(self) -> str:
        return f"<Mount {self.host}>"  # not the environ, where secrets may be


class Extension:
    """A mount while it is open, and the lines to it.

    Args:
        mount: What answers.
    """

    def __init__(self, mount: Mount) -> None:
        self.mount = mount
        self._lock = threading.Lock()
        self._open = True
        self._lines: weakref.WeakSet[Line] = weakref.WeakSet()

    def line(self, *, scheme: str, server: tuple[str, int]) -> Line | None:
        """Return a new line to the application; ``None`` once the extension is closed."""
        line = Line(self.mount.application, self.mount.environ, scheme=scheme, server=server)
        with self._lock:
            if not self._open:
                return None
            self._lines.add(line)
        return line

    def close(self) -> None:
        """Hang up every line; answers that are being read end in a cut."""
        with self._lock:
            self._open = False
            lines = list(self._lines)
        for line in lines:
            line.hang_up()


class Switchboard:
    """The extensions of a process by host. Safe to use from several threads."""

    def __init__(self) -> None:
        self._extensions: dict[str, Extension] = {}  # replaced as a whole, so that a look-up needs no lock

    def __len__(self) -> int:
        return len(self._extensions)

    def plug(self, extensions: Iterable[Extension]) -> None:
        """Add extensions, all or none; the caller holds the lock of those who change the board.

        Raises:
            HostTaken: Another extension answers for one of the hosts.
        """
        board = dict(self._extensions)
        for extension in extensions:
            host = extension.mount.host
            if host in board:
                raise HostTaken(f"another open transport in process answers for {host}; close it, or name another host")
            board[host] = extension
        self._extensions = board

    def unplug(self, extensions: Iterable[Extension]) -> None:
        """Take extensions away; the caller holds the lock of those who change the board."""
        hosts = {extension.mount.host for extension in extensions}
        self._extensions = {host: extension for host, extension in self._extensions.items() if host not in hosts}

    def find(self, host: str) -> Extension | None:
        """Return the extension that answers for ``host``: of its own name, else of the nearest name above it."""
        extensions = self._extensions
        if not extensions:
            return None
        name = host.lower().rstrip(".")
        while name:
            if name in extensions:
                return extensions[name]
            name = name.partition(".")[2]
        return None
