"""One of the points of ``make interruptions``, an exporter that is killed, and how all are drawn."""

from __future__ import annotations

from random import Random

import pytest

from fake_backend.demo import document
from tests.interruptions.backend import Seed
from tests.interruptions.points import HEADS, TARGETS, WAYS, length, moments, points
from tests.interruptions.run import run
from tests.interruptions.world import World

DEMO, SEED, NUMBER = 1, 3, 15


@pytest.fixture(scope="module")
def demo():
    """Return the demo document."""
    return document(DEMO)


@pytest.fixture(scope="module")
def worlds(demo):
    """Return what is exported, by target."""
    return {target: World(demo, target) for target in TARGETS}


@pytest.fixture(scope="module")
def seed(demo, tmp_path_factory):
    """Return the demo as a world on disk."""
    return Seed.planted(demo, tmp_path_factory.mktemp("seed"))


def test_an_interrupted_export_stands_whole_or_not_at_all_and_goes_on(worlds, seed) -> None:
    """Nothing half stands, the staging is kept, and the same command completes without fetching a row again.

    Source: export guide, large-volume resilient export; incidents.md 2 (SYN-7487).
    """
    point = points(Random(SEED), 20, worlds)[NUMBER - 1]

    finding = run(point, worlds[point.target], seed)

    assert [] == finding.wrong, finding


@pytest.mark.parametrize("draw", range(20))
def test_drawn_points_meet_every_way_head_target_and_part_of_an_export(draw, worlds) -> None:
    """Twenty points leave out no way, head, target or storage, and each lies within what an export does."""
    drawn = points(Random(draw), 20, worlds)

    assert (set(WAYS), set(HEADS), set(TARGETS)) == tuple(
        {getattr(point, name) for point in drawn} for name in ("way", "head", "target")
    )
    assert {True, False} == {point.bucket for point in drawn} == {point.originals for point in drawn}
    assert len({point.moment for point in drawn}) >= 8
    for point in drawn:
        assert point.moment in moments(point.way, point.head, bucket=point.bucket, originals=point.originals)
        assert 1 <= point.nth <= length(point.moment, worlds[point.target], originals=point.originals)


def test_points_are_drawn_anew_alike(worlds) -> None:
    """A seed names its points: who sees one fail can give it again."""
    assert points(Random(SEED), 20, worlds) == points(Random(SEED), 20, worlds)
    assert points(Random(SEED), 20, worlds) != points(Random(SEED + 1), 20, worlds)
