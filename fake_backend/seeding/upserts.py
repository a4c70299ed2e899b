"""How rows come into tables that may hold them already: replaced in place, with what hangs on them written anew."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert
from sqlalchemy.dialects import sqlite

from fake_backend.store.selection import among_given

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.sql.base import Executable


def put(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those of the same key in place, so that what refers to them stays."""
    values = list(rows)
    if not values:
        return
    connection.execute(_upsert(table, connection.dialect.name), values)


@cache
def _upsert(table: Table, dialect: str) -> Executable:
    """Build a table's statement once: it costs more than most of its executions."""
    statement = _postgresql_insert(table) if dialect == "postgresql" else sqlite.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=others)


def _postgresql_insert(table: Table) -> Any:
    # this dialect takes 100 ms to import: only its own worlds pay for it
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415

    return postgresql.insert(table)


def hang(
    connection: Connection, table: Table, column: str, ids: Iterable[int], rows: Sequence[Mapping[str, Any]]
) -> None:
    """Replace what hangs on rows that are written anew.

    Args:
        connection: In a transaction.
        table: Of what hangs on them.
        column: Column of ``table`` that names the row on which its row hangs.
        ids: Keys of the rows that are written anew.
        rows: What hangs on them now.
    """
    wanted = list(ids)
    for start in range(0, len(wanted), 500):  # SQLite takes some thousands of variables a statement
        connection.execute(_delete(table, column), {"ids": wanted[start : start + 500]})
    if rows:
        connection.execute(insert(table), list(rows))


@cache
def _delete(table: Table, column: str) -> Executable:
    return delete(table).where(among_given(table.c[column], "ids"))
