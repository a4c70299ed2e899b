"""One job for one export: an enqueue is asked for again only when no job has come of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer

from fake_backend.transports.in_process import ConnectionRefused, NoAnswer, Reset
from sdk.plugins.actions.export.errors import EnqueueError
from sdk.plugins.actions.export.job_request import JobRequest, mark_of

MARK = "export-1"
REQUEST = JobRequest(3, "run", "task", True, 1, {"project": 1}, ray_job_id=MARK)
CREATED = Answer(202, {"data": {"job_id": "new", "status": "pending"}, "meta": {}})
ASKED = {"targets": ["task"], "filter": {"project": 1}, "project_id": 1}


def job(number="there", **changes):
    """Return a job as the list shows it."""
    return {"id": number, "status": "PENDING", "ray_job_id": MARK, "data": {"params": ASKED}, **changes}


class Backend:
    """Answers enqueues one after the other, and the list with some jobs."""

    def __init__(self, answers, jobs=(), listing=None):
        self.answers = iter(answers)
        self.jobs = list(jobs)
        self.listing = listing
        self.enqueues = self.looks = 0

    def __call__(self, asked):
        if asked.method == "POST":
            self.enqueues += 1
            return next(self.answers)
        self.looks += 1
        return self.listing or {"count": len(self.jobs), "results": self.jobs, "next": None, "previous": None}


LOST = [NoAnswer(), Reset(), Answer(500, {}), Answer(502, {}), Answer(503, {}), Answer(504, {})]


@pytest.mark.parametrize("fault", LOST, ids=repr)
def test_a_job_behind_a_lost_answer_is_found_and_not_made_twice(v2, fault) -> None:
    """The list of the caller's jobs shows by which run each was asked for."""
    backend = Backend([fault], [job("other", ray_job_id="another"), job()])
    client, _ = v2(backend)
    assert "there" == REQUEST.enqueue(client)
    assert (1, 1) == (backend.enqueues, backend.looks)


@pytest.mark.parametrize("fault", LOST[1:], ids=repr)
def test_one_that_came_to_nothing_is_asked_for_again_after_three_looks(v2, clock, fault) -> None:
    """It may still have been on its way at the first look."""
    backend = Backend([fault, CREATED])
    client, _ = v2(backend)
    assert "new" == REQUEST.enqueue(client)
    assert (2, 3) == (backend.enqueues, backend.looks)
    assert [2.0, 2.0, 2.0, 2.0] == clock.waits


@pytest.mark.parametrize(("fault", "wait"), [(Answer(429, {}), 2.0), (Answer(429, {}, {"Retry-After": "9"}), 9.0)])
def test_a_refusal_for_now_made_no_job_and_needs_no_look(v2, clock, fault, wait) -> None:
    """It is asked again after the time that the backend wants."""
    backend = Backend([fault, CREATED])
    client, _ = v2(backend)
    assert "new" == REQUEST.enqueue(client)
    assert (2, 0) == (backend.enqueues, backend.looks)
    assert [wait] == clock.waits


@pytest.mark.parametrize(
    "other",
    [
        job(ray_job_id="another"),
        job(ray_job_id=None),
        job(status="FAILED"),
        job(status="CANCELLED"),
        job(data={"params": {**ASKED, "filter": {"project": 2}}}),
        job(data={"params": {**ASKED, "targets": ["assignment"]}}),
        job("known"),
        job(data={"params": ASKED, "manifest": {"prefix": "run/.async_jobs/exports/refused"}}),
    ],
    ids=str,
)
def test_a_job_of_another_run_or_scope_is_nobodys_answer(v2, other) -> None:
    """Nor one that failed, or that this export had before and could not use."""
    backend = Backend([Reset(), CREATED], [other])
    client, _ = v2(backend)
    assert "new" == REQUEST.enqueue(client, known=["known"], refused=["run/.async_jobs/exports/refused"])


def test_after_a_time_out_nothing_is_asked_for_twice(v2) -> None:
    """The first may come late, after a second one: an error says so instead."""
    backend = Backend([NoAnswer(), CREATED])
    client, _ = v2(backend)
    with pytest.raises(EnqueueError, match="Failed to enqueue server-side export"):
        REQUEST.enqueue(client)
    assert 1 == backend.enqueues


@pytest.mark.parametrize("listing", [Answer(404, {}), Answer(500, {})])
def test_where_jobs_cannot_be_listed_the_error_says_what_is_not_known(v2, listing) -> None:
    """A second one might be one too many."""
    backend = Backend([Answer(504, {}), CREATED], listing=listing)
    client, _ = v2(backend)
    with pytest.raises(EnqueueError, match="not known whether the job was created, and the jobs cannot be listed"):
        REQUEST.enqueue(client)
    assert 1 == backend.enqueues


@pytest.mark.parametrize("status", [400, 403, 404])
def test_a_refusal_for_good_is_told_at_once(v2, clock, status) -> None:
    """No project, no right."""
    backend = Backend([Answer(status, {"detail": "no"})])
    client, _ = v2(backend)
    with pytest.raises(EnqueueError, match=str(status)):
        REQUEST.enqueue(client)
    assert (1, 0, []) == (backend.enqueues, backend.looks, clock.waits)


def test_a_backend_that_stays_away_is_given_up_after_four_requests(v2) -> None:
    """As many as the transport's own (contract.md 1.2)."""
    backend = Backend([Answer(503, {})] * 9)
    client, _ = v2(backend)
    with pytest.raises(EnqueueError):
        REQUEST.enqueue(client)
    assert 4 == backend.enqueues


def test_a_connection_that_is_refused_made_no_job(v2) -> None:
    """Nobody has read the request."""
    backend = Backend([ConnectionRefused(), CREATED])
    client, _ = v2(backend)
    assert "new" == REQUEST.enqueue(client)
    assert 0 == backend.looks


@given(st.lists(st.tuples(st.text(max_size=4), st.integers(0, 3)), min_size=2, max_size=2, unique=True))
def test_marks_differ_between_exports_and_between_instants(pairs) -> None:
    """And are the same for the same, so that a run can be repeated to the byte."""
    start = datetime(2026, 1, 15, tzinfo=UTC)
    marks = [mark_of(export, start + timedelta(microseconds=step)) for export, step in pairs]
    assert len(set(marks)) == 2
    assert marks[0] == mark_of(pairs[0][0], start + timedelta(microseconds=pairs[0][1]))
