"""Worlds for the guide's tests: one that is only looked at, and one of a test's own; neither outlives its module."""

from __future__ import annotations

import pytest
from guide_runs import Runs
from guide_world import opened


@pytest.fixture(scope="module")
def world():
    """The guide's project 123 and storage 1, shared: tests export from it and change nothing of it."""
    with opened() as world:
        yield world


@pytest.fixture
def own_world():
    """The same, for a test that changes rows, clients or files."""
    with opened() as world:
        yield world


@pytest.fixture(scope="module")
def runs(world):
    """What an export of each target by each head did and left, each run once."""
    return Runs(world)
