"""A list of rows of one kind: pages by key or by offset, counts, and rows by key."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, delete, func, or_, select, tuple_

from fake_backend.core.bugs import Bugs
from fake_backend.store.columns import whole
from fake_backend.store.database import as_dicts
from fake_backend.store.ordering import CREATED
from fake_backend.store.selection import EVERY_TENANT, among, among_given, scope
from fake_backend.store.walks import walk_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fake_backend.core.cursor import Seek
    from fake_backend.core.filters import Condition
    from fake_backend.store.database import Database
    from fake_backend.store.kinds import Kind
    from fake_backend.store.ordering import Ordering

type Row = dict[str, Any]

BEYOND = ("beyond", "beyond_key")  # the parameters that say where a page begins
STATEMENTS = 256  # kept, as building one takes longer than executing it; a walk needs two


class Listing:
    """Queries over the rows of one kind, of every tenant; each call names the tenant that asks.

    A row has its key as ``key``, the columns that were asked for, and ``created`` where it is the order.

    Args:
        database: Where the rows are.
        kind: What they are.
        bugs: Those of the world.
    """

    def __init__(self, database: Database, kind: Kind, bugs: Bugs | None = None) -> None:
        self._database = database
        self._bugs = Bugs() if bugs is None else bugs
        self.kind = kind

    def __repr__(self) -> str:
        return f"<Listing {self.kind.target}>"

    def count(self, tenant: str | None, conditions: Sequence[Condition]) -> int:
        """Return how many rows pass ``conditions``."""
        tenant = self._whose(tenant, "lists-leak-tenants")
        walk = walk_of(self.kind, tenant, conditions)
        counted: Select[int] = select(func.count(self.kind.column)).where(*scope(self.kind, tenant, conditions))
        with self._database.transaction() as connection:
            return connection.execute(counted if walk is None else walk.count()).scalar_one()

    def keyset_page(
        self,
        tenant: str | None,
        conditions: Sequence[Condition],
        ordering: Ordering,
        place: Seek,
        columns: Iterable[str] | None = None,
    ) -> list[Row]:
        """Return the rows that ``place`` asks for: an index seek, and a skip only within a run of equal values.

        Args:
            tenant: Who asks.
            conditions: What rows must pass.
            ordering: Order of the list.
            place: Where the page is.
            columns: Names of what is read; everything when left out.
        """
        wanted = None if columns is None else tuple(columns)
        tenant = self._whose(tenant, "lists-leak-tenants")
        query = _keyset(self.kind, tenant, tuple(conditions), ordering, _shape(place), columns=wanted)
        return self._rows(query, _values(ordering, place))

    def offset_page(
        self,
        tenant: str | None,
        conditions: Sequence[Condition],
        ordering: Ordering,
        *,
        offset: int,
        limit: int,
        columns: Iterable[str] | None = None,
    ) -> list[Row]:
        """Return ``limit`` rows after skipping ``offset``: the database rescans what it skips (SYN-7542)."""
        tenant = self._whose(tenant, "lists-leak-tenants")
        wanted = None if columns is None else tuple(columns)
        query = _ordered(self.kind, wanted, ordering, descending=ordering.descending)
        walk = walk_of(self.kind, tenant, conditions) if ordering.field == self.kind.key else None
        if walk is not None:
            return self._rows(walk.page(query, descending=ordering.descending, offset=offset, limit=limit))
        return self._rows(query.where(*scope(self.kind, tenant, conditions)).offset(offset).limit(limit))

    def by_keys(
        self,
        tenant: str | None,
        keys: Iterable[int],
        columns: Iterable[str] | None = None,
        conditions: Sequence[Condition] = (),
    ) -> dict[int, Row]:
        """Return the caller's rows among ``keys`` that pass ``conditions``; the others do not exist."""
        wanted = None if columns is None else tuple(columns)
        query = _of_keys(self.kind, self._whose(tenant, "keys-leak-tenants"), tuple(conditions), wanted)
        return {row["key"]: row for row in self._rows(query, {"keys": list(keys)})}

    def remove(self, keys: Iterable[int]) -> int:
        """Delete rows, as another user of the backend would; return how many there were."""
        with self._database.transaction() as connection:
            return connection.execute(delete(self.kind.table).where(among(self.kind.column, list(keys)))).rowcount

    def _whose(self, tenant: str | None, leak: str) -> str | None:
        """Return whose rows there are for a tenant: its own, unless a bug that is on leaks them."""
        return tenant if tenant is None or leak not in self._bugs else EVERY_TENANT

    def _rows(self, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Row]:
        with self._database.transaction() as connection:
            return as_dicts(connection.execute(query, values))


