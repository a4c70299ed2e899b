"""The ground truth of the demo: two versions that overlap as the page promises, for every seed number."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend.demo import (
    FOREIGN_VERSION,
    GROUND_TRUTH_DATASET,
    GROUND_TRUTH_FILTER,
    GROUND_TRUTH_VERSIONS,
    LOOSE_DATASET,
    LOOSE_VERSION,
)
from fake_backend.demo.ground_truth import FIRST_KEY, ids_apart
from fake_backend.demo.ground_truth_plan import PARTS, PlannedEvent, plan_ground_truth
from fake_backend.demo.plan import plan
from fake_backend.demo.streams import stream

seeds = st.integers(-(2**70), 2**70)
FIRST, SECOND = GROUND_TRUTH_VERSIONS


def _held(planned: list[PlannedEvent], *versions: int) -> list[PlannedEvent]:
    """Return the events that any of ``versions`` holds."""
    return [event for event in planned if {*PARTS[event.part].versions} & {*versions}]


@settings(max_examples=15)
@given(seeds)
def test_the_planned_versions_hold_what_the_filter_keeps(seed: int) -> None:
    """80 and 70 events, 100 together; the filter keeps 50, 45 and 60 of them; 4, 4 and 5 have no payload."""
    tasks = plan(seed)
    planned = plan_ground_truth(seed, tasks)
    sides = ((FIRST,), (SECOND,), (FIRST, SECOND))

    assert {"category": "train"} == dict(GROUND_TRUTH_FILTER)
    assert [80, 70, 100] == [len(_held(planned, *side)) for side in sides]
    assert [50, 45, 60] == [sum(event.category == "train" for event in _held(planned, *side)) for side in sides]
    assert [4, 4, 5] == [sum(event.content == "null" for event in _held(planned, *side)) for side in sides]
    assert [3, 3, 5] == [sum(tasks[e.position].name is None for e in _held(planned, *side)) for side in sides]
    assert {"null": 5, "empty": 1, "none": 3, "medium": 16, "large": 2, "small": 73} == Counter(
        event.content for event in _held(planned, FIRST, SECOND)
    )
    assert planned == plan_ground_truth(seed, tasks)


def _versions(demo: dict[str, Any]) -> dict[int, set[int]]:
    return {row["id"]: {*row["events"]} for row in demo["ground_truth_dataset_versions"]}


def _events(demo: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {row["pgh_id"]: row for row in demo["ground_truth_events"]}


def test_the_versions_overlap(any_demo: dict[str, Any]) -> None:
    """50 events are in both; of 12 more ground truths each version has its own event, the second a newer one."""
    versions, events = _versions(any_demo), _events(any_demo)
    older, newer = (
        {events[key]["ground_truth"]: key for key in versions[one] - versions[other]}
        for one, other in ((FIRST, SECOND), (SECOND, FIRST))
    )

    assert [80, 70, 50] == [len(versions[FIRST]), len(versions[SECOND]), len(versions[FIRST] & versions[SECOND])]
    assert 12 == len(older.keys() & newer.keys())
    for truth in older.keys() & newer.keys():
        before, after = events[older[truth]], events[newer[truth]]
        assert (True, True) == (before["pgh_id"] < after["pgh_id"], before["created"] <= after["created"])
        assert ("insert", "update") == (before["pgh_label"], after["pgh_label"])
        assert before["data"] != after["data"]


def test_keys_of_events_are_not_the_ids_of_their_ground_truths(any_demo: dict[str, Any]) -> None:
    """But the two share a range: whoever takes one for the other meets another row."""
    rows = any_demo["ground_truth_events"]
    ids = {row["id"] for row in any_demo["ground_truths"]}

    assert not [row for row in rows if row["pgh_id"] == row["ground_truth"]]
    assert sum(row["pgh_id"] in ids for row in rows) > 20
    assert [row["pgh_id"] for row in rows] == sorted({row["pgh_id"] for row in rows})
    assert rows[0]["pgh_id"] < 10_000 < rows[-1]["pgh_id"]


@settings(max_examples=15)
@given(seeds)
def test_ids_are_drawn_apart_for_every_seed(seed: int) -> None:
    """A hundred ground truths with two events each, a seed that would let two numbers meet included."""
    truths = [(1, number % 100) for number in range(200)]
    keys = [*range(FIRST_KEY, FIRST_KEY + 200)]

    ids = ids_apart(stream(seed), truths, keys)

    assert 100 == len({*ids.values()})
    assert not [key for truth, key in zip(truths, keys, strict=True) if ids[truth] == key]


def test_some_events_are_of_one_ground_truth_and_some_in_no_version(any_demo: dict[str, Any]) -> None:
    """110 events of 92 ground truths in the main project's dataset, ten of them in no version; runs of one moment."""
    truths = {row["id"]: row["ground_truth_dataset"] for row in any_demo["ground_truths"]}
    own = [row for row in any_demo["ground_truth_events"] if truths[row["ground_truth"]] == GROUND_TRUTH_DATASET]
    held = set().union(*_versions(any_demo).values())

    assert (110, 92) == (len(own), len({row["ground_truth"] for row in own}))
    assert 10 == sum(row["pgh_id"] not in held for row in own)
    assert max(Counter(row["created"] for row in any_demo["ground_truth_events"]).values()) > 20
    assert {"insert", "update"} == {row["pgh_label"] for row in own}
    assert {"train", "validation", "test", ""} == {row["category"] for row in own}


def test_classes_are_what_a_payload_shows(any_demo: dict[str, Any]) -> None:
    """Each category of the annotations once; the boxes are those of the data unit's picture, or the first of them."""
    truths = {row["id"]: row for row in any_demo["ground_truths"]}
    drawn = {unit["id"]: unit.get("meta", {}).get("truth") for unit in any_demo["data_units"]}
    compared = 0
    for row in any_demo["ground_truth_events"]:
        annotations = (row["data"] or {}).get("annotations", [])
        truth = drawn[truths[row["ground_truth"]]["data_unit"]]
        assert {a["category"] for a in annotations} == {*row["classes"]}
        assert len(row["classes"]) == len({*row["classes"]})
        if annotations and truth is not None:
            boxes = [(a["id"], a["bbox"], a["area"]) for a in truth["annotations"]]
            assert boxes[: len(annotations)] == [(a["id"], a["bbox"], a["area"]) for a in annotations]
            compared += 1
    assert compared > 90


def test_other_datasets_are_of_no_project_and_of_another_tenant(any_demo: dict[str, Any]) -> None:
    """So that a scope by project and a scope by version differ, and a foreign version can be refused."""
    datasets = {row["id"]: row for row in any_demo["ground_truth_datasets"]}
    versions = {row["id"]: row for row in any_demo["ground_truth_dataset_versions"]}

    assert ("acme", 1) == (datasets[GROUND_TRUTH_DATASET]["tenant"], datasets[GROUND_TRUTH_DATASET]["project"])
    assert ("acme", None) == (datasets[LOOSE_DATASET]["tenant"], datasets[LOOSE_DATASET]["project"])
    assert (LOOSE_DATASET, 10) == (
        versions[LOOSE_VERSION]["ground_truth_dataset"],
        len(versions[LOOSE_VERSION]["events"]),
    )
    assert "globex" == datasets[versions[FOREIGN_VERSION]["ground_truth_dataset"]]["tenant"]
    assert 6 == len(versions[FOREIGN_VERSION]["events"])
    assert [True, False] == [versions[version]["is_released"] for version in GROUND_TRUTH_VERSIONS]
