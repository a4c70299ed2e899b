"""How the points of ``make interruptions`` are drawn; the points themselves take minutes and are run by it."""

from __future__ import annotations

from random import Random

import pytest

from fake_backend.demo import document
from tests.interruptions.points import HEADS, TARGETS, WAYS, length, moments, points
from tests.interruptions.world import World

DEMO, SEED = 1, 3


@pytest.fixture(scope="module")
def worlds():
    """Return what is exported, by target."""
    demo = document(DEMO)
    return {target: World(demo, target) for target in TARGETS}


def test_drawn_points_meet_every_way_head_target_and_part_of_an_export(worlds) -> None:
    """Twenty points leave out no way, head, target or storage, and each lies within what an export does."""
    for draw in range(20):
        judge(points(Random(draw), 20, worlds), worlds)


def judge(drawn, worlds) -> None:
    """Hold twenty points against what they promise."""
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
