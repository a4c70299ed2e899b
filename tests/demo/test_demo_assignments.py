"""The assignments of the demo: what the page promises of them, for every seed number."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend.demo import ASSIGNMENT_FILTER, ASSIGNMENTS
from fake_backend.demo.assignment_plan import PlannedAssignment, plan_assignments
from fake_backend.demo.names import is_trap
from fake_backend.demo.plan import plan

seeds = st.integers(-(2**70), 2**70)
SINCE = datetime(2026, 2, 20, tzinfo=UTC)
INSTANTS = ("label_submitted", "last_labeled", "last_reviewed", "labeler_last_action_at", "reviewer_last_action_at")


def _main(demo: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the assignments of the main project."""
    main = {task["id"] for task in demo["tasks"] if task["project"] == 1}
    return [row for row in demo["assignments"] if row["task"] in main]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _is_late(row: PlannedAssignment) -> bool:
    return row.last_labeled is not None and row.last_labeled >= SINCE


@settings(max_examples=15)
@given(seeds)
def test_the_filter_keeps_a_hundred_and_each_of_its_keys_matters(seed: int) -> None:
    """160 are planned; without ``ids_ex``, which v2 lacks, the filter keeps 112; nine stand at its very moment."""
    planned = plan_assignments(seed, plan(seed))

    assert (160, 160) == (ASSIGNMENTS, len(planned))
    assert {
        "last_labeled__gte": SINCE.isoformat().replace("+00:00", "Z"),
        "is_discarded": False,
        "ids_ex": "1-999",
    } == dict(ASSIGNMENT_FILTER)
    assert 100 == sum(row.is_kept for row in planned)
    assert 112 == sum(_is_late(row) and not row.is_discarded for row in planned)
    assert 108 == sum(_is_late(row) and not row.is_low for row in planned)
    assert 110 == sum(not row.is_discarded and not row.is_low for row in planned)
    assert 9 == sum(row.last_labeled == SINCE for row in planned)
    assert [True] * 40 + [False] * 120 == [row.is_low for row in planned]


@settings(max_examples=15)
@given(seeds)
def test_tasks_with_traps_have_an_assignment_on_the_same_side_of_the_filter(seed: int) -> None:
    """No task has two; every name that exporters trip over and every data unit without files is among them."""
    tasks = plan(seed)
    planned = plan_assignments(seed, tasks)
    by_task = {row.position: row for row in planned}

    assert ASSIGNMENTS == len(by_task)
    for position, task in enumerate(tasks):
        if task.name is None or is_trap(task.name):
            assert task.is_kept is by_task[position].is_kept


@settings(max_examples=15)
@given(seeds)
def test_payloads_statuses_and_moments_are_as_many_as_promised(seed: int) -> None:
    """Payloads of each kind, of either side of the filter; every status; runs of equal ``created``; never null."""
    planned = plan_assignments(seed, plan(seed))
    contents = Counter((row.content, row.is_kept) for row in planned)

    assert {
        ("empty", True): 3,
        ("empty", False): 2,
        ("none", True): 6,
        ("none", False): 3,
        ("medium", True): 16,
        ("medium", False): 8,
        ("large", True): 4,
        ("large", False): 2,
        ("huge", True): 1,
        ("small", True): 70,
        ("small", False): 45,
    } == contents
    assert {"stand_by": 11, "in_progress": 35, "completed": 98, "skipped": 16} == Counter(
        row.status_label for row in planned
    )
    assert {"stand_by": 92, "in_progress": 16, "completed": 30, "rejected": 14, "skipped": 8} == Counter(
        row.status_review for row in planned
    )
    assert [30, 26] == [count for _, count in Counter(row.created for row in planned).most_common(2)]
    assert [row.created for row in planned] != sorted(row.created for row in planned)
    assert 15 == sum(row.is_discarded for row in planned)
    assert 8 == sum(row.is_discard_confirmed for row in planned if row.is_discarded)
    assert not any(row.is_discard_confirmed for row in planned if not row.is_discarded)


@settings(max_examples=10)
@given(seeds, seeds)
def test_the_plan_is_a_function_of_its_seed(seed: int, other: int) -> None:
    """Equal seeds plan equally, different ones differently."""
    tasks = plan(1)

    assert plan_assignments(seed, tasks) == plan_assignments(seed, tasks)
    assert (seed == other) == (plan_assignments(seed, tasks) == plan_assignments(other, tasks))


def test_the_filter_keeps_a_hundred_rows_of_the_document(any_demo: dict[str, Any]) -> None:
    """Counted on the document itself."""
    rows = _main(any_demo)

    kept = [row for row in rows if row["id"] >= 1000 and not row["is_discarded"] and row["last_labeled"]]
    assert 160 == len(rows)
    assert 100 == sum(_moment(row["last_labeled"]) >= SINCE for row in kept)


