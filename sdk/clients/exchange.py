"""One request and its answer, by the connections that ``requests`` chooses and without its preparations.

An export asks for thousands of pages and downloads tens of thousands of small objects, so a request goes to urllib3's
pool itself: of the 0.8 ms that ``requests`` takes for one, more than half is preparing what never differs. It still
says which pool, by which certificates, and whether a proxy stands in between; then it also sends.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from urllib3 import Timeout

from sdk.clients.session import PlainSession

if TYPE_CHECKING:
    from collections.abc import Mapping

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict

    from sdk.clients.retry import ClockRetry, Timeouts

REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110, 15.4
_URL = re.compile(  # plain enough for any parser to read in the same way; all others are left to ``requests``
    r"(https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?)(/[^?#\\\s]*)?(\?[^#\\\s]*)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class Answer:
    """An answer whose body is still to be read.

    Args:
        url: Address that was asked.
        raw: urllib3's answer.
    """

    url: str
    raw: BaseHTTPResponse

    @property
    def status_code(self) -> int:
        """Its status."""
        return self.raw.status

    @property
    def reason(self) -> str:
        """The words that came with the status."""
        return self.raw.reason or ""

    @property
    def headers(self) -> HTTPHeaderDict:
        """Its headers; their names have no case."""
        return self.raw.headers

    def content(self) -> bytes:
        """Read the body to its end and undo its ``Content-Encoding``.

        Raises:
            urllib3.exceptions.HTTPError: It was cut, stood still for too long, or is not encoded as it says.
        """
        return self.raw.read(decode_content=True)

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self.raw.close()
        self.raw.release_conn()


class Exchange:
    """Sends requests, each as often as its policy says; redirects are handed on. Safe to share between threads.

    Args:
        retry: Policy of the transport.
    """

    def __init__(self, retry: ClockRetry) -> None:
        self._retry = retry
        self._session = PlainSession(retry)
        self._headers = {name: str(self._session.headers[name]) for name in ("User-Agent", "Accept-Encoding")}
        self._pools: dict[str, HTTPConnectionPool | None] = {}

    def send(
        self, method: str, url: str, headers: Mapping[str, str], timeouts: Timeouts, *, body: bytes | None = None
    ) -> Answer:
        """Send a request and return its answer, whatever its status; the caller reads and closes it.

        Args:
            method: HTTP method in upper case.
            url: Absolute http(s) URL.
            headers: Request headers.
            timeouts: Limits.
            body: What is sent along.

        Raises:
            urllib3.exceptions.HTTPError: There is no answer.
            requests.RequestException: There is none either, or the URL cannot be asked.
        """
        given = {**self._headers, **headers}
        found = _URL.fullmatch(url)
        pool = None if found is None else self._pool(found[1])
        if found is None or pool is None:
            limits = (timeouts.connect, timeouts.read)
            answer = self._session.request(
                method, url, data=body, headers=given, timeout=limits, stream=True, allow_redirects=False
            )
            return Answer(url, answer.raw)
        raw = pool.urlopen(
            method,
            (found[2] or "/") + (found[3] or ""),
            body=body,
            headers=given,
            retries=self._retry,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=timeouts.connect, read=timeouts.read),
            preload_content=False,
            decode_content=False,
        )
        return Answer(url, raw)

    def close(self) -> None:
        """Close all connections; it stays usable."""
        self._pools = {}
        self._session.close()

    def forget_connections(self) -> None:
        """Close idle connections, so that the next request opens a new one; safe while other threads are sending.

        A kept-alive connection can be broken for good, and then every retry on it fails (incidents.md 2, SYN-7443).
        """
        self._session.forget_connections()
        self._pools = {}

    def _pool(self, origin: str) -> HTTPConnectionPool | None:
        if origin not in self._pools:
            self._pools[origin] = self._session.pool_of(origin)
        return self._pools[origin]
