"""Original files of rows: streamed to disk, resumed where they were cut (contract.md 3.5)."""

from __future__ import annotations

import os
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Self
from urllib.parse import urljoin

from sdk.clients.errors import (
    TRANSIENT,
    ClientConnectionError,
    ClientError,
    OriginalFileError,
    OriginalUnreachableError,
)
from sdk.clients.objects import ObjectReader
from sdk.clients.redaction import redact_urls
from sdk.clients.retry import Timeouts

if TYPE_CHECKING:
    from pathlib import Path

    from sdk.clients.exchange import Answer
    from sdk.clock import Clock

ATTEMPTS = 5  # contract.md 3.5
RECOVERY_CAP = 60.0  # seconds from the first failure in which another attempt may begin (contract.md 3.5)
ORIGINAL_TIMEOUTS = Timeouts(connect=5, read=60)
_HTTP = re.compile(r"(?i)https?://")
_SCHEME = re.compile(r"(?i)[a-z][a-z0-9+.-]*:")
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-\d+|\*)/(\d+|\*)")
_COME_BACK = frozenset({429, 502, 503, 504})  # statuses that say nothing about the file


@dataclass
class _Partial:
    """What is known of a file that is under way.

    Args:
        stream: Where its bytes go.
        have: Bytes written.
        resumable: Whether an answer said ``Accept-Ranges: bytes`` and which version its bytes are of.
        etag: Strong validator of the version that the bytes are of.
        version: What else the answer said of it: size in bytes and ``Last-Modified``, where it did.
    """

    stream: BinaryIO
    have: int = 0
    resumable: bool = False
    etag: str | None = None
    version: tuple[int | None, str] = (None, "")

    def restart(self) -> None:
        """Forget the bytes."""
        self.stream.seek(0)
        self.stream.truncate()
        self.have = 0


class OriginalDownloader:
    """Downloads files to paths; a file appears whole or not at all. Safe to share between threads.

    Statuses 429 and 5xx, cut bodies and broken connections are tried again; other statuses are not. A file whose
    version changes between two attempts starts anew, by ``If-Range``.

    Args:
        clock: Waits between attempts.
        base_url: API host that URLs without scheme are resolved against.
        timeouts: Limits of one attempt.
        attempts: Attempts for one file.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        base_url: str | None = None,
        timeouts: Timeouts = ORIGINAL_TIMEOUTS,
        attempts: int = ATTEMPTS,
    ) -> None:
        self._clock = clock
        self._base_url = base_url
        self._attempts = attempts
        self._objects = ObjectReader(clock=clock, timeouts=timeouts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._objects.close()

    def fetch(self, url: str, destination: Path, *, row_id: object = None) -> int:
        """Download a file.

        Args:
            url: Address; without scheme it is one of the API host. No credential is sent, wherever it leads.
            destination: Path of the file; its directory is made, a file that is there is replaced.
            row_id: Row, for the sentence of an error.

        Returns:
            Bytes written.

        Raises:
            OriginalFileError: It cannot be had.
            OriginalUnreachableError: Its host cannot be reached for now.
            OSError: The disk does not take it.
        """
        address = self._absolute(url, row_id)
        destination.parent.mkdir(parents=True, exist_ok=True)
        part = destination.parent / f".part-{os.getpid()}-{threading.get_ident()}"  # one thread, one file at a time
        try:
            with part.open("wb") as stream:
                size = self._fill(address, _Partial(stream), row_id)
            part.replace(destination)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return size

    def _fill(self, url: str, partial: _Partial, row_id: object) -> int:
        failed_at: float | None = None
        for attempt in range(self._attempts):
            failure: ClientError
            try:
                self._attempt(url, partial)
            except TRANSIENT as error:
                failure = error
            except ClientError as error:
                failure = error
                break
            else:
                return partial.have
            now = self._clock.monotonic()
            failed_at = now if failed_at is None else failed_at
            wait = max(2.0**attempt, getattr(failure, "retry_after", None) or 0.0)
            if attempt + 1 == self._attempts or now + wait - failed_at > RECOVERY_CAP:
                break
            self._objects.forget_connections()
            self._clock.sleep(wait)
        passing = isinstance(failure, TRANSIENT) and (failure.status is None or failure.status in _COME_BACK)
        raise (OriginalUnreachableError if passing else OriginalFileError)(
            f"Row {row_id}: its original file could not be had after {attempt + 1} attempts: {failure}",
            row_id=row_id,
            status=failure.status,
            url=redact_urls(url),
        )

    def _attempt(self, url: str, partial: _Partial) -> None:
        headers = {}
        if partial.have and not partial.resumable:
            partial.restart()
        if partial.have:
            headers["Range"] = f"bytes={partial.have}-"
            if partial.etag:
                headers["If-Range"] = partial.etag
        response = self._objects.open(url, headers)
        try:
            if response.status_code == 416 and partial.have:
                if _total(response) == partial.have:
                    return
                partial.restart()
                raise ClientConnectionError("the file is no longer what it was")
            if response.status_code not in {200, 206}:
                raise self._objects.refusal(response, "the file was not given")
            self._take(response, partial)
        finally:
            response.close()

    def _take(self, response: Answer, partial: _Partial) -> None:
        """Append the body of a 206 that fits, begin anew with any other."""
        if response.status_code == 206:
            partial.resumable = True
            if _start(response) != partial.have:
                partial.restart()
                raise ClientConnectionError("the storage sent another range than the one asked for")
            if not _is_same(partial, response):  # a storage that knows no If-Range, or that has no strong validator
                partial.restart()
                raise ClientConnectionError("the file is no longer what it was")
        else:
            partial.restart()
            partial.etag = _etag(response)
            partial.version = _length(response), _modified(response)
            known = partial.etag is not None or bool(partial.version[1])  # else the next bytes may be of another file
            partial.resumable = known and response.headers.get("Accept-Ranges", "").strip().lower() == "bytes"
        for piece in self._objects.pieces(response, decode=False):
            partial.stream.write(piece)
            partial.have += len(piece)

    def _absolute(self, url: str, row_id: object) -> str:
        if _HTTP.match(url):
            return url
        if not _SCHEME.match(url) and url and self._base_url is not None:
            try:
                return urljoin(f"{self._base_url}/", url)
            except ValueError:  # a host in brackets that is none
                pass
        raise OriginalFileError(
            f"Row {row_id}: {redact_urls(url)!r} is no address of a file; "
            "an http(s) URL or a path of the API host is needed.",
            row_id=row_id,
        )


def _is_same(partial: _Partial, response: Answer) -> bool:
    """Return whether a 206 is of the version that the bytes so far are of, by all that both answers say of it."""
    size, modified = partial.version
    said = ((partial.etag, _etag(response)), (size, _total(response)), (modified, _modified(response)))
    return all(not before or not now or before == now for before, now in said)


def _etag(response: Answer) -> str | None:
    etag = str(response.headers.get("ETag", "")).strip()
    return etag if etag.startswith('"') else None


def _modified(response: Answer) -> str:
    return str(response.headers.get("Last-Modified", "")).strip()


def _length(response: Answer) -> int | None:
    length = str(response.headers.get("Content-Length", "")).strip()
    return int(length) if length.isascii() and length.isdigit() else None


def _start(response: Answer) -> int | None:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    return int(found[1]) if found and found[1] else None


def _total(response: Answer) -> int | None:
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    return int(found[2]) if found and found[2] != "*" else None
