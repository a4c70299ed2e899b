"""Plain downloads: presigned and file URLs, which carry their own right and get no credentials.

Source: contract.md 3.3 and 3.5. Redirects are followed, with nothing to leak: there is no auth header, no cookie, and
``.netrc`` is not read.

An export downloads tens of thousands of small objects, so a download goes to urllib3's pool itself: of the 0.8 ms that
``requests`` takes for one, more than half is preparing what never differs. It still says which pool, by which
certificates, and whether a proxy stands in between; then it also does the download.
"""

from __future__ import annotations

import re
import weakref
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

import requests
from urllib3 import Timeout
from urllib3.exceptions import HTTPError as WireError

from sdk.clients.errors import ClientError, error_for_status
from sdk.clients.failures import client_error
from sdk.clients.redaction import LogMask, Redactor
from sdk.clients.retry import ClockRetry, Timeouts, retry_after_seconds
from sdk.clients.session import PlainSession

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from urllib3 import BaseHTTPResponse, HTTPConnectionPool, HTTPHeaderDict

    from sdk.clock import Clock

PIECE = 1 << 16  # bytes read at once
REDIRECTS = frozenset({301, 302, 303, 307, 308})  # RFC 9110, 15.4
_URL = re.compile(  # plain enough for any parser to read in the same way; all others are left to ``requests``
    r"(https?://(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?)(/[^?#\\\s]*)?(\?[^#\\\s]*)?", re.ASCII | re.IGNORECASE
)


@dataclass(frozen=True)
class ObjectAnswer:
    """The answer to a download; its body is still to be read.

    Args:
        url: Address that answered, after redirects.
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

    def close(self) -> None:
        """Give the connection back, or close it where the body was not read to its end."""
        self.raw.close()
        self.raw.release_conn()


class ObjectReader:
    """Opens URLs for reading, each once; retrying is the caller's business. Safe to share between threads.

    Args:
        clock: Judges dates in ``Retry-After``.
        timeouts: Limits of one request.
        admit: Called with each address before it is requested, and with the one that redirected there; raises what
            refuses it.
    """

    def __init__(
        self, *, clock: Clock, timeouts: Timeouts, admit: Callable[[str, str | None], None] | None = None
    ) -> None:
        self._clock = clock
        self._admit = admit
        self._timeouts = timeouts
        self._retry = ClockRetry.single(clock)
        self._session = PlainSession(self._retry)
        self._headers = {
            "User-Agent": str(self._session.headers["User-Agent"]),
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }
        self._pools: dict[str, HTTPConnectionPool | None] = {}
        self._redactor = Redactor()
        mask = LogMask(self._redactor)
        mask.attach()
        self._unmask = weakref.finalize(self, mask.detach)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._pools = {}
        self._session.close()

    def forget_connections(self) -> None:
        """Close idle connections, so that the next attempt opens a new one."""
        self._session.forget_connections()
        self._pools = {}

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> ObjectAnswer:
        """Send a GET and return its answer, whatever its status; the caller reads and closes it.

        Args:
            url: Absolute http(s) URL.
            headers: Request headers, ``Range`` for example.

        Raises:
            ClientTimeoutError: No answer in time.
            ClientConnectionError: No answer at all.
        """
        failure: ClientError
        try:
            return self._followed(url, {**self._headers, **(headers or {})})
        except (requests.RequestException, WireError) as error:
            failure = client_error(error, method="GET", url=url, redactor=self._redactor)
        raise failure

    def _followed(self, url: str, headers: Mapping[str, str]) -> ObjectAnswer:
        came_from: str | None = None
        for _ in range(self._session.max_redirects + 1):
            if self._admit is not None:
                self._admit(url, came_from)
            answer = self._once(url, headers)
            target = answer.headers.get("Location")
            if answer.status_code not in REDIRECTS or not target:
                return answer
            left = getattr(answer.raw, "length_remaining", None)
            if left is not None and left <= PIECE:  # the connection is worth that much, and no more
                answer.raw.drain_conn()
            answer.close()
            came_from, url = url, urljoin(url, target)
        raise requests.TooManyRedirects(f"more than {self._session.max_redirects} redirects")

    def _once(self, url: str, headers: Mapping[str, str]) -> ObjectAnswer:
        found = _URL.fullmatch(url)
        pool = None if found is None else self._pool(found[1])
        if found is None or pool is None:
            timeouts = (self._timeouts.connect, self._timeouts.read)
            answer = self._session.get(url, headers=headers, timeout=timeouts, stream=True, allow_redirects=False)
            return ObjectAnswer(url, answer.raw)
        raw = pool.urlopen(
            "GET",
            (found[2] or "/") + (found[3] or ""),
            headers=headers,
            retries=self._retry,
            redirect=False,
            assert_same_host=False,
            timeout=Timeout(connect=self._timeouts.connect, read=self._timeouts.read),
            preload_content=False,
            decode_content=False,
        )
        return ObjectAnswer(url, raw)

    def _pool(self, origin: str) -> HTTPConnectionPool | None:
        if origin not in self._pools:
            self._pools[origin] = self._session.pool_of(origin)
        return self._pools[origin]

    def pieces(self, response: ObjectAnswer, *, decode: bool) -> Iterator[bytes]:
        """Yield the body as it comes.

        Args:
            response: What ``open`` returned.
            decode: Whether to undo a ``Content-Encoding``; without, the bytes are those that are stored.

        Raises:
            ClientConnectionError: The body was cut.
            ClientTimeoutError: It stood still for too long.
        """
        failure: ClientError | None = None
        stream = response.raw.stream(PIECE, decode_content=decode)
        while failure is None:
            try:
                piece = next(stream, None)
            except (requests.RequestException, WireError, OSError) as error:
                failure = client_error(error, method="GET", url=response.url, redactor=self._redactor, body=True)
            else:
                if piece is None:
                    return
                yield piece
        raise failure

    def refusal(self, response: ObjectAnswer, what: str) -> ClientError:
        """Return the error that stands for an answer's status; its body is not shown, since S3 repeats secrets there.

        Args:
            response: An answer of 400 or above.
            what: Beginning of the sentence.
        """
        return error_for_status(
            response.status_code,
            f"{what}: the storage answered {response.status_code} {response.reason}.",
            method="GET",
            url=self._redactor.text(response.url),
            retry_after=retry_after_seconds(response.headers.get("Retry-After"), self._clock),
        )
