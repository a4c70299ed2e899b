"""What a fault does to the worker of a job and to the stream about it."""

from __future__ import annotations

import contextlib

import pytest

from fake_backend import NeverFired
from tests.http.small_backend import in_process


def enqueued(reached, **more):
    """Return the id of a new job with a row a chunk."""
    _, url, session = reached
    body = {"storage_id": 3, "path": "x", "targets": ["task"], "project_id": 1, "chunk_size": 1, **more}
    return session.post(f"{url}/v2/plugin_exports/", json=body, timeout=9).json()["data"]["job_id"]


def document_of(reached, job_id):
    """Return a job's document."""
    _, url, session = reached
    return session.get(f"{url}/v2/async_jobs/{job_id}/", timeout=9).json()["data"]


def worker(**effect):
    """Return the plan that strikes a worker at its fourth step, once."""
    match = {"target": "worker", "job": {"kind": "plugin_export", "number": 1}, "call": 4}
    return {"rules": [{"id": "worker", "match": match, "effect": {"worker": effect}, "times": 1}]}


def test_a_stream_sends_an_error_out_of_turn_and_the_job_goes_on(reached) -> None:
    """Exports 284 to 288: the consumer's own fault is no fate of the job (incidents.md 2)."""
    backend, url, session = reached
    job_id = enqueued(reached)
    event = {"name": "error", "data": {"message": "consumer lost"}, "after": 2}
    rule = {"id": "error", "match": {"target": "sse"}, "effect": {"event": event}}
    with backend.faults.during({"rules": [rule]}):
        text = session.get(f"{url}/v2/async_jobs/{job_id}/progress/", timeout=9).text
    backend.clock.advance(60)

    names = [line.removeprefix("event: ") for line in text.splitlines() if line.startswith("event: ")]
    assert (3, "error") == (len(names), names[-1])
    assert document_of(reached, job_id)["status"] == "COMPLETED"


@in_process
@pytest.mark.parametrize(("resume_from", "least"), [("here", 3), ("start", 0)])
def test_a_worker_that_dies_is_taken_up_later(reached, resume_from, least) -> None:
    """Nothing moves in between; from the start the count goes back, and the bundle is whole either way (SYN-7166)."""
    backend = reached[0]
    with backend.faults.during(worker(kill=True, resume_after=2700, resume_from=resume_from)):
        job_id = enqueued(reached)
        backend.clock.advance(2000)
        dead = document_of(reached, job_id)
        backend.clock.advance(2700.35 - backend.clock.monotonic())
        counts = []
        for _ in range(12):
            backend.clock.advance(0.1)
            counts.append(document_of(reached, job_id)["progress"]["processed_count"])
    done = document_of(reached, job_id)

    assert ("PROCESSING", 2) == (dead["status"], dead["progress"]["processed_count"])
    assert (least, "COMPLETED") == (min(counts), done["status"])
    assert 7 == done["data"]["manifest"]["targets"]["task"]["records"]


@in_process
def test_a_worker_that_nobody_takes_up_stays_where_it_is(reached) -> None:
    """A day later the job is as it was."""
    backend = reached[0]
    with backend.faults.during(worker(kill=True)):
        job_id = enqueued(reached)
        backend.clock.advance(86_400)

    assert "PROCESSING" == document_of(reached, job_id)["status"]


@in_process
@pytest.mark.parametrize(("effect", "seconds"), [({"stall": 30}, 30.8), ({"pace": 11}, 1.8)])
def test_a_worker_stalls_or_slows_down(reached, effect, seconds) -> None:
    """Eight steps of a tenth of a second, and what the fault adds to one of them."""
    backend = reached[0]
    with backend.faults.during(worker(**effect)):
        job_id = enqueued(reached)
        backend.clock.advance(seconds - 0.05)
        before = document_of(reached, job_id)["status"]
        backend.clock.advance(0.1)

    assert ("PROCESSING", "COMPLETED") == (before, document_of(reached, job_id)["status"])


@in_process
def test_a_row_that_cannot_be_read_ends_the_job_in_words(reached) -> None:
    """The third row of the scan, which is by descending id."""
    backend = reached[0]
    with backend.faults.during(worker(fail_row=3)):
        job_id = enqueued(reached)
        backend.clock.advance(60)
    told = document_of(reached, job_id)

    assert "FAILED" == told["status"]
    assert "A row cannot be read" in told["data"]["error"]
    assert "5" in told["data"]["error"]


@in_process
@pytest.mark.parametrize(
    ("effect", "fired"), [({"fail_row": 3}, 1), ({"fail_row": 8}, 0), ({"stall": 0}, 0), ({"pace": 2}, 8)]
)
def test_a_worker_is_struck_when_something_comes_of_it(reached, effect, fired) -> None:
    """A row that seven rows do not have fails no job, and a fault that changed nothing has not fired."""
    backend = reached[0]
    rule = {"id": "worker", "match": {"target": "worker"}, "effect": {"worker": effect}}
    backend.faults.put({"rules": [rule]})
    enqueued(reached)
    backend.clock.advance(60)
    (told,) = backend.faults.report()

    assert fired == told.fired
    with contextlib.nullcontext() if fired else pytest.raises(NeverFired):
        backend.faults.clear()
        with backend.faults.during({"rules": [rule]}):
            enqueued(reached)
            backend.clock.advance(60)
