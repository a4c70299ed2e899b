"""Counts, metrics and progress lines agree at every moment (to_task guide, Progress and Metrics)."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer
from to_task_rig import AGENT, PROJECT, SPECIFICATION, annotations, rigged

from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import Tally

LINE = re.compile(r"\[annotate_task_data\] Progress: (\d+\.\d)% \((\d+)/(\d+)\)")
OUTCOMES = ("success", "failed", "refused", "taken", "equal")


@given(outcomes=st.lists(st.sampled_from(OUTCOMES), min_size=1, max_size=9), overwrite=st.booleans())
def test_any_mix_of_outcomes_is_counted_as_it_is(outcomes, overwrite) -> None:
    """Counts, status, untouched rest, and the guide's law at every moment (held by the logger of the rig)."""
    for rig in rigged(len(outcomes)):
        refused: set[str] = set()
        rig.world.override = lambda asked, refused=refused: Answer(400, {}) if asked.path in refused else None
        for number, outcome in enumerate(outcomes, 1):
            task = rig.world.tasks[number]
            if outcome == "failed":
                rig.world.documents[number] = b"{"
            elif outcome == "refused":
                refused.add(f"/tasks/{number}/annotate_task_data/")
            elif outcome == "taken":
                task.update(status_label="skipped", data="by hand")
            elif outcome == "equal":
                task.update(data=annotations(number))
        before = rig.world.state()["tasks"]
        result = rig.start(task_filters={}, overwrite=overwrite)

        count = {outcome: outcomes.count(outcome) for outcome in OUTCOMES}
        existing = count["taken"] + count["equal"]
        success = count["success"] + (existing if overwrite else 0)
        failed = count["failed"] + count["refused"]
        metrics = {"total": success + failed, "success": success, "failed": failed, "stand_by": 0}
        assert {
            **metrics,
            "status": "SUCCEEDED" if success or not failed else "FAILED",
            "skipped_existing": 0 if overwrite else existing,
        } == {key: value for key, value in result.items() if key != "message"}
        assert metrics == rig.logger.metrics[-1]
        written = {number for number, _ in rig.world.writes}
        assert success == len(rig.world.writes) == len(written)
        assert {n: row for n, row in before.items() if n not in written} == {
            n: row for n, row in rig.world.tasks.items() if n not in written
        }
        assert failed == len([line for line in rig.logger.lines if re.match(r"\[Task \d+\] Failed: .", line)])


def shown(rig):
    """Return what the progress lines say: share, tasks done, tasks in all."""
    found = [LINE.fullmatch(line) for line in rig.logger.lines]
    return [(float(one[1]), int(one[2]), int(one[3])) for one in found if one]


def test_progress_is_told_in_the_guides_form() -> None:
    """Guide, Real-time Progress Updates, word for word; a hundred tasks."""
    for rig in rigged(100):
        for number in (3, 50, 77, 99, 100):
            rig.world.documents[number] = b"{"
        result = rig.start()

        assert {"total": 100, "success": 95, "failed": 5, "stand_by": 0} == {
            key: result[key] for key in ("total", "success", "failed", "stand_by")
        }
        for line in ("25.0% (25/100)", "50.0% (50/100)", "100.0% (100/100)"):
            assert f"[annotate_task_data] Progress: {line}" in rig.logger.lines
        assert 100 == len(shown(rig))


@pytest.mark.parametrize("tasks", [1, 3, 8, 250])
def test_lines_agree_with_metrics_and_are_few(tasks) -> None:
    """At most one for each whole per cent, the last one for the whole; each as the metrics told just before it."""
    for rig in rigged(tasks):
        for number in range(2, tasks, 3):
            rig.world.tasks[number].update(data=annotations(number))
        rig.start()
        lines = shown(rig)

        assert len(lines) <= 101
        assert 100.0 == lines[-1][0]
        told = {(record["success"] + record["failed"], record["total"]) for record in rig.logger.metrics}
        for share, done, total in lines:
            assert (done, total) in told
            assert share == round(100 * done / total, 1)
        assert sorted(lines) == lines
        assert {"total": tasks, "success": 0, "failed": 0, "stand_by": tasks} == rig.logger.metrics[0]


@given(total=st.integers(0, 20), turns=st.lists(st.sampled_from(["success", "failed", "skip"]), max_size=20))
def test_a_tally_is_consistent_whatever_comes(total, turns) -> None:
    """``total = success + failed + stand_by``; nothing is below zero."""
    tally = Tally(total=total)
    for turn in turns[:total]:
        if turn == "skip":
            tally.skip()
        else:
            setattr(tally, turn, getattr(tally, turn) + 1)
        metrics = tally.metrics()
        assert metrics["total"] == metrics["success"] + metrics["failed"] + metrics["stand_by"]
        assert min(metrics.values()) >= 0
        assert metrics["total"] + tally.skipped_existing == total


def test_metrics_reach_the_job(rig) -> None:
    """Guide, Accessing Metrics: through the API; contract.md 5 for the form."""
    params = {
        "name": "x",
        "project": PROJECT,
        "agent": AGENT,
        "task_filters": {},
        "method": "file",
        "target_specification_name": SPECIFICATION,
    }
    run = rig.run_instance(job_id="77", logger=None)
    ToTaskAction(run=run, params=params).start()
    record = rig.world.jobs["77"]

    assert {"annotate_task_data": {"total": 3, "success": 3, "failed": 0, "stand_by": 0}} == (
        record["metrics_record"]["record"]["steps"]
    )
    assert 100.0 == record["progress_record"]["current_progress"]["overall"]
