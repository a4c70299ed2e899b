"""Plain downloads: presigned and file URLs, which carry their own right and get no credentials.

Source: contract.md 3.3 and 3.5. Redirects are followed, with nothing to leak: there is no auth header, no cookie, and
``.netrc`` is not read.
"""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin

import requests
from urllib3.exceptions import HTTPError as WireError

from sdk.clients.errors import ClientError, error_for_status
from sdk.clients.exchange import PIECE, REDIRECTS, Exchange
from sdk.clients.failures import client_error
from sdk.clients.redaction import LogMask, Redactor
from sdk.clients.retry import ClockRetry, Timeouts, retry_after_seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sdk.clients.exchange import Answer
    from sdk.clock import Clock

MAX_REDIRECTS = 30  # as ``requests`` has it
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity"}  # the bytes are wanted as they are stored


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
        self._exchange = Exchange(ClockRetry.single(clock))
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
        self._exchange.close()

    def forget_connections(self) -> None:
        """Close idle connections, so that the next attempt opens a new one."""
        self._exchange.forget_connections()

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
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
            return self._followed(url, {**HEADERS, **(headers or {})})
        except (requests.RequestException, WireError) as error:
            failure = client_error(error, method="GET", url=url, redactor=self._redactor)
        raise failure

    def _followed(self, url: str, headers: Mapping[str, str]) -> Answer:
        came_from: str | None = None
        for _ in range(MAX_REDIRECTS + 1):
            if self._admit is not None:
                self._admit(url, came_from)
            answer = self._exchange.send("GET", url, headers, self._timeouts)
            if answer.status_code not in REDIRECTS or not answer.target:
                return answer
            answer.leave()
            came_from, url = url, _joined(url, answer.target)
        raise requests.TooManyRedirects(f"more than {MAX_REDIRECTS} redirects")

    def pieces(self, response: Answer, *, decode: bool) -> Iterator[bytes]:
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

    def refusal(self, response: Answer, what: str) -> ClientError:
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


def _joined(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise requests.exceptions.InvalidURL("redirected to what is no URL") from None