def keyset_query(
    kind: Kind,
    tenant: str | None,
    conditions: Sequence[Condition],
    ordering: Ordering,
    place: Seek,
    *,
    columns: Iterable[str] | None = None,
) -> Select[Any]:
    """Return the statement of a keyset page; public so that a test can read its plan."""
    wanted = None if columns is None else tuple(columns)
    query = _keyset(kind, tenant, tuple(conditions), ordering, _shape(place), columns=wanted)
    return query.params(**_values(ordering, place))


type _Shape = tuple[bool, bool, int, int]  # descending, whether it begins beyond a value, offset, limit


def _shape(place: Seek) -> _Shape:
    return place.descending, place.beyond is not None, place.offset, place.limit


def _values(ordering: Ordering, place: Seek) -> dict[str, int]:
    return {} if place.beyond is None else dict(zip(BEYOND, ordering.values(place.beyond), strict=False))


@lru_cache(maxsize=STATEMENTS)
def _keyset(
    kind: Kind,
    tenant: str | None,
    conditions: tuple[Condition, ...],
    ordering: Ordering,
    shape: _Shape,
    *,
    columns: tuple[str, ...] | None,
) -> Select[Any]:
    """Return the statement of every page of one walk: where a page begins is bound when it is executed."""
    descending, begins_beyond, offset, limit = shape
    query = _ordered(kind, columns, ordering, descending=descending)
    walk = walk_of(kind, tenant, conditions) if ordering.field == kind.key else None
    if walk is not None:
        beyond = _beyond(_bound(walk.relation.of, 0), descending=descending) if begins_beyond else []
        return walk.page(query, beyond, descending=descending, offset=offset, limit=limit)
    column = kind.table.c[ordering.field]
    begin = _bound(column, 0), *([_bound(kind.column, 1)] if ordering.is_composite else [])
    beyond = _beyond(*begin, descending=descending, ties_turned=ordering.ties_turned) if begins_beyond else []
    query = query.where(*scope(kind, tenant, conditions), *beyond)
    if offset:
        query = query.offset(offset)
    return query.limit(limit)


@lru_cache(maxsize=STATEMENTS)
def _of_keys(
    kind: Kind, tenant: str | None, conditions: tuple[Condition, ...], columns: tuple[str, ...] | None
) -> Select[Any]:
    """Return the statement that reads rows by key; the keys are given when it is executed."""
    return _read(kind, columns).where(*scope(kind, tenant, conditions), among_given(kind.column, "keys"))


@lru_cache(maxsize=STATEMENTS)
def _ordered(kind: Kind, columns: tuple[str, ...] | None, ordering: Ordering, *, descending: bool) -> Select[Any]:
    """Return the statement that all walks of one order over the same columns have in common."""
    by = [(kind.column, descending)]
    if ordering.field != kind.key:
        by = [(kind.table.c[ordering.field], descending), (kind.column, descending != ordering.ties_turned)]
    read = _read(kind, columns, ordering)
    return read.order_by(*(column.desc() if downwards else column.asc() for column, downwards in by))


def _read(kind: Kind, columns: tuple[str, ...] | None, ordering: Ordering | None = None) -> Select[Any]:
    names = dict.fromkeys(kind.table.c.keys() if columns is None else columns)
    if ordering is not None and ordering.field == CREATED:
        names[CREATED] = None
    return select(kind.column.label("key"), *(kind.table.c[name] for name in names))


type _Bound = tuple[ColumnElement[Any], BindParameter[int]]  # a column and the value that a page begins beyond


def _bound(column: ColumnElement[Any], place: int) -> _Bound:
    return column, bindparam(BEYOND[place], type_=whole)


def _beyond(*begin: _Bound, descending: bool, ties_turned: bool = False) -> list[ColumnElement[bool]]:
    """Return the test for rows beyond one column's value, or beyond two columns' values taken together."""
    column, value = begin[0]
    if len(begin) == 1:
        return [column < value if descending else column > value]
    if ties_turned:  # SQL compares rows of values in one direction only
        key, tie = begin[1]
        further = column < value if descending else column > value
        return [or_(further, and_(column == value, key > tie if descending else key < tie))]
    columns, values = (tuple_(*part) for part in zip(*begin, strict=True))
    return [columns < values if descending else columns > values]
