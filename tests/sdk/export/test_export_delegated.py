"""The server-side job: followed whatever happens to the stream, and given up only when it is dead."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import CountingClock

from sdk.clients.backend_v2 import ProgressEvent
from sdk.clients.errors import (
    AuthorizationError,
    ClientConnectionError,
    ConflictError,
    IncompleteResponseError,
    NotFoundError,
    ServerError,
    StreamError,
)
from sdk.plugins.actions.export.delegated import LAST_LOOKS, JobFollower
from sdk.plugins.actions.export.errors import EnqueueError, JobFailedError, JobGivenUpError
from sdk.plugins.actions.export.job_request import JobRequest
from sdk.plugins.actions.export.settings import ExportSettings


def state(status: str, processed: int | None = None, **fields: Any) -> dict[str, Any]:
    """Return a job's document."""
    return {"id": "j", "status": status, "progress": {"processed_count": processed, "total_count": 9}, **fields}


def progress(processed: int) -> ProgressEvent:
    """Return a progress event."""
    return ProgressEvent("async_job.progress", {"processed_count": processed, "total_count": 9})


HEARTBEAT = ProgressEvent("heartbeat", {})
DONE = ProgressEvent("async_job.completed", {})


@dataclass
class Jobs:
    """A scripted job: events and states one after the other; the last state stays. Exceptions are raised."""

    states: list[Any]
    events: list[Any] = field(default_factory=list)
    cancellation: Any = None
    clock: CountingClock = field(default_factory=CountingClock)
    cancelled: int = 0
    asked: int = 0

    def stream_progress(self, job_id):
        """Yield, raise or let time pass."""
        for event in self.events:
            if isinstance(event, Exception):
                raise event
            if isinstance(event, float):
                self.clock.sleep(event)
            else:
                yield event

    def retrieve(self, job_id):
        """Return the next state."""
        self.asked += 1
        found = self.states.pop(0) if len(self.states) > 1 else self.states[0]
        if isinstance(found, Exception):
            raise found
        return found

    def cancel(self, job_id):
        """Count."""
        self.cancelled += 1
        if isinstance(self.cancellation, Exception):
            raise self.cancellation

    def follower(self, **settings: Any) -> JobFollower:
        """Return a follower of this job, with ears."""
        self.heard: list[tuple[int, int]] = []
        self.warnings: list[str] = []
        client = SimpleNamespace(async_jobs=self, clock=self.clock)
        return JobFollower(
            client, "j", ExportSettings(**settings), lambda *numbers: self.heard.append(numbers), self.warnings.append
        )


@pytest.mark.parametrize("status", ["completed", "COMPLETED", "Success"])
def test_a_job_that_succeeds_is_taken_in_either_case(status: str) -> None:
    """Enqueue and retrieve disagree about case (incidents.md 2)."""
    jobs = Jobs([state(status)], [progress(1), progress(5), DONE])

    assert status == jobs.follower().outcome()["status"]
    assert [(1, 9), (5, 9)] == jobs.heard
    assert (1, 0) == (jobs.asked, jobs.cancelled)


ENDS = [
    StreamError("given up"),
    ClientConnectionError("reset"),
    NotFoundError("none"),
    AuthorizationError("no"),
    ServerError("503"),
    ProgressEvent("error", {"message": "consumer fault"}),
    DONE,
]


@given(st.lists(st.sampled_from([progress(1), progress(2), HEARTBEAT]), max_size=4), st.sampled_from(ENDS))
def test_no_end_of_the_stream_decides_about_the_job(events, end) -> None:
    """The stream's own faults once failed every finished export (incidents.md 2, 2026-07-15)."""
    jobs = Jobs([state("PROCESSING", 3), state("PROCESSING", 4), state("COMPLETED", 9)], [*events, end])

    assert "COMPLETED" == jobs.follower().outcome()["status"]
    assert (end is DONE) == (not jobs.warnings)


@pytest.mark.parametrize("status", ["FAILED", "error", "CANCELLED", "canceled"])
def test_a_job_that_fails_says_why_and_is_not_cancelled(status: str) -> None:
    """contract.md 2.4: the four words of failure."""
    jobs = Jobs([state(status, data={"error": "disk full"})])

    with pytest.raises(JobFailedError, match=f"job j ended as {status}: disk full"):
        jobs.follower().outcome()
    assert 0 == jobs.cancelled


def test_waits_grow_to_a_quarter_of_a_minute() -> None:
    """contract.md 2.4: 2 s, times 1.5, up to 15 s; on the context's clock."""
    jobs = Jobs([*(state("PROCESSING", n) for n in range(8)), state("COMPLETED")])
    jobs.follower().outcome()

    assert [2.0, 3.0, 4.5, 6.75, 10.125, 15.0, 15.0, 15.0] == jobs.clock.waits


def test_a_silent_job_is_given_up_after_the_deadline_and_cancelled_once() -> None:
    """The deadline is a parameter; the sentence says how long it was silent."""
    jobs = Jobs([state("PROCESSING", 3)])

    with pytest.raises(
        JobGivenUpError, match=r"last status='PROCESSING'\): no progress for 1\d\ds \(inactivity deadline 100s\)"
    ):
        jobs.follower(inactivity_seconds=100.0).outcome()
    assert 1 == jobs.cancelled


@pytest.mark.parametrize(
    "sign", [lambda n: state("P", n), lambda n: state("P", 90 - n), lambda n: state("P", 3, progress_updated=str(n))]
)
def test_any_change_is_a_sign_of_life_in_either_direction(sign) -> None:
    """A worker that died and started again counts from below (incidents.md 2, SYN-7166)."""
    jobs = Jobs([*(sign(n) for n in range(60)), state("COMPLETED")])

    assert "COMPLETED" == jobs.follower(inactivity_seconds=16.0).outcome()["status"]
    assert sum(jobs.clock.waits) > 500


