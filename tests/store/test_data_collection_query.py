"""The tasks of a data collection are found without giving up the seek."""

from __future__ import annotations

import pytest
from sqlalchemy.dialects import sqlite

from fake_backend.core.cursor import Seek
from fake_backend.core.filter_sets import TASKS_V1
from fake_backend.store.database import Database
from fake_backend.store.kinds import TASKS
from fake_backend.store.listing import keyset_query
from fake_backend.store.ordering import Ordering


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ([("project", "1"), ("data_collection", "2")], "tasks_project_id (project_id=? AND id<?)"),
        ([("data_collection", "2")], "tasks_tenant_id (tenant=? AND id<?)"),
    ],
)
def test_a_page_of_a_data_collection_is_an_index_seek(query, wanted) -> None:
    """The planner seeks as it does without the condition, and sorts nothing."""
    database = Database()
    place = Seek(descending=True, beyond="30", offset=0, limit=51)
    page = keyset_query(TASKS, "acme", TASKS_V1.select(query).conditions, Ordering("id"), place, columns=["id"])
    sql = str(page.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with database.transaction() as connection:
        plan = [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
    database.close()

    assert any(step.startswith("SEARCH tasks") and wanted in step for step in plan), plan
    assert not any("TEMP B-TREE" in step for step in plan), plan
