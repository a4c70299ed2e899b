"""The server-side job of a delegated export: follow it, and know when to give it up.

The progress stream is a comfort: whatever happens to it, the job's own document says how it stands. A job is given up,
and only then cancelled, when it has shown no life for longer than allowed.

Source: contract.md 2.2 to 2.4; incidents.md 2, SYN-7166 (job healthy, client gone) and the stream's false errors.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

from sdk.clients.errors import (
    ClientConnectionError,
    ClientError,
    ClientTimeoutError,
    ConflictError,
    NotFoundError,
    RateLimitError,
    ServerError,
)
from sdk.plugins.actions.export.errors import JobFailedError, JobGivenUpError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from sdk.clients.backend_v2 import BackendV2Client, ProgressEvent
    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.settings import ExportSettings

# contract.md 2.4; compared without case, since retrieve and enqueue disagree about it (incidents.md 2)
SUCCEEDED = frozenset({"completed", "success"})
FAILED = frozenset({"failed", "error", "cancelled", "canceled"})
FIRST_WAIT = 2.0  # seconds; contract.md 2.4, as are the two below
WAIT_GROWTH = 1.5
LONGEST_WAIT = 15.0
LOOK_AFTER = 60.0  # seconds without progress on the stream after which the job itself is looked at
LAST_LOOKS = 5  # at a job that can no longer be cancelled, since it has ended: its rows are worth 16 s more
PASSING = (ServerError, ClientConnectionError, ClientTimeoutError, RateLimitError)


@dataclass
class JobFollower:
    """Follows one job to its end.

    Args:
        client: The v2 client; its clock waits.
        job_id: The job.
        settings: When to give up.
        heard: Told processed and total rows as they become known.
        warn: Told in a sentence what went wrong without ending anything.
    """

    client: BackendV2Client
    job_id: str
    settings: ExportSettings
    heard: Callable[[int, int], None]
    warn: Callable[[str], None]
    _started: float = field(default=0.0, init=False)
    _alive: float = field(default=0.0, init=False)
    _looked: float = field(default=0.0, init=False)
    _marks: dict[str, object] = field(default_factory=dict, init=False)
    _status: str = field(default="unknown", init=False)

    def outcome(self) -> Row:
        """Return the document of the job once it has succeeded.

        Raises:
            JobFailedError: It failed or was cancelled.
            JobGivenUpError: It showed no life for too long.
            ClientError: It cannot be asked about: not found, not allowed.
        """
        self._started = self._alive = self._looked = self.client.clock.monotonic()
        self._stream()
        wait = FIRST_WAIT
        while True:
            job = self._retrieve()
            if job is not None:
                status = self._status.lower()
                if status in SUCCEEDED:
                    return job
                if status in FAILED:
                    raise JobFailedError(f"Delegated export job {self.job_id} ended as {self._status}{_reason(job)}.")
            if (sentence := self._overdue()) is not None:
                return self._give_up(sentence)
            self.client.clock.sleep(wait)
            wait = min(wait * WAIT_GROWTH, LONGEST_WAIT)

    def _stream(self) -> None:
        """Relay progress until the stream ends, one way or another; the job's outcome is asked for afterwards."""
        try:
            with closing(
                cast("Generator[ProgressEvent]", self.client.async_jobs.stream_progress(self.job_id))
            ) as events:
                for event in events:
                    self._hear(event)
                    if self._overdue() is not None or self._is_over_unheard():
                        return
        except ClientError as error:
            self.warn(f"The progress stream of job {self.job_id} is lost, asking for its state instead: {error}")

    def _is_over_unheard(self) -> bool:
        """Return whether the job has ended without a word: heartbeats say that the stream lives, not the job."""
        now = self.client.clock.monotonic()
        if now - max(self._alive, self._looked) <= LOOK_AFTER:
            return False
        self._looked = now
        return self._retrieve() is not None and self._status.lower() in SUCCEEDED | FAILED

    def _hear(self, event: ProgressEvent) -> None:
        if event.is_progress:
            self._note(processed=event.processed, percent=event.percent)
            if event.processed is not None and event.total is not None:
                self.heard(event.processed, event.total)
        elif event.is_terminal and event.message:
            self.warn(f"The progress stream of job {self.job_id} ended: {event.message}")

    def _retrieve(self) -> Row | None:
        """Return the job's document; ``None`` when the backend cannot be reached for now."""
        try:
            job = self.client.async_jobs.retrieve(self.job_id)
        except PASSING as error:
            self.warn(f"The state of job {self.job_id} cannot be asked for: {error}")
            return None
        self._status = str(job.get("status") or "unknown")
        progress = job.get("progress")
        progress = progress if isinstance(progress, dict) else {}
        processed, total = progress.get("processed_count"), progress.get("total_count")
        self._note(
            updated=job.get("progress_updated"),
            processed=processed,
            percent=progress.get("percent"),
            status=self._status,
        )
        if isinstance(processed, int) and isinstance(total, int):
            self.heard(processed, total)
        return job

    def _note(self, **marks: object) -> None:
        """Take any change for life, in either direction: a worker that starts again counts from below."""
        if any(name in self._marks and self._marks[name] != mark for name, mark in marks.items() if mark is not None):
            self._alive = self.client.clock.monotonic()
        self._marks.update((name, mark) for name, mark in marks.items() if mark is not None)

    def _overdue(self) -> str | None:
        now = self.client.clock.monotonic()
        silent = now - self._alive
        if silent > self.settings.inactivity_seconds:
            return f"no progress for {silent:.0f}s (inactivity deadline {self.settings.inactivity_seconds:.0f}s)"
        ceiling = self.settings.ceiling_seconds
        if ceiling is not None and now - self._started > ceiling:
            return f"not finished after {now - self._started:.0f}s (ceiling {ceiling:.0f}s)"
        return None

    def _give_up(self, sentence: str) -> Row:
        """Cancel the job; one that turns out to be finished after all is taken."""
        cancelled = True
        try:
            self.client.async_jobs.cancel(self.job_id)
        except ConflictError:
            job = self._end()
            if job is not None and self._status.lower() in SUCCEEDED:
                return job
            cancelled = job is not None and self._status.lower() in FAILED  # else it may have a bundle
        except ClientError as error:
            cancelled = isinstance(error, NotFoundError)
            self.warn(f"Job {self.job_id} cannot be cancelled: {error}")
        raise JobGivenUpError(
            f"Delegated export job {self.job_id} gave up (last status={self._status!r}): {sentence}.",
            cancelled=cancelled,
        )

    def _end(self) -> Row | None:
        """Return the document of a job that has ended; ``None`` when nobody will say how, asked several times."""
        wait = FIRST_WAIT
        for _ in range(LAST_LOOKS - 1):
            if (job := self._retrieve()) is not None:
                return job
            self.client.clock.sleep(wait)
            wait *= WAIT_GROWTH
        return self._retrieve()


def _reason(job: Row) -> str:
    data = job.get("data")
    reason = data.get("error") or data.get("message") if isinstance(data, dict) else None
    return f": {reason}" if reason else ""
