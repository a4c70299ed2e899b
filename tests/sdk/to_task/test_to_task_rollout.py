"""A cold pre-processor on the fake, by the world's clock: it comes up, too late, not at all, or finds no room.

Source: to_task guide, Pre-processor Management; contract.md 4, waiting; incidents.md 5, SYN-7259 and SYN-7005.
"""

from __future__ import annotations

import pytest
from to_task_rig import AGENT
from to_task_world import NAME, document, world

from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError


@pytest.fixture(autouse=True, scope="module")
def first_world():
    """The first world of a process loads moto and lays out the tables, which is no part of a roll-out."""
    with world(document()) as here:
        here.infer()


def refused(here, **fields):
    """Run, and return the refusal's message and the seconds it took; all has to be as it was."""
    before, since = here.state(), here.backend.clock.monotonic()
    with pytest.raises(CriticalError) as refusal:
        here.infer(**fields)
    assert before == here.state()
    assert [] == here.seen
    return refusal.value.message, here.backend.clock.monotonic() - since


def test_a_roll_out_of_nine_minutes_is_waited_for() -> None:
    """It is within the ten minutes; what was started is left running."""
    with world(document(1, cold=True, image_pull_seconds=400, start_seconds=100, warm_up_seconds=40)) as here:
        since = here.backend.clock.monotonic()
        assert 1 == here.infer()["success"]
        assert 540 <= here.backend.clock.monotonic() - since < 570
        assert {f"{NAME} on {AGENT}": "RUNNING"} == here.backend.serving.statuses()


def test_a_roll_out_of_eleven_minutes_is_out_of_time() -> None:
    """The error says the last known reason; what was started is taken down."""
    with world(document(1, cold=True, image_pull_seconds=400, start_seconds=200, warm_up_seconds=60)) as here:
        message, seconds = refused(here)

    assert "Pre-processor not active" in message
    assert message.endswith("did not become ready within timeout (600 s); last-known reason: DEPLOYING")
    assert 600 <= seconds < 670


def test_a_roll_out_that_fails_is_told_at_once() -> None:
    """The terminal state is not waited out."""
    with world(document(cold=True, fails_at="start")) as here:
        message, seconds = refused(here)

    assert "reached terminal state (DEPLOY_FAILED)" in message
    assert 40 <= seconds < 60


def test_a_roll_out_without_room_is_not_begun() -> None:
    """The agent is asked first, and says what is short; nothing is dispatched."""
    with world(document(cold=True, num_gpus=1.5)) as here:
        message, seconds = refused(here)
        asked = [entry.path for entry in here.backend.journal if entry.method == "POST"]

    assert message.endswith("deployment blocked by capacity gate (gpu_unavailable: 1.5 needed, 1 of 1 free)")
    assert 0 == seconds
    assert [f"/__agents__/{AGENT}/resources/feasibility/"] == asked
