"""Annotation files over HTTP: from where they may be, no larger than allowed, in time, and JSON."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, NoReturn, Self
from urllib.parse import urljoin

from sdk.clients.errors import (
    TRANSIENT,
    ClientError,
    ClientTimeoutError,
)
from sdk.clients.objects import ObjectReader
from sdk.clients.redaction import redact_urls
from sdk.clients.retry import Timeouts
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import AnnotationFormatError, DownloadError
from sdk.plugins.categories.pre_annotation.actions.to_task.hosts import HostPolicy
from sdk.plugins.categories.pre_annotation.actions.to_task.params import MAX_ANNOTATION_BYTES

if TYPE_CHECKING:
    from sdk.clock import Clock

TIMEOUTS = Timeouts(connect=5, read=30)
ATTEMPTS = 4
FIRST_WAIT, LONGEST_WAIT = 1.0, 20.0  # seconds, doubling between attempts: as for payloads (contract.md 3.3)
DEADLINE = 300.0  # seconds for one file, all attempts and waits: a body that drips is as good as none
INVALID_JSON = "Invalid JSON format in annotation file"


class JsonDownloader:
    """Fetches JSON documents, without credentials. Safe to share between threads.

    Statuses 429 and 5xx, cut bodies and broken connections are tried again, a bounded number of times; other statuses,
    refused hosts, files over the cap and texts that are no JSON are not.

    Args:
        clock: Waits between attempts and measures the deadline.
        policy: Which hosts may be asked, redirect by redirect.
        max_bytes: Cap of one file in bytes, decoded; enforced while it streams in.
        base_url: API host that URLs without scheme are resolved against (contract.md 3.5).
    """

    def __init__(
        self,
        *,
        clock: Clock,
        policy: HostPolicy | None = None,
        max_bytes: int = MAX_ANNOTATION_BYTES,
        base_url: str | None = None,
    ) -> None:
        self._clock = clock
        self._max_bytes = max_bytes
        self._base_url = base_url
        self._objects = ObjectReader(clock=clock, timeouts=TIMEOUTS, admit=(policy or HostPolicy()).admit)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._objects.close()

    def fetch(self, url: str) -> Any:
        """Return the document that lies at an address.

        Args:
            url: Absolute, or a path of the API host.

        Raises:
            DownloadError: It cannot be had; the sentence begins with the guide's words.
            AnnotationFormatError: It is no JSON; the sentence begins with the guide's words.
        """
        address = self._absolute(url)
        until = self._clock.monotonic() + DEADLINE
        for attempt in range(ATTEMPTS):
            failure: ClientError
            try:
                return _parsed(self._content(address, until))
            except ClientError as error:
                failure = error
            wait = max(min(FIRST_WAIT * 2.0**attempt, LONGEST_WAIT), getattr(failure, "retry_after", None) or 0.0)
            last = attempt + 1 == ATTEMPTS or self._clock.monotonic() + wait >= until
            if last or not isinstance(failure, TRANSIENT):
                break
            self._objects.forget_connections()
            self._clock.sleep(wait)
        tries = f" ({attempt + 1} attempts)" if attempt else ""
        raise DownloadError(f"{failure}{tries}", url=redact_urls(address), status=failure.status)

    def _absolute(self, url: str) -> str:
        if self._base_url is None or "://" in url.partition("?")[0]:
            return url
        return urljoin(f"{self._base_url}/", url)

    def _content(self, url: str, until: float) -> bytes:
        answer = self._objects.open(url)
        try:
            if answer.status_code != HTTPStatus.OK:
                raise self._objects.refusal(answer, "it was not given")
            announced = answer.headers.get("Content-Length", "")
            if announced.isascii() and announced.isdigit() and int(announced) > self._max_bytes:
                self._refuse_size(url, int(announced))
            content = bytearray()
            for piece in self._objects.pieces(answer, decode=True):
                content += piece
                if len(content) > self._max_bytes:
                    self._refuse_size(url, len(content))
                if self._clock.monotonic() > until:
                    raise ClientTimeoutError(f"it was not complete after {DEADLINE:g} s")
        finally:
            answer.close()
        return bytes(content)

    def _refuse_size(self, url: str, size: int) -> NoReturn:
        raise DownloadError(f"it has {size} bytes or more; up to {self._max_bytes} are taken", url=redact_urls(url))


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
    raise AnnotationFormatError(f"{INVALID_JSON}: {reason}")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