def test_heartbeats_are_life_of_the_stream_not_of_the_job() -> None:
    """A dead worker behind a healthy stream is noticed, and the stream's silence is not counted twice."""
    jobs = Jobs([state("PROCESSING", 3)], [progress(3), *[60.0, HEARTBEAT] * 100])

    with pytest.raises(JobGivenUpError, match="no progress for 120s"):
        jobs.follower(inactivity_seconds=100.0).outcome()


@pytest.mark.parametrize("status", ["COMPLETED", "FAILED"])
def test_a_job_that_ends_while_its_stream_only_beats_is_not_waited_for_an_hour(status: str) -> None:
    """A stream that has lost its job still lives; the job itself is looked at once a minute."""
    jobs = Jobs([state("PROCESSING", 3), state(status, 9)], [progress(3), *[15.0, HEARTBEAT] * 240])

    if status == "COMPLETED":
        assert status == jobs.follower().outcome()["status"]
    else:
        with pytest.raises(JobFailedError):
            jobs.follower().outcome()
    assert 150 == sum(jobs.clock.waits)
    assert (3, 0) == (jobs.asked, jobs.cancelled)


@pytest.mark.parametrize(
    ("cancelled", "cancellation"),
    [(True, None), (True, NotFoundError("none", status=404)), (False, ServerError("503", status=503))],
)
def test_a_job_that_could_not_be_cancelled_is_not_taken_for_dead(cancelled, cancellation) -> None:
    """It may be alive behind an outage, and its bundle is worth waiting for: the next run follows it."""
    jobs = Jobs([state("PROCESSING", 3)], cancellation=cancellation)

    with pytest.raises(JobGivenUpError) as given_up:
        jobs.follower(inactivity_seconds=20.0).outcome()
    assert cancelled == given_up.value.cancelled


def test_a_lively_job_is_given_up_at_the_ceiling_if_there_is_one() -> None:
    """contract.md 2.4: an optional cap, off by default."""
    jobs = Jobs([state("PROCESSING", n) for n in range(1000)])

    with pytest.raises(JobGivenUpError, match=r"not finished after 5\d\ds \(ceiling 500s\)"):
        jobs.follower(ceiling_seconds=500.0).outcome()


def test_an_outage_shorter_than_the_deadline_is_lived_through() -> None:
    """Not to reach the backend says nothing about the job."""
    outage = [ServerError("503", status=503), ClientConnectionError("refused")] * 5
    jobs = Jobs([*outage, state("COMPLETED")])

    assert "COMPLETED" == jobs.follower().outcome()["status"]
    assert 10 == len(jobs.warnings)


def test_an_outage_longer_than_the_deadline_is_not() -> None:
    """The last word is the status that was known last."""
    jobs = Jobs([ServerError("503", status=503)])

    with pytest.raises(JobGivenUpError, match="last status='unknown'"):
        jobs.follower(inactivity_seconds=50.0).outcome()


def test_a_job_of_nobody_is_not_waited_for() -> None:
    """404 and 403 do not get better."""
    with pytest.raises(NotFoundError):
        Jobs([NotFoundError("none", status=404)]).follower().outcome()


def test_a_job_that_finished_while_it_was_given_up_is_taken() -> None:
    """409 on cancel means that it is finished (contract.md 6): then its bundle is there."""
    silent = [state("PROCESSING", 3)] * 6  # 2 + 3 + 4.5 + 6.75 + 10.125 s are more than 20
    jobs = Jobs([*silent, state("COMPLETED", 9)], cancellation=ConflictError("finished", status=409))

    assert "COMPLETED" == jobs.follower(inactivity_seconds=20.0).outcome()["status"]


@pytest.mark.parametrize("failures", range(LAST_LOOKS + 1))
def test_a_job_that_has_ended_unseen_is_looked_at_several_times(failures: int) -> None:
    """A machine that slept has heard nothing for long; its first looks may fail, and the bundle is there."""
    silent, failed = [state("PROCESSING", 3)] * 6, [ServerError("500", status=500)] * failures
    jobs = Jobs([*silent, *failed, state("COMPLETED", 9)], cancellation=ConflictError("finished", status=409))

    if failures < LAST_LOOKS:
        assert "COMPLETED" == jobs.follower(inactivity_seconds=20.0).outcome()["status"]
    else:
        with pytest.raises(JobGivenUpError) as given_up:
            jobs.follower(inactivity_seconds=20.0).outcome()
        assert not given_up.value.cancelled


def test_a_cancellation_that_fails_does_not_hide_why_the_job_was_given_up() -> None:
    """The sentence is about the job; the other one is a warning."""
    jobs = Jobs([state("PROCESSING", 3)], cancellation=ServerError("503", status=503))

    with pytest.raises(JobGivenUpError, match="no progress"):
        jobs.follower(inactivity_seconds=20.0).outcome()
    assert "cannot be cancelled" in jobs.warnings[-1]


def test_an_enqueue_whose_answer_is_lost_is_not_sent_again() -> None:
    """A second POST would be a second job (incidents.md 4)."""
    sent = []

    def create(**body):
        sent.append(body)
        raise IncompleteResponseError("lost")

    client = SimpleNamespace(plugin_exports=SimpleNamespace(create=create))
    with pytest.raises(EnqueueError, match="Failed to enqueue server-side export: lost"):
        JobRequest(3, "run", "task", True, 1, {"project": 1}).enqueue(client)
    assert 1 == len(sent)
