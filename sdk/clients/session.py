"""Sessions of ``requests`` that send what they are told to, and no more.

``requests`` likes to help: it takes credentials from ``~/.netrc`` or from a URL's user info, keeps cookies for every
port of a host, and reads a redirect's body to its end and ``.netrc`` again. None of that happens here.
"""

from __future__ import annotations

from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, cast, override

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from requests.utils import select_proxy

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool
    from urllib3.util import Retry

POOL_SIZE = 32  # connections kept to one host: the payload workers and a stream fit in


class _NoLookup(AuthBase):
    """Stands where an authenticator would, so that ``requests`` looks for none."""

    @override
    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        return r


class _RenewableAdapter(HTTPAdapter):
    """An adapter that can begin anew with connections, without disturbing requests that are under way."""

    def forget(self) -> None:
        """Use new pools from now on; old ones close their connections when the last request leaves them."""
        self.init_poolmanager(POOL_SIZE, POOL_SIZE)
        self.proxy_manager = {}


class PlainSession(requests.Session):
    """A session without cookies, ``.netrc``, or redirects.

    Args:
        retry: Policy of the transport.
    """

    def __init__(self, retry: Retry) -> None:
        super().__init__()
        self.auth = _NoLookup()
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        self._adapter = _RenewableAdapter(max_retries=retry, pool_connections=POOL_SIZE, pool_maxsize=POOL_SIZE)
        self.mount("http://", self._adapter)
        self.mount("https://", self._adapter)

    @override
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Name none: even where it is told not to follow, ``requests`` prepares to."""

    def pool_of(self, origin: str) -> HTTPConnectionPool | None:
        """Return the connections to a place, as this session would use them; ``None`` where a proxy is in between.

        Args:
            origin: Scheme, host and port, as a URL begins.

        Raises:
            requests.RequestException: It is no place.
        """
        settings = self.merge_environment_settings(origin, {}, None, None, None)
        if select_proxy(origin, settings["proxies"]):
            return None
        request = requests.Request("GET", origin).prepare()
        pool = self._adapter.get_connection_with_tls_context(request, settings["verify"], cert=settings["cert"])
        self._adapter.cert_verify(pool, origin, settings["verify"], settings["cert"])  # type: ignore[no-untyped-call]
        return cast("HTTPConnectionPool", pool)

    def forget_connections(self) -> None:
        """Open new connections from now on; safe while other threads are sending.

        A kept-alive connection can be broken for good, and then every retry on it fails (incidents.md 2, SYN-7443).
        """
        self._adapter.forget()
