"""One request and its answer, by the connections that ``requests`` chooses and without its preparations.

An export asks for thousands of pages and downloads tens of thousands of small objects, so a request goes to urllib3's
pool itself: of the 0.8 ms that ``requests`` takes for one, more than half is preparing what never differs. It still
says which pool, by which certificates, and whether a proxy stands in between; then it also sends. It is asked once for
an origin and again once connections are forgotten, so a proxy that the environment names only later is used from then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from urllib3 import Timeout

from sdk.clients.session import POOL_SIZE, PlainSession

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict

    from sdk.clients.retry import ClockRetry, Timeouts

PIECE = 1 << 16  # bytes read at once
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

    @property
    def target(self) -> str:
        """Where it redirects to, ``""`` where it does not say; bytes of it that are no ASCII are read as UTF-8."""
        location = self.headers.get("Location", "")
        try:
            return location.encode("latin-1").decode()
        except UnicodeError:
            return location

    def content(self) -> bytes:
        """Read the body to its end and undo its ``Content-Encoding``.

        It comes in pieces: read at once, memory would be taken for as much as the answer claims to be long.

        Raises:
            urllib3.exceptions.HTTPError: It was cut, stood still for too long, or is not encoded as it says.
        """
        return b"".join(self.raw.stream(PIECE, decode_content=True))

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self.raw.close()
        self.raw.release_conn()

    def leave(self) -> None:
        """Close it unread, as a redirect's, but keep the connection where little is left to read."""
        left = getattr(self.raw, "length_remaining", None)
        if left is not None and left <= PIECE:  # the connection is worth that much, and no more
            self.raw.drain_conn()
        self.close()


class Exchange:
    """Sends requests, each as often as its policy says; redirects are handed on. Safe to share between threads.

    Args:
        retry: Policy of the transport.
    """

    def __init__(self, retry: ClockRetry) -> None:
        self._retry = retry
        self._session = PlainSession(retry)
        self._headers = {name: str(self._session.headers[name]) for name in ("User-Agent", "Accept-Encoding")}
        self._ask_anew()

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
        pool = None if found is None else self._pool_of(found[1])
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
        self._session.close()
        self._ask_anew()

    def forget_connections(self) -> None:
        """Close idle connections, so that the next request opens a new one; safe while other threads are sending.

        A kept-alive connection can be broken for good, and then every retry on it fails (incidents.md 2, SYN-7443).
        """
        self._session.forget_connections()
        self._ask_anew()

    def _ask_anew(self) -> None:
        """Remember no pool; one that another thread is told of meanwhile is not remembered either."""
        ask: Callable[[str], HTTPConnectionPool | None] = self._session.pool_of
        self._pool_of = lru_cache(maxsize=POOL_SIZE)(ask)  # a pool that is dropped closes its connections
