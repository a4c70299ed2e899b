"""Task queries: conditions as SQL mean what they say, and a keyset page is an index seek."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert
from sqlalchemy.dialects import sqlite

from fake_backend.core.cursor import Seek
from fake_backend.core.errors import InvalidCursor
from fake_backend.core.filter_sets import TASKS_V1
from fake_backend.store import schema
from fake_backend.store.database import Database
from fake_backend.store.instants import restored, shown, stored
from fake_backend.store.kinds import TASKS
from fake_backend.store.listing import Listing, keyset_query
from fake_backend.store.ordering import Ordering

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def database():
    """40 tasks in two projects of one tenant and one of another, with every column varied."""
    world = Database()
    with world.transaction() as connection:
        tenants = [{"code": code, "name": code, "number": number} for number, code in enumerate(("acme", "globex"))]
        connection.execute(insert(schema.tenants), tenants)
        connection.execute(
            insert(schema.projects),
            [
                {"id": number, "tenant": tenant, "title": "", "data_collection_id": None, "configuration": "{}"}
                for number, tenant in ((1, "acme"), (2, "acme"), (3, "globex"))
            ],
        )
        connection.execute(insert(schema.tasks), ROWS)
    yield world
    world.close()


ROWS = [
    {
        "id": number,
        "tenant": "globex" if number % 5 == 0 else "acme",
        "project_id": 3 if number % 5 == 0 else 1 + number % 2,
        "data_unit_id": None,
        "created": stored(EPOCH + timedelta(days=number // 4)),
        "is_discarded": number % 3 == 0,
        "status_label": ("stand_by", "in_progress", "completed")[number % 3],
        "status_review": "stand_by",
        "schema": "any",
        "has_reached_max_assignments": False,
        "has_data": number % 2 == 0,
        "payload": None,
        "payload_key": None,
        "payload_size": 0,
        "payload_digest": "",
    }
    for number in range(1, 41)
]

days = st.integers(0, 11).map(lambda day: shown(stored(EPOCH + timedelta(days=day))))
ids = st.integers(1, 45)
queries = st.fixed_dictionaries(
    {},
    optional={
        "project": st.integers(1, 4).map(str),
        "ids": st.lists(ids, min_size=1).map(lambda found: ",".join(map(str, found))),
        "ids_ex": st.tuples(ids, ids).map(lambda pair: f"{min(pair)}-{max(pair)}"),
        "id__gt": ids.map(str),
        "id__lte": ids.map(str),
        "is_discarded": st.sampled_from(["true", "False", "1", "0"]),
        "status_label": st.sampled_from(["stand_by", "completed,in_progress", "skipped"]),
        "created__gte": days,
        "created__lt": days,
        "discarded_filter": st.sampled_from(["all", "discarded", "not_discarded"]),
    },
)


def passes(row, query) -> bool:
    """Return whether a row passes, in plain Python."""
    tests = {
        "project": lambda text: row["project_id"] == int(text),
        "ids": lambda text: str(row["id"]) in text.split(","),
        "ids_ex": lambda text: not int(text.split("-")[0]) <= row["id"] <= int(text.split("-")[1]),
        "id__gt": lambda text: row["id"] > int(text),
        "id__lte": lambda text: row["id"] <= int(text),
        "is_discarded": lambda text: row["is_discarded"] == (text.lower() in {"true", "1"}),
        "status_label": lambda text: row["status_label"] in text.split(","),
        "created__gte": lambda text: shown(row["created"]) >= text,
        "created__lt": lambda text: shown(row["created"]) < text,
        "discarded_filter": lambda text: text == "all" or row["is_discarded"] == (text == "discarded"),
    }
    return all(tests[key](value) for key, value in query.items())


@given(query=queries, tenant=st.sampled_from(["acme", "globex", None]), field=st.sampled_from(["id", "created"]))
def test_conditions_keep_the_rows_that_plain_python_keeps(database, query, tenant, field) -> None:
    """Whatever keys are combined, SQL and plain code agree on the rows, their order and their number."""
    conditions = TASKS_V1.select(query.items()).conditions
    tasks = Listing(database, TASKS)
    kept = [row for row in ROWS if row["tenant"] == tenant and passes(row, query)]
    expected = [row["id"] for row in sorted(kept, key=lambda row: (row[field], row["id"]), reverse=True)]

    everything = Seek(descending=True, beyond=None, offset=0, limit=100)
    found = tasks.keyset_page(tenant, conditions, Ordering(field), everything)
    assert expected == [row["id"] for row in found]
    assert len(expected) == tasks.count(tenant, conditions)


@pytest.mark.parametrize("beyond", [None, "30"])
def test_a_keyset_page_is_an_index_seek(database, beyond) -> None:
    """The planner seeks in (project, id) and sorts nothing, at the start and in the depth (export guide, 2)."""
    conditions = TASKS_V1.select([("project", "1"), ("is_discarded", "false")]).conditions
    place = Seek(descending=True, beyond=beyond, offset=0, limit=51)
    query = keyset_query(TASKS, "acme", conditions, Ordering("id"), place, columns=["id", "created"])
    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with database.transaction() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]

    wanted = "tasks_project_id (project_id=? AND id<?)" if beyond else "tasks_project_id (project_id=?)"
    assert any(step.startswith("SEARCH tasks") and wanted in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan


def test_a_position_of_another_ordering_is_no_place() -> None:
    """A token taken from a list by ``created`` names no place in a list by ``id``, and says what would."""
    with pytest.raises(InvalidCursor, match="an id"):
        Ordering("id").value("2026-01-01 00:00:00+00:00")
    with pytest.raises(InvalidCursor, match="an instant"):
        Ordering("created").value("17")


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_instant_is_kept_to_the_microsecond(moment) -> None:
    """What comes in comes out, and a cursor's position names it exactly."""
    assert moment == restored(stored(moment))
    assert stored(moment) == Ordering("created").value(str(moment))
