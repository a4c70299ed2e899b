"""Filters of to_task: each key selects the oracle's tasks, and no row outside of them changes."""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, override

import pytest

from contract_tests import strategies
from contract_tests.clauses.annotating import Rows, annotate, rows_of
from contract_tests.clauses.wide import ONE_OF_EACH, ROWS, WIDE
from contract_tests.oracle import Fate, expected_annotating, selected_tasks
from contract_tests.strategies.detections import AGENT, ROOM, SPECIFICATION, detection
from fake_backend import FakeBackend
from sdk.plugins.categories.pre_annotation.actions.to_task import AnnotationStrategy, ToTaskAction

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.plugins.categories.pre_annotation.actions.to_task import Task, ToTaskContext

PROJECT = strategies.MAIN_PROJECT
START = datetime(2026, 11, 22, tzinfo=UTC)
BOXES: dict[str, Any] = {"objects": [detection()]}
WORLD: Mapping[str, Any] = {
    **WIDE,
    **ROOM,
    "data_units": [
        {
            "id": number,
            "data_collection": 1,
            "name": "u",
            "files": {"image_1": {"file_name_original": name, "content": 1}},
        }
        for number, name in ((1, "고양이 (1).jpg"), (2, "dog.jpg"))
    ],
    "tasks": [
        *({**row, "data_unit": 2 - row["id"] % 2} for row in WIDE["tasks"]),
        {"id": 50, "project": 2, "data_unit": 1, "created": strategies.INSTANTS[0]},
        {"id": 99, "project": 9, "created": strategies.INSTANTS[0]},
    ],
}
"""The tasks of the wide document, beside one of another project and of another tenant."""

GUIDE: tuple[Mapping[str, Any], ...] = (
    {"status": "pending"},
    {"status": "completed"},
    {"status__in": ["pending", "in_progress"]},
    {"assignee": 3},
    {"assignee": None},
    {"created_at__gte": "2026-01-16T00:00:00Z"},
    {"created_at__lte": "2026-01-15T12:00:00"},
    {"created_at__gte": "2026-01-15", "created_at__lte": "2026-01-15T12:00:00Z", "assignee": 2},
    {"data_collection": 1, "limit": 5},
    {"limit": 1},
    {"status": "pending", "data_collection": 1, "assignee": None},
    {"status__in": ["pending", "skipped"], "created_at__gte": "2026-01-15", "id__gt": 3, "limit": 2},
)
"""The guide's keys (to_task guide, Task Filtering), alone and together."""

OWN: tuple[Mapping[str, Any], ...] = tuple(
    {key: value} for key, value in ONE_OF_EACH["task"].items() if key != "project"
)
"""The keys of the list of tasks itself, one by one."""


class Boxes(AnnotationStrategy):
    """The same for every task: what a filter selects is all that matters here."""

    @override
    def annotate(self, context: ToTaskContext, task: Task) -> dict[str, Any]:
        return BOXES


class BoxesAction(ToTaskAction):
    """to_task with that strategy."""

    @override
    def annotation_strategy(self) -> AnnotationStrategy:
        return Boxes()


def supported() -> set[str]:
    """Return the filter keys that the action says it takes."""
    with FakeBackend(seed=ROOM) as backend:
        refusal = annotate(backend, params_of({"no such key": 1})).error
    assert refusal is not None
    found = re.search(r"supported are ([\w, ]+)", refusal.message)
    assert found
    return set(found[1].split(", "))


def params_of(task_filters: Mapping[str, Any]) -> dict[str, Any]:
    """Return a run by files that writes whatever it selects."""
    by_file = {"method": "file", "target_specification_name": SPECIFICATION, "overwrite": True}
    return {"project": PROJECT, "agent": AGENT, "task_filters": dict(task_filters), **by_file}


def test_there_is_a_filter_of_each_key() -> None:
    """No key that the action takes is left out here."""
    told = {key for filters in (*GUIDE, *OWN) for key in filters}

    assert supported() - {"project"} <= told


@functools.cache
def rows_before() -> Rows:
    """Return the rows of the world that no run has been in."""
    with FakeBackend(seed=WORLD, start=START) as backend:
        return rows_of(backend)


@pytest.mark.parametrize("task_filters", [*GUIDE, *OWN], ids=str)
def test_a_filter_selects_the_oracles_tasks_and_no_other_row_changes(task_filters: Mapping[str, Any]) -> None:
    """``None`` for an assignee means that there is none; a limit takes the first by id; several keys must all hold."""
    turns = selected_tasks(WORLD, PROJECT, task_filters)
    fates = {number: Fate(data=BOXES) for number in ROWS}
    told = expected_annotating(WORLD, fates, project=PROJECT, task_filters=task_filters, overwrite=True, schema="any")
    assert 0 < len(turns) < len(ROWS), "a filter that keeps all or nothing proves little"
    assert told is not None
    before = rows_before()
    with FakeBackend(seed=WORLD, start=START) as backend:
        ran = annotate(backend, params_of(task_filters) | {"schema": "any"}, BoxesAction)
        after = rows_of(backend)

    assert told.counts == ran.counts, ran.error
    assert set(turns) == {key[2] for key in before if before[key] != after[key]}
    assert {key[1] for key in before if before[key] != after[key]} == {"sdk/tasks"}
    assert before.keys() == after.keys()


@pytest.mark.parametrize("key", ["status", "created_at__gte", "id__in", "labelers", "tags", "has_assignment", "limit"])
def test_none_never_widens_a_run(key: str) -> None:
    """It would vanish from the query; but for an assignee it is refused, with nothing requested."""
    with FakeBackend(seed=WORLD) as backend:
        ran = annotate(backend, params_of({key: None}))

        assert ran.error is not None
        assert repr(key) in ran.error.message
        assert 0 == backend.journal.arrived
