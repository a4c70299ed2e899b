"""Worlds for queries: a seed document's rows in a database, and listings over them."""

from __future__ import annotations

from contextlib import contextmanager

from hypothesis import strategies as st

from fake_backend import FakeBackend


@contextmanager
def seeded(document):
    """Yield the database of a world with the rows of a document."""
    with FakeBackend(seed=document) as backend:
        yield backend._world.database


def some_of(keys, most=3):
    """Return a strategy of queries with up to ``most`` of the keys; with more of them hardly a row would be left."""
    names = st.lists(st.sampled_from(sorted(keys)), max_size=most, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: keys[name] for name in chosen}))


def plan(database, query):
    """Return the steps of a query as the planner of SQLite tells them."""
    from sqlalchemy.dialects import sqlite

    sql = str(query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))
    with database.transaction() as connection:
        return [row.detail for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}")]