def test_a_coco_exporter_can_read_every_assignment_of_the_main_project(any_demo: dict[str, Any]) -> None:
    """Each has a payload and a data unit of its own, and the boxes are those of its data unit's picture."""
    rows = _main(any_demo)
    tasks = {task["id"]: task for task in any_demo["tasks"]}
    truths = {unit["id"]: unit.get("meta", {}).get("truth") for unit in any_demo["data_units"]}

    assert len(rows) == len({tasks[row["task"]]["data_unit"] for row in rows})
    compared = 0
    for row in rows:
        found = [(a["id"], a["category"], a["bbox"], a["area"]) for a in row["data"].get("annotations", [])]
        truth = truths[tasks[row["task"]]["data_unit"]]
        if found and truth is not None:
            assert [(a["id"], a["category"], a["bbox"], a["area"]) for a in truth["annotations"]] == found
            compared += 1
    assert compared > 130


def test_other_projects_have_tasks_with_several_assignments(any_demo: dict[str, Any]) -> None:
    """Of one user each; payloads in the shape of the project, some still missing; another tenant has some too."""
    tasks = {task["id"]: task for task in any_demo["tasks"]}
    sides = {
        project: [row for row in any_demo["assignments"] if tasks[row["task"]]["project"] == project]
        for project in (2, 3)
    }

    for project, key in ((2, "objects"), (3, "annotations")):
        assert max(Counter(row["task"] for row in sides[project]).values()) > 1
        assert {key} == {name for row in sides[project] if row["data"] for name in row["data"]}
    assert None in [row["data"] for row in sides[2]]
    assert len({(row["task"], row["user"]) for row in any_demo["assignments"]}) == len(any_demo["assignments"])


def test_ids_ascend_and_pass_a_thousand(any_demo: dict[str, Any]) -> None:
    """An order by text is not the order by number; projects are mixed."""
    rows = any_demo["assignments"]
    main = {row["id"] for row in _main(any_demo)}
    changes = sum((one["id"] in main) != (other["id"] in main) for one, other in pairwise(rows))

    assert [row["id"] for row in rows] == sorted({row["id"] for row in rows})
    assert rows[0]["id"] < 1000 < rows[-1]["id"]
    assert changes > 20


def test_what_has_not_happened_has_no_instant(any_demo: dict[str, Any]) -> None:
    """Nothing labelled before it is handed out, submitted without being completed or reviewed before submission."""
    for row in any_demo["assignments"]:
        moments = {name: None if row[name] is None else _moment(row[name]) for name in INSTANTS}
        labelled, submitted, reviewed = (moments[name] for name in ("last_labeled", "label_submitted", "last_reviewed"))
        assert (row["status_label"] == "stand_by") == (labelled is None)
        assert (row["status_label"] == "completed") == (submitted is not None)
        assert (row["status_review"] in {"completed", "rejected", "skipped"}) == (reviewed is not None)
        if labelled is not None:
            assert _moment(row["created"]) < labelled
        if submitted is not None and labelled is not None:
            assert labelled <= submitted
        if reviewed is not None and submitted is not None:
            assert submitted < reviewed


@pytest.mark.parametrize(
    "name",
    [
        *("user", "workshop", "reviewers", "groups", "stages", "tags", "task_tags", "status_label", "status_review"),
        *("is_discarded", "is_discard_confirmed", "is_confirmed", "created"),
        *INSTANTS,
    ],
)
def test_what_a_filter_looks_at_differs(any_demo: dict[str, Any], name: str) -> None:
    """Each filter of assignments can keep some rows of the main project and drop some; most instants are null too."""
    tags = {task["id"]: task["tags"] for task in any_demo["tasks"]}
    rows = _main(any_demo)

    values = Counter(str(tags[row["task"]] if name == "task_tags" else row[name]) for row in rows)

    assert len(values) > 1
    assert (name in INSTANTS) == ("None" in values and name != "workshop")


def test_tasks_keep_what_their_filters_look_at(any_demo: dict[str, Any]) -> None:
    """Tasks with and without assignments, with discarded and other ones; whoever has one is a labeler of the task."""
    main = [task for task in any_demo["tasks"] if task["project"] == 1]
    by_task = {row["task"]: row for row in _main(any_demo)}

    assert (160, 140) == (len(by_task), len([task for task in main if task["id"] not in by_task]))
    assert {True, False} == {row["is_discarded"] for row in by_task.values()}
    assert {True, False} == {task["has_reached_max_assignments"] for task in main}
    for task in any_demo["tasks"]:
        users = [row["user"] for row in any_demo["assignments"] if row["task"] == task["id"]]
        assert set(users) <= set(task["labelers"])
