"""The two hooks that lead a process's clients to the applications in it, there while a mount is.

1. **urllib3**, which requests and botocore are built on. ``HTTPConnectionPool._new_conn`` and
   ``HTTPSConnectionPool._new_conn`` are the one place where a pool of any kind makes its connections:
   there since 2011, overridden by many packages, inherited by botocore's pools. For our hosts they
   return an `InProcessConnection`. ``ProxyManager.connection_from_host``, which is public, gives our
   hosts a pool of their own in place of the proxy's.
2. **``socket.getaddrinfo``** refuses our ``.invalid`` hosts, so that a client built on sockets shows a
   sentence that says what to do. RFC 6761 6.4 keeps ``.invalid`` out of every real name service.

Both pass everything else through untouched. What stood there before stands there again, the same
object, after the last mount is gone. Where someone has put another hook over ours meanwhile, theirs
stays, and ours below it passes everything through.

Not supported: connections that a client makes without a pool (``urllib3.connection.HTTPConnection``,
``http.client``); they meet the second hook. With a SOCKS proxy in the environment and no PySocks,
requests refuses by itself before it asks urllib3 for anything.
"""

from __future__ import annotations

import functools
import socket
import threading
from typing import TYPE_CHECKING, Any

from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import PoolManager, ProxyManager

from fake_backend.transports.client import InProcessConnection, InProcessHTTPSConnection
from fake_backend.transports.switchboard import Extension, Switchboard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Function = Callable[..., Any]

BLOCKSIZE = 16384  # urllib3's own default
WITHOUT_PROXY = {"_proxy": None, "_proxy_headers": None, "_proxy_config": None}  # None: urllib3 leaves these out


class Hook:
    """One attribute that is replaced for a while.

    Args:
        owner: Class or module that has the attribute itself.
        name: Its name.
        wrap: Makes the replacement from what stands there.
    """

    def __init__(self, owner: object, name: str, wrap: Callable[[Function], Function]) -> None:
        self._owner = owner
        self._name = name
        self._wrap = wrap
        self._before: Function | None = None
        self._ours: Function | None = None

    def install(self) -> None:
        """Put ours in the place of what stands there."""
        self._before = vars(self._owner)[self._name]
        self._ours = functools.wraps(self._before)(self._wrap(self._before))
        setattr(self._owner, self._name, self._ours)

    def remove(self) -> None:
        """Put back what stood there, unless someone has replaced ours since."""
        if vars(self._owner)[self._name] is self._ours:
            setattr(self._owner, self._name, self._before)
        self._before = self._ours = None


class Hooks:
    """The hooks of this process, installed while its switchboard has an extension.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._switchboard = Switchboard()
        self._hooks = (
            Hook(HTTPConnectionPool, "_new_conn", self._new_conn),
            Hook(HTTPSConnectionPool, "_new_conn", self._new_conn),
            Hook(ProxyManager, "connection_from_host", self._connection_from_host),
            Hook(socket, "getaddrinfo", self._getaddrinfo),
        )

    def plug(self, extensions: Sequence[Extension]) -> None:
        """Lead clients to these extensions.

        Raises:
            HostTaken: Another extension answers for one of the hosts.
        """
        with self._lock:
            first = not self._switchboard
            self._switchboard.plug(extensions)
            if first and self._switchboard:
                for hook in self._hooks:
                    hook.install()

    def unplug(self, extensions: Sequence[Extension]) -> None:
        """Lead clients there no more."""
        with self._lock:
            was_open = bool(self._switchboard)
            self._switchboard.unplug(extensions)
            if was_open and not self._switchboard:
                for hook in reversed(self._hooks):
                    hook.remove()

    def _new_conn(self, before: Function) -> Function:
        def _new_conn(pool: HTTPConnectionPool) -> object:
            if self._switchboard.find(pool.host) is None:
                return before(pool)
            pool.num_connections += 1
            kind = InProcessHTTPSConnection if pool.scheme == "https" else InProcessConnection
            return kind(
                pool.host,
                pool.port,
                self._switchboard,
                blocksize=pool.conn_kw.get("blocksize", BLOCKSIZE),
            )

        return _new_conn

    def _connection_from_host(self, before: Function) -> Function:
        def connection_from_host(
            manager: ProxyManager,
            host: str | None,
            port: int | None = None,
            scheme: str | None = "http",
            pool_kwargs: dict[str, Any] | None = None,
        ) -> Any:
            if not host or self._switchboard.find(host) is None:
                return before(manager, host, port, scheme, pool_kwargs)
            return PoolManager.connection_from_host(
                manager, host, port, scheme, {**(pool_kwargs or {}), **WITHOUT_PROXY}
            )

        return connection_from_host

    def _getaddrinfo(self, before: Function) -> Function:
        def getaddrinfo(host: bytes | str | None, *args: Any, **options: Any) -> Any:
            name = host.decode("latin-1") if isinstance(host, bytes | bytearray) else host
            extension = self._switchboard.find(name) if isinstance(name, str) else None
            if extension is not None and extension.mount.host.endswith(".invalid"):
                raise socket.gaierror(
                    socket.EAI_NONAME,
                    f"{name} has no address: it is answered in process, by urllib3 (requests, boto3) alone; "
                    "for any other client use the live transport, backend.serve() or `fake-backend serve`",
                )
            return before(host, *args, **options)

        return getaddrinfo


HOOKS = Hooks()  # one for the process, as what is hooked is the process's
