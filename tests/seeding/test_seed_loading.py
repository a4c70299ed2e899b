"""Rows of a document become rows of a world: what they copy from other rows is right, and stays right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from seed_documents import documents, small
from sqlalchemy import delete, select

from fake_backend.core.clock import VirtualClock
from fake_backend.seeding import validate
from fake_backend.store import schema
from fake_backend.store.instants import stored
from fake_backend.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table

LARGE = {"text": "가" * 1_000}  # 3,000 bytes: over the size from which payloads are objects


@pytest.fixture
def world() -> Iterator[World]:
    """A world without rows."""
    made = World(VirtualClock())
    yield made
    made.close()


def _rows(world: World, table: Table) -> list[dict[str, Any]]:
    """Return every row of a table, in the order of its key."""
    with world.database.transaction() as connection:
        return [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]


def _everything(world: World) -> dict[str, list[dict[str, Any]]]:
    return {table.name: _rows(world, table) for table in schema.metadata.sorted_tables}


@settings(max_examples=12)
@given(documents())
def test_a_document_loaded_twice_is_loaded_once(document: dict[str, Any]) -> None:
    """Equal rows in every table, tokens included: a document may be repeated by one that adds to it."""
    made = World(VirtualClock())
    rows = validate(document)
    made.seed(rows)
    once = _everything(made)

    assert rows.counts() == made.seed(rows)
    assert once == _everything(made)
    told = made.catalogue.counts()
    assert {**rows.counts(), "tokens": told["tokens"]} == {name: told[name] for name in rows.counts()}
    made.close()


def test_an_assignment_is_where_its_task_is(world: World) -> None:
    """Tenant, project and data unit are the task's; what is not given is what the page says."""
    world.seed(validate(small()))
    (row,) = _rows(world, schema.assignments)

    assert {
        "id": 501,
        "tenant": "acme",
        "project_id": 1,
        "data_unit_id": 11,
        "task_id": 101,
        "user_id": 1,
        "workshop_id": 7,
        "created": stored(world.clock.now()),
        "last_labeled": 1_768_467_600_000_000,
        "last_reviewed": None,
        "status_review": "stand_by",
        "is_confirmed": False,
        "has_data": True,
        "payload": '{"k":1}',
    }.items() <= row.items()


def test_assignments_follow_a_task_that_is_replaced(world: World) -> None:
    """Also when the document that moves the task does not repeat them; others stay where they are."""
    document = small()
    document["assignments"].append({"id": 502, "task": 102, "user": 1})
    world.seed(validate(document))
    moved = small() | {"assignments": []}
    moved["tasks"][0] |= {"project": 3, "data_unit": None}
    moved["ground_truths"][0]["task"] = None
    world.seed(validate(moved))

    assert [(501, "globex", 3, None), (502, "acme", 2, None)] == [
        (row["id"], row["tenant"], row["project_id"], row["data_unit_id"]) for row in _rows(world, schema.assignments)
    ]
    for unit in (11, None):
        moved["tasks"][0] |= {"project": 1, "data_unit": unit}
        world.seed(validate(moved))
        row = _rows(world, schema.assignments)[0]
        assert ("acme", 1, unit) == (row["tenant"], row["project_id"], row["data_unit_id"])


def test_an_event_keeps_what_its_ground_truth_was(world: World) -> None:
    """Dataset, data unit and task are the ground truth's at the time; a document without the event changes none."""
    world.seed(validate(small()))
    before = _rows(world, schema.ground_truth_events)
    later = small() | {"ground_truth_events": [], "ground_truth_dataset_versions": []}
    later["ground_truths"][0] |= {"data_unit": 12, "task": None}
    world.seed(validate(later))

    assert [(51, "acme", 41, 21, 11, 101), (53, "acme", 42, 21, 12, None), (54, "globex", 43, 22, 13, None)] == [
        tuple(
            row[name]
            for name in ("pgh_id", "tenant", "ground_truth_id", "ground_truth_dataset_id", "data_unit_id", "task_id")
        )
        for row in before
        if row["pgh_id"] != 52
    ]
    assert before == _rows(world, schema.ground_truth_events)
    assert (12, None) == tuple(_rows(world, schema.ground_truths)[0][name] for name in ("data_unit_id", "task_id"))


def test_what_hangs_on_a_row_is_replaced_with_it(world: World) -> None:
    """Relations, classes and the events of a version are those of the last document, in its order."""
    document = small()
    document["assignments"][0] |= {"tags": [3, 4], "reviewers": [1]}
    world.seed(validate(document))
    document["assignments"][0] |= {"tags": [4, 5], "reviewers": []}
    document["ground_truth_events"][0]["classes"] = ["sign", "bus", "car"]
    document["ground_truth_dataset_versions"][0]["events"] = [52]
    world.seed(validate(document))

    assert [("tags", 4), ("tags", 5)] == [
        (row["relation"], row["related_id"]) for row in _rows(world, schema.assignment_relations)
    ]
    classes = sorted(_rows(world, schema.ground_truth_event_classes), key=lambda row: row["position"])
    assert ["sign", "bus", "car"] == [row["name"] for row in classes]
    assert [(31, 52), (32, 52), (32, 53)] == [
        (row["version_id"], row["pgh_id"]) for row in _rows(world, schema.ground_truth_version_events)
    ]


def test_rows_of_equal_ids_have_payloads_of_their_own(world: World) -> None:
    """A task, an assignment and an event of one number: three objects, though their bytes are equal."""
    document = small()
    document["tasks"].append({"id": 51, "project": 1, "data": LARGE})
    document["assignments"].append({"id": 51, "task": 51, "user": 1, "data": LARGE})
    document["ground_truth_events"][0]["data"] = LARGE
    world.seed(validate(document))
    tables = (schema.tasks, schema.assignments, schema.ground_truth_events)

    rows = [next(row for row in _rows(world, table) if row["payload_key"]) for table in tables]

    assert ["payloads/tasks/51/", "payloads/assignments/51/", "payloads/ground_truth_events/51/"] == [
        row["payload_key"][: -len(f"{row['payload_digest']}.json")] for row in rows
    ]
    assert 1 == len({row["payload_digest"] for row in rows})
    assert [LARGE] * 3 == [world.payloads.shown({**row, "id": 51}, "inline", "http://storage") for row in rows]


def test_with_a_task_go_its_assignments_but_not_its_ground_truth(world: World) -> None:
    """A ground truth then has no task, and an event still names the one that it was about."""
    world.seed(validate(small()))
    with world.database.transaction() as connection:
        connection.execute(delete(schema.tasks).where(schema.tasks.c.id == 101))

    assert [] == _rows(world, schema.assignments)
    assert [None] * 3 == [row["task_id"] for row in _rows(world, schema.ground_truths)]
    assert [101, 101] == [row["task_id"] for row in _rows(world, schema.ground_truth_events)][:2]
