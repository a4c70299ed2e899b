"""What the tests of to_task share."""

from __future__ import annotations

import pytest
from to_task_rig import rigged


@pytest.fixture
def rig():
    """A backend with three tasks, and the means to annotate them."""
    yield from rigged()


@pytest.fixture
def cold(rig):
    """A rig whose pre-processor is not there yet."""
    rig.world.applications = []
    return rig
