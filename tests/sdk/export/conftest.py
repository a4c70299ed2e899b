"""A rig with seven tasks for each test that asks for one."""

from __future__ import annotations

import pytest
from export_rig import rigged


@pytest.fixture
def rig():
    """A backend of seven tasks, open while the test runs."""
    with rigged() as opened:
        yield opened
