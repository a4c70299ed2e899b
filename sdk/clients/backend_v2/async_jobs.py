"""``/v2/async_jobs/``: state, progress stream and cancellation of jobs (contract.md 2.3, 2.4 and 6)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING
from urllib.parse import quote

from urllib3.exceptions import HTTPError as WireError

from sdk.clients.errors import TRANSIENT, ClientError, StreamError
from sdk.clients.failures import client_error
from sdk.clients.pagination import Row, fetch_page, row_of
from sdk.clients.reading import read
from sdk.clients.retry import PagePolicy
from sdk.clients.sse import HEARTBEAT, PROGRESS, ProgressEvent, events_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.clients.exchange import Answer
    from sdk.clients.retry import Timeouts
    from sdk.clients.transport import Transport

RECONNECTS = 5  # in a row without a sign of life (contract.md 2.3)
FIRST_WAIT = 5.0  # seconds (contract.md 2.3)
LONGEST_WAIT = 60.0  # seconds (contract.md 2.3)
PAGE_SIZE = 100  # jobs; what is looked for among them is seconds old
PIECE = 1 << 16  # bytes read at once; a read returns what has come
SIGNS_OF_LIFE = frozenset({PROGRESS, HEARTBEAT})


class AsyncJobs:
    """Async jobs of the v2 API.

    Args:
        transport: The backend.
        timeouts: Limits of a stream; ``read`` is the longest silence.
        rng: Draws the jitter of reconnects; one that is seeded with the job's id when absent.
    """

    def __init__(self, transport: Transport, *, timeouts: Timeouts, rng: random.Random | None = None) -> None:
        self._transport = transport
        self._timeouts = timeouts
        self._rng = rng

    def retrieve(self, job_id: str) -> Row:
        """Return a job; the only source of truth about its outcome.

        Args:
            job_id: Id of the job.

        Raises:
            NotFoundError: There is none for this caller.
        """
        return row_of(self._transport.request("GET", self._path(job_id)), what=f"async job {job_id}")

    def newest(self, *, page_size: int = PAGE_SIZE) -> list[Row]:
        """Return the caller's own newest jobs, the newest first (OpenAPI ``async_job_list``).

        Args:
            page_size: How many.
        """
        params = {"ordering": "-created", "page_size": page_size}
        page = fetch_page(self._transport, "/v2/async_jobs/", params, PagePolicy.single_read())
        return page.results

    def cancel(self, job_id: str) -> Row | None:
        """Ask a job to stop.

        Args:
            job_id: Id of the job.

        Returns:
            The job, where the answer holds it.

        Raises:
            ConflictError: It has finished already.
        """
        body = read(self._transport, "POST", f"{self._path(job_id)}cancel/")  # a second one changes nothing
        return row_of(body, what=f"async job {job_id}") if body else None

    def stream_progress(self, job_id: str, *, budget: int = RECONNECTS) -> Iterator[ProgressEvent]:
        """Yield a job's events until its stream says that it is over, reconnecting when it is cut.

        After a cut, a 429 or a 5xx it connects again after 5, 10, 20, 40 and 60 s, half of each drawn by lot, or after
        the ``Retry-After`` of the answer, up to 60 s. Progress and heartbeats make the budget whole again.

        Args:
            job_id: Id of the job.
            budget: Reconnects in a row without progress or heartbeat.

        Yields:
            All events in order, ``connected`` and ``heartbeat`` included; last ``async_job.completed`` or ``error``.

        Raises:
            StreamError: The budget is spent, or the answer is no event stream. The job may well be running: ask
                ``retrieve``.
            ClientError: By status, for every 4xx but 429.
        """
        rng = self._rng or random.Random(job_id)  # noqa: S311  (jitter, not a secret)
        spent = 0
        while True:
            problem: ClientError | None = None
            try:
                response = self._transport.open_stream(
                    f"{self._path(job_id)}progress/", timeouts=self._timeouts, accept="text/event-stream"
                )
            except TRANSIENT as error:
                problem = error
            else:
                reading = _Reading(response, self._transport)
                try:
                    for event in reading.events():
                        if event.event in SIGNS_OF_LIFE:
                            spent = 0
                        yield event
                        if event.is_terminal:
                            return
                finally:
                    response.close()
                problem = reading.problem
            if spent >= budget:
                why = str(problem) if problem else "it ended without a terminal event"
                raise StreamError(
                    f"The progress stream of job {job_id} is given up after {budget} reconnects in a row: {why}"
                )
            self._transport.clock.sleep(_wait(spent, problem, rng))
            spent += 1

    def _path(self, job_id: str) -> str:
        return f"/v2/async_jobs/{quote(job_id, safe='')}/"


class _Reading:
    """One connection's worth of a stream.

    Args:
        response: The open answer.
        transport: What it came through.
    """

    def __init__(self, response: Answer, transport: Transport) -> None:
        self._response = response
        self._transport = transport
        self.problem: ClientError | None = None

    def events(self) -> Iterator[ProgressEvent]:
        """Yield events until the stream ends or is cut; ``problem`` says how.

        Raises:
            StreamError: It is no event stream.
        """
        kind = self._response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind and not kind.startswith("text/"):
            raise StreamError(f"The progress stream is of type {kind!r}; text/event-stream is needed.")
        broken = None
        try:
            for event in events_of(self._pieces()):
                yield ProgressEvent.of(event)
        except ValueError as error:
            broken = str(error)
        if broken is not None:
            raise StreamError(f"The progress stream cannot be read: {broken}.")

    def _pieces(self) -> Iterator[bytes]:
        raw = self._response.raw
        while True:
            try:
                piece = raw.read1(PIECE, decode_content=True)
            except (WireError, OSError) as error:
                self.problem = client_error(
                    error, method="GET", url=self._response.url, redactor=self._transport.redactor, body=True
                )
                return
            if not piece:
                return
            yield piece


def _wait(spent: int, problem: ClientError | None, rng: random.Random) -> float:
    """Return the seconds until the next connection: what the server asked for, else equal jitter."""
    asked = getattr(problem, "retry_after", None)
    if asked:
        return float(asked)
    whole = min(FIRST_WAIT * 2.0**spent, LONGEST_WAIT)
    return whole / 2 + rng.random() * whole / 2
