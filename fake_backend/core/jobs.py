"""Async jobs: a state machine over a JSON document, and the feed of events that a progress stream shows.

    PENDING ──start──> PROCESSING ──complete──> COMPLETED
       │                   ├────────fail──────> FAILED
       └──────cancel───────┴───────cancel─────> CANCELLED

The document is what ``GET /v2/async_jobs/<id>/`` answers (OpenAPI; contract.md 2.5 and 6): upper-case status there,
lower-case in the enqueue's answer, an inconsistency of the real backend that clients have tripped over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from fake_backend.core.errors import Conflict


class Status(StrEnum):
    """Where a job stands."""

    CANCELLED = "CANCELLED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    PENDING = "PENDING"
    PROCESSING = "PROCESSING"


FINISHED = frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED})


@dataclass
class AsyncJob:
    """One job: its document changes only through the transitions here.

    Args:
        state: The document; JSON all through.
    """

    state: dict[str, Any]

    @classmethod
    def pending(cls, job_id: str, kind: str, at: datetime, ray_job_id: str | None, data: dict[str, Any]) -> AsyncJob:
        """Return a job that waits for its worker."""
        return cls(
            {
                "id": job_id,
                "status": Status.PENDING,
                "category": "plugin_export",
                "type": kind,
                "queue": "io_bound",
                "triggered_by": "user",
                "progress": {"processed_count": 0, "percent": 0.0},  # OpenAPI: what is not known is not there
                "data": data,
                "file": None,
                "ray_job_id": ray_job_id,
                "created": _shown(at),
                "started": None,
                "finished": None,
                "succeeded": None,
                "failed": None,
            }
        )

    @property
    def id(self) -> str:
        """The job's UUID."""
        return str(self.state["id"])

    @property
    def status(self) -> Status:
        """Where it stands."""
        return Status(self.state["status"])

    @property
    def finished(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.status in FINISHED

    def start(self, at: datetime, total: int) -> None:
        """Begin to process ``total`` rows."""
        self._move(Status.PENDING, Status.PROCESSING)
        self.state["started"] = _shown(at)
        self.progress(at, 0, total)

    def progress(self, at: datetime, processed: int, total: int) -> None:
        """Tell how many rows are done; rows that appear meanwhile may raise ``total``."""
        started = self.state["started"]
        elapsed = (at - datetime.fromisoformat(started)).total_seconds() if started else 0.0
        percent = 100.0 if total == 0 else round(100.0 * processed / total, 2)
        remaining = {"time_remaining": round(elapsed * (total - processed) / processed, 3)} if processed else {}
        self.state["progress"] = {
            "total_count": total,
            "processed_count": processed,
            "percent": min(percent, 100.0),
            "time_elapsed": round(elapsed, 3),
            **remaining,
        }

    def complete(self, at: datetime, data: dict[str, Any]) -> None:
        """Finish well, with what was made."""
        self._move(Status.PROCESSING, Status.COMPLETED)
        self.state["data"].update(data)
        self.state["finished"] = self.state["succeeded"] = _shown(at)

    def fail(self, at: datetime, message: str) -> None:
        """Finish badly, with a sentence that says why."""
        self._move(self.status, Status.FAILED)
        self.state["data"]["error"] = message
        self.state["finished"] = self.state["failed"] = _shown(at)

    def cancel(self, at: datetime) -> bool:
        """Stop at somebody's wish; return whether that changed anything.

        Raises:
            Conflict: The job is finished already (contract.md 6: 409, and 200 when it was cancelled before).
        """
        if self.status is Status.CANCELLED:
            return False
        if self.finished:
            raise Conflict(
                f"A job that is {self.status} cannot be cancelled.",
                received=self.id,
                expected="a PENDING or PROCESSING job",
            )
        self._move(self.status, Status.CANCELLED)
        self.state["finished"] = _shown(at)
        return True

    def _move(self, source: Status, target: Status) -> None:
        if self.status is not source or self.finished:
            raise Conflict(f"A job cannot go from {self.status} to {target}.", received=self.id)
        self.state["status"] = target


@dataclass(frozen=True)
class FeedEvent:
    """An event of a progress stream: its name and its data, JSON."""

    name: str
    data: dict[str, Any]


@dataclass
class Feed:
    """The events of one job so far; streams read it by position, so that any number of them see the same."""

    events: list[FeedEvent] = field(default_factory=list)
    over: bool = False

    def tell(self, job: AsyncJob) -> None:
        """Add what the job's document says now: progress, or its end, which is the last event."""
        if self.over:
            return
        self.events.append(snapshot(job))
        self.over = job.finished


def snapshot(job: AsyncJob) -> FeedEvent:
    """Return the event that shows the job as it stands: progress, or ``async_job.completed`` at any end."""
    data = {
        "job_id": job.id,
        "status": str(job.status),
        **{name: job.state["progress"].get(name) for name in ("processed_count", "total_count", "percent")},
    }
    return FeedEvent("async_job.completed" if job.finished else "async_job.progress", data)


def _shown(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
