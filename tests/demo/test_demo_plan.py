"""The main project holds what the page promises, for every seed number."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.demo.plan import CONTENTS, DIVIDE, NARROWING_FILTER, plan

seeds = st.integers(-(2**70), 2**70)


@given(seeds)
def test_the_narrowing_filter_keeps_two_hundred(seed: int) -> None:
    """Both of its keys matter, it cuts between two moments, and rows stand at the very moment of the cut."""
    planned = plan(seed)

    assert "2026-01-15T00:00:00+00:00" == DIVIDE.isoformat()
    assert {"created__gte": DIVIDE.isoformat().replace("+00:00", "Z"), "is_discarded": False} == dict(NARROWING_FILTER)
    assert (300, 200) == (len(planned), sum(row.is_kept for row in planned))
    assert 222 == sum(row.created >= DIVIDE for row in planned)
    assert 270 == sum(not row.is_discarded for row in planned)
    assert 24 == sum(row.created == DIVIDE for row in planned)


@given(seeds)
def test_moments_cluster_and_ids_do_not_follow_them(seed: int) -> None:
    """At least three runs of more than twenty equal moments; the order of ids is not that of ``created``."""
    planned = plan(seed)

    assert [30, 28, 26, 24, 1] == [count for _, count in Counter(row.created for row in planned).most_common(5)]
    assert [row.created for row in planned] != sorted(row.created for row in planned)


@given(seeds)
def test_payloads_of_every_kind_are_on_both_sides_of_the_filter(seed: int) -> None:
    """As many as ``CONTENTS`` says, kept and dropped; the rest are small."""
    planned = plan(seed)
    counted = Counter((row.content, row.is_kept) for row in planned)

    for content, (kept, dropped) in CONTENTS.items():
        assert (kept, dropped) == (counted[content, True], counted[content, False])
    assert 300 == counted.total()


@given(seeds)
def test_names_hold_the_traps(seed: int) -> None:
    """Repeated names, stems that repeat, names like generated ones, among the kept rows; pictures missing in four."""
    planned = plan(seed)
    ids = [1000 + position for position in range(300)]
    given_names = {ids[n]: row.name.given(ids) for n, row in enumerate(planned) if row.name is not None}
    kept = Counter(given_names[ids[n]] for n, row in enumerate(planned) if row.name is not None and row.is_kept)
    everywhere = Counter(given_names.values())

    assert (5, 6, 1, 3, 4) == (
        kept["frame.png"],
        everywhere["frame.png"],
        kept["IMG 0001.png"],
        everywhere["IMG 0001.png"],
        kept["정면 카메라.png"],
    )
    assert {".png": 1, ".jpg": 1} == {PurePosixPath(n).suffix: kept[n] for n in kept if PurePosixPath(n).stem == "a"}
    for look, name in (("frame__", "frame.png"), ("a__", "a.png")):
        (generated,) = [found for found in kept if found.startswith(look)]
        owner = int(PurePosixPath(generated).stem.removeprefix(look))
        assert name == given_names[owner]
        assert planned[owner - 1000].is_kept
        assert "null" != planned[owner - 1000].content
    shared = [row.content for row in planned if row.name is not None and row.name.stem == "정면 카메라"]
    assert 1 == shared.count("null")
    assert 1 == max(
        count
        for name, count in everywhere.items()
        if name not in {"frame.png", "IMG 0001.png", "정면 카메라.png", "야간 1.png"}
    )
    assert 4 == sum(row.name is None for row in planned)


@given(seeds, seeds)
def test_a_plan_is_a_function_of_its_seed(seed: int, other: int) -> None:
    """Equal seeds plan equally, different ones differently."""
    assert plan(seed) == plan(seed)
    assert (seed == other) == (plan(seed) == plan(other))
