"""The write of a task is neither lost nor done twice (incidents.md 4, SYN-7486 and SYN-7485)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer
from to_task_rig import annotations, rigged

from fake_backend.transports.in_process import ConnectionRefused, HangUp, NoAnswer, Reset

LOST = [NoAnswer(), Reset(), HangUp(), Answer(502, b""), Answer(504, b""), Answer(500, {}), Answer(520, b"")]


def faulty(rig, *plan):
    """Let the PUTs of task 1 fail by a plan: ``(carried out first, answer)``; those behind it go well."""
    steps = iter(plan)

    def answer(asked):
        if asked.method != "PUT" or asked.path != "/tasks/1/annotate_task_data/":
            return None
        done, fault = next(steps, (True, None))
        if done and fault is not None:
            rig.world._annotate(asked, "1")
        return fault

    rig.world.override = answer


def puts(rig):
    """Return how many PUTs of task 1 arrived."""
    return sum(asked.method == "PUT" and "/tasks/1/" in asked.path for asked in rig.world.asked)


@pytest.mark.parametrize("fault", LOST, ids=repr)
def test_a_write_that_was_done_and_not_answered_is_not_sent_again(rig, fault) -> None:
    """The task is looked up first."""
    faulty(rig, (True, fault))
    assert 3 == rig.start()["success"]
    assert [(1, annotations(1)), (2, annotations(2)), (3, annotations(3))] == rig.world.writes


@pytest.mark.parametrize("fault", [*LOST, ConnectionRefused(), Answer(429, {}, {"Retry-After": "7"})], ids=repr)
def test_a_write_that_was_not_done_is_sent_again(rig, fault) -> None:
    """After a wait, and after a look."""
    faulty(rig, (False, fault))
    assert 3 == rig.start()["success"]
    assert 2 == puts(rig)
    assert (7.0 if isinstance(fault, Answer) and fault.headers else 2.0) in rig.world.clock.waits


@pytest.mark.parametrize(("status", "sent"), [("stand_by", 2), ("in_progress", 2), ("completed", 1)])
def test_what_was_there_before_does_not_stand_for_a_write(rig, status, sent) -> None:
    """A look-up that finds what the task held all along proves nothing, unless the task is submitted as well."""
    rig.world.tasks[1] |= {"data": annotations(1), "status_label": status}
    faulty(rig, (False, NoAnswer()))

    assert 3 == rig.start(overwrite=True, task_filters={})["success"]
    assert sent == puts(rig)
    assert "completed" == rig.world.tasks[1]["status_label"]


def test_attempts_are_bounded(rig) -> None:
    """Then the task has failed, and is as it was."""
    faulty(rig, *[(False, Answer(503, {"detail": "draining"}))] * 9)
    assert 2 == rig.start()["success"]
    assert 3 == puts(rig)
    assert None is rig.world.tasks[1]["data"]
    assert "[Task 1] Failed: the backend did not take the annotations, sent 3 times: 503 detail: draining" in (
        rig.logger.lines
    )


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 422])
def test_a_refusal_is_not_argued_with(rig, status) -> None:
    """Sent once, and not looked up."""
    faulty(rig, (False, Answer(status, {"detail": "no"})))
    assert 2 == rig.start()["success"]
    assert 1 == puts(rig)
    assert f"[Task 1] Failed: the backend refused the annotations: {status} detail: no" in rig.logger.lines


def test_what_cannot_be_looked_up_is_not_sent_again(rig) -> None:
    """A second one might be one too many; the line says that nothing is known."""
    faulty(rig, (True, NoAnswer()))
    broken = rig.world.override
    turns = iter([None])

    def answer(asked):
        if asked.path == "/tasks/1/":
            return next(turns, Answer(500, {}))
        return broken(asked)

    rig.world.override = answer
    result = rig.start()

    assert (2, 1) == (result["success"], result["failed"])
    assert [1, 2, 3] == [number for number, _ in rig.world.writes]
    assert "[Task 1] Failed: it is not known whether the annotations were stored" in "\n".join(rig.logger.lines)


@given(plan=st.lists(st.tuples(st.booleans(), st.sampled_from(LOST)), max_size=3))
def test_however_answers_are_lost_a_task_is_written_once(plan) -> None:
    """And counted a success exactly when it holds what was sent."""
    for rig in rigged(1):
        faulty(rig, *plan)
        result = rig.start()

        written = any(done for done, _ in plan) or len(plan) < 3
        assert (int(written), int(not written)) == (result["success"], result["failed"])
        assert [(1, annotations(1))] * written == rig.world.writes
