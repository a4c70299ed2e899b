"""Rules of the to_task guide about progress and metrics: at every moment, in the log, and by the API."""

from __future__ import annotations

import itertools

import pytest
from guide_to_task_world import BROKEN, CAST, DIM, JOB, annotated, opened

from tests.sdk.export.export_rig import Remembering

STEP = "annotate_task_data"
TASKS = {number: {} for number in range(1, 9)}


class Attentive(Remembering):
    """Keeps every report of metrics and progress, in the order in which they come."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: list[dict[str, int]] = []

    def _take_metrics(self, value, step):
        super()._take_metrics(value, step)
        assert STEP == step
        self.counts.append(dict(value))


@pytest.fixture(scope="module")
def watched():
    """A run of eight tasks: the second and the fifth fail, the seventh holds already what would be written."""
    with opened(tasks=TASKS | {7: {"data": annotated(7)}}, files={2: BROKEN, 5: None}) as world:
        logger = Attentive()
        yield world, logger, world.start(run=world.run(logger=logger))


def test_the_counts_agree_at_every_moment(watched) -> None:
    """To_task guide, Metrics Categories: processed, annotated, failed and not yet processed; they add up whenever they
    are looked at, from none to all, one task at a time.
    """  # noqa: D205 (one sentence)
    _, logger, result = watched
    assert {"total": 8, "success": 0, "failed": 0, "stand_by": 8} == logger.counts[0]
    assert {"total": 7, "success": 5, "failed": 2, "stand_by": 0} == logger.counts[-1]
    assert all(count["total"] == count["success"] + count["failed"] + count["stand_by"] for count in logger.counts)
    steps = [before["stand_by"] - after["stand_by"] for before, after in itertools.pairwise(logger.counts)]
    assert {0, 1} >= set(steps)
    assert 8 == sum(steps)
    assert logger.counts[-1].items() <= result.items()
    assert 1 == result["skipped_existing"]


def test_progress_is_told_task_by_task(watched) -> None:
    """To_task guide, Real-time Progress Updates: a line after each task that is done, with the counts of that moment;
    the job's progress says the same, and never goes back.
    """  # noqa: D205 (one sentence)
    _, logger, _ = watched
    lines = [line for line in logger.texts().split("\n") if "Progress" in line]
    share = ["12.5% (1/8)", "25.0% (2/8)", "37.5% (3/8)", "50.0% (4/8)", "62.5% (5/8)", "75.0% (6/8)"]
    assert [f"[{STEP}] Progress: {told}" for told in [*share, "85.7% (6/7)", "100.0% (7/7)"]] == lines
    percents = [percent for step, percent in logger.progress if step == STEP]
    assert sorted(percents) == percents
    assert 100 == percents[-1]


def test_each_task_is_told_with_its_outcome(watched) -> None:
    """To_task guide, Overview: success or failure of each task is tracked, with the reason."""
    _, logger, _ = watched
    events = logger.events(STEP)
    assert [
        (1, "success"),
        (2, "failed"),
        (3, "success"),
        (4, "success"),
        (5, "failed"),
        (6, "success"),
        (7, "skipped"),
        (8, "success"),
    ] == [(event["task_info"]["task_id"], event["status"]) for event in events]
    assert [2, 5] == [event["task_info"]["task_id"] for event in events if event["error"]]


def test_metrics_can_be_read_by_the_api() -> None:
    """To_task guide, Accessing Metrics: a run with a job logs its metrics and its progress there by itself."""
    with opened(tasks={1: CAST[1], 2: CAST[2]}, pictures={2: DIM}) as world:
        world.infer(run=world.run(job_id=JOB), pre_processor_params={"confidence_threshold": 0.7})
        job = world.client.get_job(JOB)
        counts = {"total": 2, "success": 1, "failed": 1, "stand_by": 0}
        assert counts.items() <= job["metrics_record"]["record"]["steps"][STEP].items()
        assert 100 == job["progress_record"]["record"]["steps"][STEP]["percent"]
        assert ("POST", "/logs/") in world.requests()
