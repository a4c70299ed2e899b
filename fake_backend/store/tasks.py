"""Tasks: pages by key or by offset, counts, and rows by id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, delete, func, select

from fake_backend.core.errors import InvalidCursor
from fake_backend.core.filters import integer
from fake_backend.store.database import as_dicts
from fake_backend.store.instants import restored, stored
from fake_backend.store.schema import assignments, task_relations, tasks
from fake_backend.store.selection import scope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fake_backend.core.cursor import Seek
    from fake_backend.core.filters import Condition
    from fake_backend.store.database import Database

type Row = dict[str, Any]


@dataclass(frozen=True)
class Ordering:
    """The order of a list of tasks: by ``id`` (unique) or by ``created`` (not), ids breaking ties the same way."""

    field: str = "created"
    descending: bool = True

    @classmethod
    def parse(cls, text: str, default: Ordering) -> Ordering:
        """Return what ``ordering=`` or ``sort=`` spells; what orders nothing is ``default``, as in DRF's filter."""
        for term in text.split(","):
            name = term.strip().removeprefix("-")
            if name in {"id", "created"}:
                return cls(name, term.strip().startswith("-"))
        return default

    def position(self, row: Mapping[str, Any]) -> str:
        """Return the ordering value of a row as a cursor carries it: ``str`` of what Django's model holds."""
        return str(restored(row["created"]) if self.field == "created" else row["id"])

    def value(self, position: str) -> int:
        """Return the column's value for a cursor's position.

        Raises:
            InvalidCursor: The position is of another ordering, or none at all.
        """
        try:
            if self.field == "id":
                return integer(position)
            moment = datetime.fromisoformat(position)
            return stored(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError) as error:
            expected = "an id" if self.field == "id" else "an instant"
            raise InvalidCursor("Invalid cursor", received=position, expected=expected) from error


SLIM = (tasks.c.id, tasks.c.created)
LISTED = (*SLIM, tasks.c.project_id, tasks.c.data_unit_id, tasks.c.is_discarded, tasks.c.has_data)
PAYLOAD = (tasks.c.has_data, tasks.c.payload, tasks.c.payload_key, tasks.c.payload_size, tasks.c.payload_digest)
WHOLE = (
    *LISTED,
    tasks.c.status_label,
    tasks.c.status_review,
    tasks.c.schema,
    tasks.c.has_reached_max_assignments,
    *PAYLOAD[1:],
)


class Tasks:
    """Queries over the tasks of every tenant; each call names the tenant that asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, tenant: str | None, conditions: Sequence[Condition]) -> int:
        """Return how many tasks pass ``conditions``."""
        with self._database.transaction() as connection:
            return connection.execute(select(func.count(tasks.c.id)).where(*scope(tenant, conditions))).scalar_one()

    def keyset_page(
        self,
        tenant: str | None,
        conditions: Sequence[Condition],
        ordering: Ordering,
        place: Seek,
        columns: Sequence[ColumnElement[Any]] = WHOLE,
    ) -> list[Row]:
        """Return the rows that ``place`` asks for: an index seek, and a skip only within a run of equal values."""
        with self._database.transaction() as connection:
            return as_dicts(connection.execute(keyset_query(tenant, conditions, ordering, place, columns)))

    def offset_page(
        self,
        tenant: str | None,
        conditions: Sequence[Condition],
        ordering: Ordering,
        *,
        offset: int,
        limit: int,
        columns: Sequence[ColumnElement[Any]] = WHOLE,
    ) -> list[Row]:
        """Return ``limit`` rows after skipping ``offset``: the database rescans what it skips (SYN-7542)."""
        query = select(*columns).where(*scope(tenant, conditions)).order_by(*_order(ordering, ordering.descending))
        with self._database.transaction() as connection:
            return as_dicts(connection.execute(query.offset(offset).limit(limit)))

    def by_ids(
        self, tenant: str | None, ids: Sequence[int], columns: Sequence[ColumnElement[Any]] = WHOLE
    ) -> dict[int, Row]:
        """Return the caller's tasks among ``ids``; the others do not exist."""
        wanted = tasks.c.id.in_(_listed(ids))
        with self._database.transaction() as connection:
            rows = as_dicts(connection.execute(select(*columns).where(*scope(tenant, ()), wanted)))
        return {row["id"]: row for row in rows}

    def relations(self, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Return the related ids of each task by relation, assignments included."""
        found: dict[int, dict[str, list[int]]] = {}
        wanted = _listed(ids)
        related = select(task_relations.c.task_id, task_relations.c.relation, task_relations.c.related_id)
        assigned = select(assignments.c.task_id, assignments.c.id)
        with self._database.transaction() as connection:
            for task_id, relation, other in connection.execute(related.where(task_relations.c.task_id.in_(wanted))):
                found.setdefault(task_id, {}).setdefault(relation, []).append(other)
            query = assigned.where(assignments.c.task_id.in_(wanted)).order_by(assignments.c.id)
            for task_id, other in connection.execute(query):
                found.setdefault(task_id, {}).setdefault("assignments", []).append(other)
        return found

    def remove(self, ids: Iterable[int]) -> int:
        """Delete tasks, as another user of the backend would; return how many there were."""
        wanted = _listed(ids)
        with self._database.transaction() as connection:
            return connection.execute(delete(tasks).where(tasks.c.id.in_(wanted))).rowcount


def keyset_query(
    tenant: str | None,
    conditions: Sequence[Condition],
    ordering: Ordering,
    place: Seek,
    columns: Sequence[ColumnElement[Any]] = WHOLE,
) -> Select[Any]:
    """Return the statement of a keyset page; public so that a test can read its plan."""
    query = select(*columns).where(*scope(tenant, conditions)).order_by(*_order(ordering, place.descending))
    if place.beyond is not None:
        column, value = tasks.c[ordering.field], ordering.value(place.beyond)
        query = query.where(column < value if place.descending else column > value)
    if place.offset:
        query = query.offset(place.offset)
    return query.limit(place.limit)


def _order(ordering: Ordering, descending: bool) -> list[ColumnElement[Any]]:  # noqa: FBT001 (private)
    columns = [tasks.c.id] if ordering.field == "id" else [tasks.c[ordering.field], tasks.c.id]
    return [column.desc() if descending else column.asc() for column in columns]


def _listed(ids: Iterable[int]) -> BindParameter[list[int]]:
    """Return ids as one parameter, written into the SQL: SQLite takes some thousands of bound variables only."""
    return bindparam("ids", list(ids), expanding=True, literal_execute=True)
