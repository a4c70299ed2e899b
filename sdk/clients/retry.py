"""How often, after what, and with which waits a request is sent again.

Two layers: ``ClockRetry`` re-sends one HTTP exchange inside urllib3; ``PagePolicy`` asks again for a whole page. Both
wait on the context's clock. Source: contract.md 1.2 and 1.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self, override

from urllib3.exceptions import HTTPError as TransportFailure
from urllib3.util import Retry

from sdk.clients.errors import (
    ClientConnectionError,
    ClientError,
    ClientTimeoutError,
    ConfigurationError,
    IncompleteResponseError,
    RateLimitError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from urllib3.connectionpool import ConnectionPool
    from urllib3.response import BaseHTTPResponse

    from sdk.clock import Clock

RETRY_AFTER_CAP = 60.0  # seconds: contract.md 1.2, a server cannot park a client for a day
DEFAULT_RETRY_ON_STATUS = frozenset({502, 503, 504})
# 500: a database connection lost during a slow query (export guide, bounded retry); 520, 522, 524: the delivery
# network's word for the same, which killed exports (incidents.md 2, SYN-7480 and SYN-7542)
EXPORT_LIST_RETRY_ON_STATUS = DEFAULT_RETRY_ON_STATUS | {500, 520, 522, 524}
FAILED_FOR_NOW = EXPORT_LIST_RETRY_ON_STATUS - DEFAULT_RETRY_ON_STATUS  # and not repeated by the transport
RESENDABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})  # a lost answer to these costs nothing but time
_ALL_METHODS = RESENDABLE | {"POST", "PATCH"}


@dataclass(frozen=True)
class Timeouts:
    """Limits of one exchange on the wire; real seconds, whatever the clock.

    Args:
        connect: Seconds until a connection stands.
        read: Seconds between two pieces of the answer.
    """

    connect: float
    read: float


def retry_after_seconds(value: str | None, clock: Clock) -> float | None:
    """Read a ``Retry-After`` header (RFC 9110, 10.2.3): seconds or a date, judged by ``clock``.

    Args:
        value: The header's value.
        clock: Clock that a date is compared with.

    Returns:
        Seconds from 0 to 60; ``None`` when there is no header or it cannot be read.
    """
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), RETRY_AFTER_CAP)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return min(max(moment.timestamp() - clock.time(), 0.0), RETRY_AFTER_CAP)


class ClockRetry(Retry):
    """urllib3's retry that waits on a clock of ours and never writes twice.

    After a read error GET, PUT and DELETE are sent again; POST and PATCH are not, since the write may have been done.
    The last answer is handed on instead of an exception, so that its status and body are not lost.

    Args:
        *args: As urllib3.
        clock: What waits.
        **options: As urllib3.
    """

    def __init__(self, *args: Any, clock: Clock, **options: Any) -> None:
        super().__init__(*args, **options)
        self.clock = clock

    @classmethod
    def standard(cls, clock: Clock) -> Self:
        """Return the policy of every API call: 3 retries after 0, 4 and 8 s on 502, 503 and 504 (contract.md 1.2)."""
        return cls(
            total=3,
            backoff_factor=2,
            status_forcelist=DEFAULT_RETRY_ON_STATUS,
            allowed_methods=_ALL_METHODS,
            raise_on_status=False,
            redirect=False,
            clock=clock,
        )

    @classmethod
    def single(cls, clock: Clock) -> Self:
        """Return the policy of calls that bring their own retry: one attempt."""
        return cls(total=0, raise_on_status=False, redirect=False, respect_retry_after_header=False, clock=clock)

    @override
    def new(self, **kw: Any) -> Self:
        return super().new(clock=self.clock, **kw)

    @override
    def increment(
        self,
        method: str | None = None,
        url: str | None = None,
        response: BaseHTTPResponse | None = None,
        error: Exception | None = None,
        _pool: ConnectionPool | None = None,
        _stacktrace: TracebackType | None = None,
    ) -> Self:
        if error is not None and self._is_read_error(error) and (method or "").upper() not in RESENDABLE:
            raise error
        return super().increment(method, url, response, error, _pool, _stacktrace)

    @override
    def parse_retry_after(self, retry_after: str) -> float:
        return retry_after_seconds(retry_after, self.clock) or 0.0

    @override
    def sleep_for_retry(self, response: BaseHTTPResponse) -> bool:
        seconds = self.get_retry_after(response)
        if not seconds:
            return False
        self.clock.sleep(seconds)
        return True

    @override
    def _sleep_backoff(self) -> None:
        self.clock.sleep(self.get_backoff_time())


@dataclass(frozen=True)
class PagePolicy:
    """How a page of a list is asked for again, on top of the transport's own retries.

    Args:
        retries: Attempts after the first.
        backoff: First wait in seconds; doubles with each attempt.
        cap: Longest wait in seconds.
        throttle: Seconds between two pages that went well.
        retry_on_status: Statuses worth another attempt; 429 always is.
        timeouts: Limits for these requests; ``None`` takes the client's own.
        after_loss: Whether time-outs and broken connections are worth another attempt, on top of the transport's own.
    """

    retries: int = 0
    backoff: float = 2.0
    cap: float = 30.0
    throttle: float = 0.0
    retry_on_status: frozenset[int] = DEFAULT_RETRY_ON_STATUS
    timeouts: Timeouts | None = None
    after_loss: bool = True

    @classmethod
    def single_read(cls) -> PagePolicy:
        """Return the policy of single reads: 3 retries after 2, 4 and 8 s, as of bulk calls (contract.md 1.4).

        It covers what the transport hands on at once, 429, 500, 520, 522 and 524, and nothing that it has repeated.
        """
        return cls(retries=3, retry_on_status=FAILED_FOR_NOW, after_loss=False)

    @classmethod
    def export_default(cls, throttle: float = 0.2) -> PagePolicy:
        """Return the policy of export lists: 6 retries after 2, 4, 8, 16, 30, 30 s, read time-out 30 s, 500 included.

        Args:
            throttle: Seconds between pages; 0.2 is that of tasks (contract.md 1.4).
        """
        return cls(
            retries=6,
            throttle=throttle,
            retry_on_status=EXPORT_LIST_RETRY_ON_STATUS,
            timeouts=Timeouts(connect=5, read=30),
        )

    def with_environment(self, environ: Mapping[str, str]) -> PagePolicy:
        """Return this policy with what the environment overrides (contract.md 1.4).

        Args:
            environ: SYNAPSE_EXPORT_PAGE_RETRIES, _PAGE_RETRY_BACKOFF, _THROTTLE_SECONDS and _READ_TIMEOUT are read.

        Raises:
            ConfigurationError: A value is not a number of zero or more.
        """
        read = _number(environ, "SYNAPSE_EXPORT_READ_TIMEOUT", None)
        timeouts = self.timeouts
        if read is not None:
            timeouts = Timeouts(connect=self.timeouts.connect if self.timeouts else 5, read=read)
        return replace(
            self,
            retries=int(_number(environ, "SYNAPSE_EXPORT_PAGE_RETRIES", self.retries)),
            backoff=_number(environ, "SYNAPSE_EXPORT_PAGE_RETRY_BACKOFF", self.backoff),
            throttle=_number(environ, "SYNAPSE_EXPORT_THROTTLE_SECONDS", self.throttle),
            timeouts=timeouts,
        )

    def wait(self, attempt: int, error: ClientError | None = None) -> float:
        """Return the seconds to wait after a failed attempt.

        Args:
            attempt: 0 after the first attempt, 1 after the second.
            error: What failed; its ``retry_after`` counts when it is longer.
        """
        own = min(self.backoff * 2.0 ** min(attempt, 30), self.cap)
        return max(own, getattr(error, "retry_after", None) or 0.0)

    def covers(self, error: ClientError) -> bool:
        """Return whether another attempt may go better than this error; never after a write of unknown outcome."""
        if isinstance(error, IncompleteResponseError):
            return False
        if isinstance(error, RateLimitError):
            return True
        if isinstance(error, ClientTimeoutError | ClientConnectionError):
            return self.after_loss
        return error.status in self.retry_on_status


def _number[N: (float, None)](environ: Mapping[str, str], name: str, default: N) -> float | N:
    """Read a number of zero or more from the environment."""
    raw = environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise ConfigurationError(f"{name} is {raw!r}; a number of zero or more is needed.")
    return value


__all__ = [
    "DEFAULT_RETRY_ON_STATUS",
    "EXPORT_LIST_RETRY_ON_STATUS",
    "FAILED_FOR_NOW",
    "RESENDABLE",
    "RETRY_AFTER_CAP",
    "ClockRetry",
    "PagePolicy",
    "Timeouts",
    "TransportFailure",
    "retry_after_seconds",
]
