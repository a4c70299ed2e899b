"""A world for each test that asks for one."""

from __future__ import annotations

import pytest
from guide_world import opened


@pytest.fixture
def world():
    """The guide's project 123 and storage 1, open while the test runs."""
    with opened() as world:
        yield world
