"""A page is a seek in an index on PostgreSQL too, as the export guide (2) wants it."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import postgresql

from contract_tests import strategies
from fake_backend import FakeBackend
from fake_backend.core.cursor import Seek
from fake_backend.core.filter_sets import GROUND_TRUTH_V1, TASKS_V1
from fake_backend.store import schema
from fake_backend.store.kinds import GROUND_TRUTH, TASKS
from fake_backend.store.listing import keyset_query
from fake_backend.store.ordering import Ordering

ROWS = 20_000
DEEP = {"id": str(ROWS // 2), "pgh_id": str(ROWS // 2), "created": "2026-01-15 09:00:00+00:00"}


def copies(table, key, **changed):
    """Return the statement that multiplies the row of key 1, with other values in some columns."""
    values = [str(changed.get(column.name, f'{table.name}."{column.name}"')) for column in table.columns]
    values[list(table.columns.keys()).index(key)] = "n"
    return f"INSERT INTO {table.name} SELECT {', '.join(values)} FROM {table.name}, generate_series(2, {ROWS}) AS n"


@pytest.fixture(scope="module")
def database():
    """20,000 tasks and events; every fiftieth is of the project, or of the version, that is asked for."""
    document = {
        **strategies.SURROUNDINGS,
        "data_units": [{"id": 1, "data_collection": 1}],
        "tasks": [{"id": 1, "project": strategies.MAIN_PROJECT}],
        "ground_truth_datasets": [{"id": 5, "tenant": strategies.MAIN_TENANT}],
        "ground_truths": [{"id": 1, "ground_truth_dataset": 5, "data_unit": 1}],
        "ground_truth_events": [{"pgh_id": 1, "ground_truth": 1}],
        "ground_truth_dataset_versions": [
            {"id": 51, "ground_truth_dataset": 5, "events": [1]},
            {"id": 52, "ground_truth_dataset": 5},
        ],
    }
    document["projects"] = [*document["projects"], {"id": 900, "tenant": strategies.MAIN_TENANT}]
    with FakeBackend(seed=document) as backend:
        held = backend._world.database
        with held.transaction() as connection:
            project = f"CASE WHEN n %% 50 = 0 THEN {strategies.MAIN_PROJECT} ELSE 900 END"
            version = "CASE WHEN n %% 50 = 0 THEN 51 ELSE 52 END"
            for statement in (
                copies(schema.tasks, "id", project_id=project, created="tasks.created + n"),
                copies(schema.ground_truth_events, "pgh_id"),
                copies(schema.ground_truth_version_events, "pgh_id", version_id=version),
            ):
                connection.exec_driver_sql(statement)
        held.learn()
        yield held


def plan(database, kind, filters, query, field, *, deep):
    """Return the plan of a page of 51 rows."""
    place = Seek(descending=True, beyond=DEEP[field] if deep else None, offset=0, limit=51)
    columns = [kind.key, "created"]
    conditions = filters.select(query).conditions
    page = keyset_query(kind, strategies.MAIN_TENANT, conditions, Ordering(field), place, columns=columns)
    sql = str(page.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True}))
    with database.transaction() as connection:
        return [row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql.replace('%', '%%')}")]


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize(
    ("query", "field", "index"),
    [
        ([("project", str(strategies.MAIN_PROJECT)), ("is_discarded", "false")], "id", "tasks_project_id"),
        ([("project", str(strategies.MAIN_PROJECT))], "created", "tasks_project_created"),
    ],
)
def test_a_page_of_a_project_is_a_seek(database, query, field, index, deep) -> None:
    """Backwards in the index that begins with the project; nothing is sorted."""
    steps = plan(database, TASKS, TASKS_V1, query, field, deep=deep)
    assert any(f"Scan Backward using {index} on tasks" in step for step in steps), steps
    assert not any("Sort" in step or "Seq Scan on tasks" in step for step in steps), steps


@pytest.mark.parametrize("deep", [False, True])
def test_a_page_of_a_version_is_a_seek_in_the_version(database, deep) -> None:
    """The page's keys are found along the version's own index, and no more events are read than the page takes."""
    query = [("ground_truth_dataset_versions", "51")]
    steps = plan(database, GROUND_TRUTH, GROUND_TRUTH_V1, query, "pgh_id", deep=deep)
    assert any("Scan Backward using ground_truth_version_events_pkey" in step for step in steps), steps
    assert not any("Seq Scan on ground_truth_events" in step for step in steps), steps
