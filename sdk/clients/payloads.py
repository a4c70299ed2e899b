"""Payloads that lie in object storage: wrappers in, payloads out, in order and checked.

Source: contract.md 3.3; incidents.md 3.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import deque
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from sdk.clients.errors import (
    TRANSIENT,
    ClientConnectionError,
    ClientError,
    PayloadError,
    PayloadMismatchError,
    PayloadTooLargeError,
)
from sdk.clients.objects import ObjectReader
from sdk.clients.retry import Timeouts
from sdk.clients.wrappers import Wrapper, declared, is_wrapper, read_wrapper
from sdk.executor import threads

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from sdk.clients.pagination import Row
    from sdk.clock import Clock
    from sdk.executor import Executors

__all__ = ["MAX_PAYLOAD", "PayloadFetcher", "is_wrapper"]

MAX_PAYLOAD = 64 * 2**20  # bytes; rows of 28 MB have been seen (incidents.md 3, SYN-7490)
WORKERS = 8  # contract.md 3.3
LOOK_AHEAD = 8  # rows (contract.md 3.3)
RETRIES = 4  # contract.md 3.3
FIRST_WAIT = 1.0  # seconds, doubling (contract.md 3.3)
LONGEST_WAIT = 20.0  # seconds (contract.md 3.3)
REISSUES = 3  # new links for one row (contract.md 3.3)
PAYLOAD_TIMEOUTS = Timeouts(connect=5, read=120)  # contract.md 3.3
RENEWABLE = frozenset({400, 401, 403})  # what storages answer to a link that is too old
_log = logging.getLogger(__name__)


class PayloadFetcher:
    """Downloads the payloads of rows in parallel and hands the rows on in their order.

    A payload of another size or SHA-256 than declared is an error that names the row. A row without digest, or with
    one of another form, is accepted and counted.

    Args:
        clock: Waits between attempts.
        workers: Downloads at a time.
        look_ahead: Rows that may be under way before the first of them is taken.
        timeouts: Limits of one download.
        retries: Further attempts after 429, 5xx, a broken connection, or a body that is cut or no JSON.
        max_reissues: New links to ask for, for one row.
        max_bytes: Cap of one payload in bytes, decoded; enforced while it streams in.
        executors: Makes what downloads run on.

    Attributes:
        unverified: Payloads accepted without a SHA-256 to compare with.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        workers: int = WORKERS,
        look_ahead: int = LOOK_AHEAD,
        timeouts: Timeouts = PAYLOAD_TIMEOUTS,
        retries: int = RETRIES,
        max_reissues: int = REISSUES,
        max_bytes: int = MAX_PAYLOAD,
        executors: Executors = threads,
    ) -> None:
        if workers < 1 or look_ahead < 1:
            raise ValueError(f"workers and look_ahead must be at least 1, not {workers} and {look_ahead}")
        self.unverified = 0
        self._clock = clock
        self._workers = workers
        self._executors = executors
        self._look_ahead = look_ahead
        self._retries = retries
        self._max_reissues = max_reissues
        self._max_bytes = max_bytes
        self._objects = ObjectReader(clock=clock, timeouts=timeouts)
        self._counting = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._objects.close()

    def resolve(
        self,
        rows: Iterable[Row],
        *,
        reissue: Callable[[Row], object] | None = None,
        id_key: str = "id",
        data_key: str = "data",
    ) -> Iterator[Row]:
        """Yield the rows in order, each with its payload in place of a wrapper.

        Rows are pulled in the consumer's thread, at most ``look_ahead`` before they are taken. Closing the iterator
        stops the downloads.

        Args:
            rows: Rows; those without wrapper pass untouched.
            reissue: Called with a row whose link is refused, from a worker's thread; returns the row's ``data`` anew.
            id_key: Key of the id that errors name.
            data_key: Key of the payload or wrapper.

        Raises:
            PayloadError: A payload cannot be had, at the turn of its row.
        """
        pool = self._executors(self._workers, "payload")
        pending: deque[tuple[Row, Future[object] | None]] = deque()
        stop = threading.Event()
        try:
            for row in rows:
                future = None
                if is_wrapper(row.get(data_key)):
                    future = pool.submit(self._fetch_row, row, reissue, id_key, data_key, stop)
                pending.append((row, future))
                if len(pending) > self._look_ahead:
                    yield _finished(*pending.popleft(), data_key)
            while pending:
                yield _finished(*pending.popleft(), data_key)
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)

    def fetch(self, row_id: object, data: object, *, reissue: Callable[[], object] | None = None) -> object:
        """Return the payload that one ``data`` stands for, downloaded in this thread.

        Args:
            row_id: Row, for the sentence of an error.
            data: Wrapper or payload.
            reissue: Returns ``data`` anew when its link is refused.

        Raises:
            PayloadError: It cannot be had.
        """
        return self._fetch(row_id, data, reissue, threading.Event())

    def check_inline(self, row_id: object, text: bytes, fields: Mapping[str, object]) -> None:
        """Compare a payload that came inline with what is declared beside it.

        A payload without ``data_digest`` is not counted as unverified: the real backend declares none there.

        Args:
            row_id: Row, for the sentence of an error.
            text: The payload's JSON, byte for byte as it came.
            fields: Holds ``size`` and ``data_digest``, or does not.

        Raises:
            PayloadMismatchError: Size or digest differ.
        """
        said = declared(row_id, fields)
        said.check(text)
        if said.digest is None and fields.get("data_digest") is not None:
            self._count_unverified(row_id)

    def _fetch_row(
        self, row: Row, reissue: Callable[[Row], object] | None, id_key: str, data_key: str, stop: threading.Event
    ) -> object:
        again = None if reissue is None else (lambda: reissue(row))
        return self._fetch(row.get(id_key), row[data_key], again, stop)

    def _fetch(
        self, row_id: object, data: object, reissue: Callable[[], object] | None, stop: threading.Event
    ) -> object:
        attempts = reissues = 0
        while is_wrapper(data):
            place = read_wrapper(row_id, data)  # type: ignore[arg-type]  # is_wrapper: a dict
            if not isinstance(place, Wrapper):
                return place
            failure: ClientError
            try:
                return self._download(place)
            except PayloadError:
                raise
            except ClientError as error:
                failure = error
            if failure.status in RENEWABLE and reissue is not None and reissues < self._max_reissues:
                reissues += 1
                data = _renewed(row_id, reissue)
            elif isinstance(failure, TRANSIENT) and attempts < self._retries and not stop.is_set():
                own = min(FIRST_WAIT * 2.0**attempts, LONGEST_WAIT)
                attempts += 1
                self._objects.forget_connections()
                self._clock.sleep(max(own, getattr(failure, "retry_after", None) or 0.0))
            elif isinstance(failure, _CutError):
                raise failure.verdict
            else:
                tried = f" ({attempts} retries, {reissues} new links)" if attempts or reissues else ""
                raise PayloadError(
                    f"{failure}{tried}" if str(failure).startswith("Row ") else f"Row {row_id}: {failure}{tried}",
                    row_id=row_id,
                    status=failure.status,
                    url=failure.url,
                )
        return data

    def _download(self, place: Wrapper) -> object:
        """Return a payload, or raise ``PayloadError`` for good and other ``ClientError`` for now."""
        if place.size is not None and place.size > self._max_bytes:
            raise self._too_large(place, place.size)
        response = self._objects.open(place.url)
        try:
            if response.status_code != HTTPStatus.OK:
                raise self._objects.refusal(response, f"Row {place.row_id}: its payload was not given")
            content = bytearray()
            for piece in self._objects.pieces(response, decode=True):
                content += piece
                if len(content) > self._max_bytes:
                    raise self._too_large(place, len(content))
        finally:
            response.close()
        return self._parsed(place, bytes(content))

    def _parsed(self, place: Wrapper, content: bytes) -> object:
        mismatch: PayloadMismatchError | None = None
        try:
            place.check(content)
        except PayloadMismatchError as error:
            if place.size is None or len(content) >= place.size:
                raise
            mismatch = error
        if mismatch is not None:  # shorter than declared: cut on the way, more likely than wrong for good
            raise _CutError(mismatch)
        broken: str | None = None
        try:
            payload = json.loads(content)
        except (ValueError, RecursionError) as error:
            broken = type(error).__name__
        if broken is not None:
            verdict = PayloadError(
                f"Row {place.row_id}: its payload of {len(content)} bytes is no JSON ({broken}).", row_id=place.row_id
            )
            raise verdict if place.digest is not None else _CutError(verdict)
        if place.digest is None:
            self._count_unverified(place.row_id)
        return payload

    def _too_large(self, place: Wrapper, size: int) -> PayloadTooLargeError:
        return PayloadTooLargeError(
            f"Row {place.row_id}: its payload is {size} bytes or more, over the cap of {self._max_bytes}.",
            row_id=place.row_id,
        )

    def _count_unverified(self, row_id: object) -> None:
        with self._counting:
            self.unverified += 1
            first = self.unverified == 1
        if first:
            _log.warning(
                "Row %s: its payload declares no SHA-256 in lower-case hex, so it is taken as it came; others like it "
                "are counted and not logged.",
                row_id,
            )


class _CutError(ClientConnectionError):
    """A body that looks cut: worth another attempt, and ``verdict`` when there is none left."""

    def __init__(self, verdict: PayloadError) -> None:
        super().__init__(str(verdict))
        self.verdict = verdict


def _renewed(row_id: object, reissue: Callable[[], object]) -> object:
    failure: ClientError
    try:
        return reissue()
    except PayloadError:
        raise
    except ClientError as error:
        failure = error
    raise PayloadError(
        f"Row {row_id}: its payload's link was refused, and a new one could not be had: {failure}",
        row_id=row_id,
        status=failure.status,
    ) from failure


def _finished(row: Row, future: Future[Any] | None, data_key: str) -> Row:
    return row if future is None else {**row, data_key: future.result()}
