"""Async jobs: legal transitions only, and a feed whose last event is the end."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.errors import Conflict
from fake_backend.core.jobs import AsyncJob, Feed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LEGAL = {
    ("PENDING", "start"): "PROCESSING",
    ("PENDING", "fail"): "FAILED",
    ("PENDING", "cancel"): "CANCELLED",
    ("PROCESSING", "complete"): "COMPLETED",
    ("PROCESSING", "fail"): "FAILED",
    ("PROCESSING", "cancel"): "CANCELLED",
    ("CANCELLED", "cancel"): "CANCELLED",
}
MOVES = {
    "start": lambda job: job.start(NOW, 10),
    "complete": lambda job: job.complete(NOW, {"manifest": {}}),
    "fail": lambda job: job.fail(NOW, "disk full"),
    "cancel": lambda job: job.cancel(NOW),
}


@given(st.lists(st.sampled_from(sorted(MOVES)), max_size=6))
def test_a_job_makes_legal_transitions_only(moves) -> None:
    """Any other transition is a conflict that leaves the job as it was; the feed has one end at the most."""
    job, feed = AsyncJob.pending("j", "plugin_export", NOW, None, {}), Feed()
    for move in moves:
        expected = LEGAL.get((str(job.status), move))
        if expected is None:
            before = dict(job.state)
            with pytest.raises(Conflict):
                MOVES[move](job)
            assert before == job.state
        else:
            MOVES[move](job)
            feed.tell(job)
            assert expected == job.status

    ends = [event for event in feed.events if event.name == "async_job.completed"]
    assert len(ends) == int(job.finished)
    assert not ends or feed.events[-1] is ends[0]


def test_progress_of_nothing_is_all_of_it() -> None:
    """An export of no rows is at 100 percent, without a division by zero."""
    job = AsyncJob.pending("j", "plugin_export", NOW, None, {})
    job.start(NOW, 0)

    assert (0, 0, 100.0) == tuple(job.state["progress"][name] for name in ("processed_count", "total_count", "percent"))
