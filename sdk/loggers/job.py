"""A logger that reports to the backend, without ever standing in the way of the work.

Source: contract.md 5; incidents.md 4: reporting that took 149 of 155 s, queues that grew without bound, a last
progress that was never sent. There is no thread: each call looks at the clock and sends what is due.
"""

from __future__ import annotations

import base64
import json
import mimetypes
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, override

from sdk.clients.errors import ClientError, IncompleteResponseError
from sdk.loggers.base import BaseLogger
from sdk.loggers.levels import LogLevel
from sdk.loggers.progress import ProgressRecord

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sdk.clients.redaction import Redactor
    from sdk.clock import Clock

BATCH = 200  # entries that are worth a request of their own (contract.md 5)
BATCH_SECONDS = 2.0  # an entry waits no longer (contract.md 5)
LARGEST_REQUEST = 1000  # entries (contract.md 5)
QUEUE = 2000  # entries held back at most (contract.md 5)
PROGRESS_SECONDS = 1.0  # between two snapshots (contract.md 5)
LONGEST_PAUSE = 60.0  # seconds between two attempts while the backend does not take reports


class ReportsJobs(Protocol):
    """What the logger needs of a client; ``BackendClient`` is one."""

    @property
    def clock(self) -> Clock:
        """Clock of the client."""
        ...

    @property
    def redactor(self) -> Redactor:
        """Masks the client's secrets."""
        ...

    def patch_job(self, job_id: str, body: Mapping[str, Any]) -> None:
        """Send ``PATCH /jobs/<id>/``."""
        ...

    def post_logs(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Send ``POST /logs/``."""
        ...


class JobLogger(BaseLogger):
    """Reports progress and metrics by ``PATCH /jobs/<id>/`` and entries by ``POST /logs/``.

    Entries go in batches of 200 or after 2 s; of progress only the newest snapshot goes, at most once a second. What
    fails is swallowed and counted, and tried again after a growing pause; the oldest entries give way when 2,000 wait.
    ``finish`` sends the rest, the last progress included.

    Args:
        client: Sends the reports.
        job_id: Job that they belong to.
        clock: Tells when something is due; the client's when absent.
        step_proportions: Steps that there will be, with their shares in per cent.

    Attributes:
        failures: Requests that failed.
        lost: Entries that were dropped or refused.
        unconfirmed: Entries whose request was not answered; they are not sent twice.
    """

    def __init__(
        self,
        client: ReportsJobs,
        job_id: str,
        *,
        clock: Clock | None = None,
        step_proportions: Mapping[str, int] | None = None,
    ) -> None:
        super().__init__()
        self.failures = 0
        self.lost = 0
        self.unconfirmed = 0
        self._client = client
        self._job_id = job_id
        self._clock = clock or client.clock
        self._entries: deque[dict[str, Any]] = deque()
        self._oldest_since = 0.0
        self._progress = ProgressRecord()
        self._metrics: dict[str, dict[str, Any]] = {}
        self._unsent: set[str] = set()
        self._next_snapshot = 0.0
        self._pause = 0.0
        self._paused_until = 0.0
        self._finished = False
        if step_proportions:
            self.set_step_proportions(step_proportions)

    def __repr__(self) -> str:
        return f"<JobLogger of job {self._job_id}: {len(self._entries)} waiting, {self.lost} lost>"

    @override
    def set_step_proportions(self, proportions: Mapping[str, int]) -> None:
        self._progress.expect(proportions)

    @override
    def flush(self) -> None:
        """Send what is held back, due or not; after a failure the rest stays for the next time."""
        self._send_snapshot()
        while self._entries and self._send_entries():
            pass

    @override
    def finish(self) -> None:
        if self._finished:
            return
        self._finished = True
        if self.lost:
            lost = {"lost": self.lost, "failures": self.failures}
            self._entries.append(self._entry("joblog_loss", lost, LogLevel.WARNING, None, None))
        self.flush()
        self.lost += len(self._entries)
        self._entries.clear()

    @override
    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        if not self._entries:
            self._oldest_since = self._clock.monotonic()
        self._entries.append(self._entry(event, data, level, step, file))
        while len(self._entries) > QUEUE:
            self._entries.popleft()
            self.lost += 1
        self._send_due()

    @override
    def _take_progress(self, percent: float, step: str | None) -> None:
        self._progress.update(step, percent, self._clock.monotonic())
        self._unsent.add("progress")
        self._send_due()

    @override
    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        self._metrics.setdefault(step, {}).update(_plain(value))
        self._unsent.add("metrics")
        self._send_due()

    def _send_due(self) -> None:
        now = self._clock.monotonic()
        if now < self._paused_until:
            return
        if self._unsent and now >= self._next_snapshot and not self._send_snapshot():
            return
        if len(self._entries) >= BATCH or (self._entries and now - self._oldest_since >= BATCH_SECONDS):
            while self._entries and self._send_entries():
                pass

    def _send_snapshot(self) -> bool:
        """Send the newest progress and metrics in one request; say whether more may be sent."""
        if not self._unsent:
            return True
        body: dict[str, Any] = {}
        if "progress" in self._unsent:
            body["progress_record"] = self._progress.body()
        if "metrics" in self._unsent:
            body["metrics_record"] = {"record": {"steps": {step: dict(value) for step, value in self._metrics.items()}}}
        try:
            self._client.patch_job(self._job_id, body)
        except ClientError:
            self._failed()
            return False
        self._unsent.clear()
        self._next_snapshot = self._clock.monotonic() + PROGRESS_SECONDS
        self._pause = 0.0
        return True

    def _send_entries(self) -> bool:
        """Send one request's worth of entries; say whether more may be sent."""
        batch = [self._entries[index] for index in range(min(len(self._entries), LARGEST_REQUEST))]
        try:
            self._client.post_logs(batch)
        except IncompleteResponseError:
            self._drop(len(batch))
            self.unconfirmed += len(batch)
            self._failed()
            return False
        except ClientError as error:
            if error.status is not None and 400 <= error.status < 500 and error.status != 429:
                self._drop(len(batch))
                self.lost += len(batch)
            self._failed()
            return False
        self._drop(len(batch))
        self._pause = 0.0
        return True

    def _drop(self, count: int) -> None:
        for _ in range(count):
            self._entries.popleft()
        self._oldest_since = self._clock.monotonic()

    def _failed(self) -> None:
        self.failures += 1
        self._pause = min(self._pause * 2 or BATCH_SECONDS, LONGEST_PAUSE)
        self._paused_until = self._clock.monotonic() + self._pause

    def _entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> dict[str, Any]:
        entry = {
            "event": event,
            "data": self._client.redactor.value(_plain(data)),
            "datetime": self._clock.now().isoformat(),
            "job": self._job_id,
            "level": level.value,
        }
        if step:
            entry["step"] = step
        if file:
            uri = self._data_uri(file)
            if uri:
                entry["file"] = uri
        return entry

    def _data_uri(self, file: str) -> str | None:
        """Return a file as a base64 data URI; one that cannot be read is counted, not raised."""
        try:
            content = Path(file).read_bytes()
        except OSError:
            self.failures += 1
            return None
        kind = mimetypes.guess_type(file)[0] or "application/octet-stream"
        return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _plain(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy that is JSON whatever was in it: other objects become text, NaN and infinities null."""
    try:
        plain = json.loads(json.dumps(dict(data), default=str), parse_constant=lambda _: None)
    except (TypeError, ValueError, RecursionError):
        plain = {"text": repr(data)}
    return dict(plain)
