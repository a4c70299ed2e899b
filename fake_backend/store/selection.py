"""Conditions of a filter set, as SQL over the tasks table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, and_, bindparam, exists, false, func, or_, select

from fake_backend.core.filters import Comparison, Condition, Ranges
from fake_backend.store.instants import stored
from fake_backend.store.schema import assignments, data_files, projects, task_relations, tasks

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

type Clause = ColumnElement[bool]

_COMPARE: dict[Comparison, Callable[[Any, Any], Clause]] = {
    Comparison.EQUALS: lambda column, value: column == value,
    Comparison.BELOW: lambda column, value: column < value,
    Comparison.AT_MOST: lambda column, value: column <= value,
    Comparison.ABOVE: lambda column, value: column > value,
    Comparison.AT_LEAST: lambda column, value: column >= value,
}


def scope(tenant: str | None, conditions: Sequence[Condition]) -> list[Clause]:
    """Return the clauses that a row must meet to exist for ``tenant`` and pass ``conditions``.

    With a project named, the tenant is checked on the project alone, so that the index of (project, id) stays the
    obvious one for the planner.
    """
    if tenant is None:
        return [false()]
    named = next((one.value for one in conditions if one.field == "project_id" and one.test is Comparison.EQUALS), None)
    if named is None:
        owner: Clause = tasks.c.tenant == tenant
    else:
        owner = exists(select(1).where(projects.c.id == named, projects.c.tenant == tenant))
    return [owner, *(clause(condition) for condition in conditions)]


def clause(condition: Condition) -> Clause:
    """Return one condition as SQL."""
    match condition:
        case Condition(field="has_assignment", value=wanted):
            held = exists(select(1).where(assignments.c.task_id == tasks.c.id))
            return held if wanted else ~held
        case Condition(field="assignments__is_discarded", value=wanted):
            return exists(
                select(1).where(assignments.c.task_id == tasks.c.id, assignments.c.is_discarded == bool(wanted))
            )
        case Condition(field="assignments", test=Comparison.RELATED, value=ids):
            return exists(select(1).where(assignments.c.task_id == tasks.c.id, _among(assignments.c.id, ids)))
        case Condition(field=relation, test=Comparison.RELATED, value=ids):
            return exists(
                select(1).where(
                    task_relations.c.task_id == tasks.c.id,
                    task_relations.c.relation == relation,
                    _among(task_relations.c.related_id, ids),
                )
            )
        case Condition(test=Comparison.FILE_NAME, value=text):
            return exists(
                select(1).where(
                    data_files.c.data_unit_id == tasks.c.data_unit_id,
                    _folded(data_files.c.file_name_original).contains(str(text).casefold(), autoescape=True),
                )
            )
        case Condition(field=name, test=Comparison.WITHIN | Comparison.OUTSIDE as test, value=ranges):
            inside = _within(tasks.c[name], cast("Ranges", ranges))
            return inside if test is Comparison.WITHIN else ~inside
        case Condition(field=name, test=Comparison.ANY_OF, value=choices):
            return tasks.c[name].in_(cast("tuple[str, ...]", choices))
        case Condition(field=name, test=test, value=value):
            return _COMPARE[test](tasks.c[name], stored(value) if isinstance(value, datetime) else value)


def _folded(column: ColumnElement[str]) -> ColumnElement[str]:
    """Return the column without case; the connection knows ``casefold`` (SQLite's own ``lower`` is ASCII only)."""
    return func.casefold(column)


def _among(column: ColumnElement[int], ids: object) -> Clause:
    return column.in_(bindparam(None, ids, expanding=True, literal_execute=True))


def _within(column: ColumnElement[int], ranges: Ranges) -> Clause:
    """Return the test for any of the inclusive ranges; single ids go into one list."""
    singles = [low for low, high in ranges if low == high]
    spans = [and_(column >= low, column <= high) for low, high in ranges if low != high]
    return or_(*([_among(column, singles)] if singles else []), *spans) if ranges else false()
