"""Conditions of a filter set, as SQL over the table of a kind of row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, or_, select, true

from fake_backend.core.filters import Comparison, Condition, Ranges
from fake_backend.core.folding import folded
from fake_backend.store.instants import stored
from fake_backend.store.schema import data_files

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Table

    from fake_backend.store.kinds import Kind

type Clause = ColumnElement[bool]

EVERY_TENANT = "*"  # no code of a tenant: who leaks rows asks as this one

_COMPARE: dict[Comparison, Callable[[Any, Any], Clause]] = {
    Comparison.EQUALS: lambda column, value: column == value,
    Comparison.BELOW: lambda column, value: column < value,
    Comparison.AT_MOST: lambda column, value: column <= value,
    Comparison.ABOVE: lambda column, value: column > value,
    Comparison.AT_LEAST: lambda column, value: column >= value,
}


def scope(kind: Kind, tenant: str | None, conditions: Sequence[Condition]) -> list[Clause]:
    """Return the clauses that a row must meet to exist for ``tenant`` and pass ``conditions``."""
    if tenant is None:
        return [false()]
    return [_owned(kind, tenant, conditions), *(clause(kind, condition) for condition in conditions)]


def owned(table: Table, row_id: object, tenant: str) -> Clause:
    """Return the test that a row of another table is the tenant's; it is made once, whatever the row at hand."""
    return true() if tenant == EVERY_TENANT else exists(select(1).where(table.c.id == row_id, table.c.tenant == tenant))


def clause(kind: Kind, condition: Condition) -> Clause:
    """Return one condition as SQL."""
    columns = kind.table.c
    match condition:
        case Condition(field=relation, test=Comparison.RELATED, value=values):
            related = kind.relations[relation]
            return related.held(among(related.value, values))
        case Condition(field=relation, test=Comparison.HELD, value=wanted):
            held = kind.relations[relation].held()
            return held if wanted else ~held
        case Condition(test=Comparison.FILE_NAME, value=terms):
            parts = [folded(term) for term in cast("tuple[str, ...]", terms)]
            return exists(
                select(1).where(
                    data_files.c.data_unit_id == columns.data_unit_id,
                    *(data_files.c.file_name_folded.contains(part, autoescape=True) for part in parts),
                )
            )
        case Condition(field=name, test=Comparison.WITHIN | Comparison.OUTSIDE as test, value=ranges):
            inside = _within(columns[name], cast("Ranges", ranges))
            return inside if test is Comparison.WITHIN else ~inside
        case Condition(field=name, test=Comparison.ANY_OF, value=choices):
            return among(columns[name], choices)
        case Condition(field=name, test=test, value=value):
            return _COMPARE[test](columns[name], stored(value) if isinstance(value, datetime) else value)


def among(column: ColumnElement[Any], values: object) -> Clause:
    """Return the test for any of ``values``, written into the SQL: SQLite takes some thousands of variables only."""
    return column.in_(bindparam(None, values, expanding=True, literal_execute=True))


def among_given(column: ColumnElement[Any], name: str) -> Clause:
    """Return the test for any of the values that are given under a name when the statement is executed."""
    return column.in_(bindparam(name, expanding=True, literal_execute=True))


def _owned(kind: Kind, tenant: str, conditions: Sequence[Condition]) -> Clause:
    if tenant == EVERY_TENANT:
        return true()
    for condition in conditions:
        if condition.test is Comparison.EQUALS and condition.field in kind.owners:
            return owned(kind.owners[condition.field], condition.value, tenant)
    return kind.table.c.tenant == tenant


def _within(column: ColumnElement[int], ranges: Ranges) -> Clause:
    """Return the test for any of the inclusive ranges; single ids go into one list."""
    singles = [low for low, high in ranges if low == high]
    spans = [and_(column >= low, column <= high) for low, high in ranges if low != high]
    return or_(*([among(column, singles)] if singles else []), *spans) if ranges else false()
