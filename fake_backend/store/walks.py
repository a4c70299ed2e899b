"""Rows with some of the values of a relation, found along the relation's own table, which is in the order of their key.

Versions of a ground-truth dataset hold events so: a page of one version is a seek in the table that says which events
it holds. Several versions are several walks; their union gives each event once, and each walk reads no more of its
version than the page takes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Select, func, select, union

from fake_backend.core.filters import Comparison
from fake_backend.store.selection import clause, owned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.filters import Condition
    from fake_backend.store.kinds import Kind, Relation

MOST = 100  # values; SQLite joins up to 500 selections, each of which takes a moment to plan


@dataclass(frozen=True)
class Walk:
    """The rows that pass, as SQL.

    Args:
        kind: What the rows are.
        relation: Along which they are found.
        owners: For each value, the test that it is the tenant's.
        tests: What rows must pass beside.
    """

    kind: Kind
    relation: Relation
    owners: dict[object, ColumnElement[bool]]
    tests: Sequence[ColumnElement[bool]]

    def count(self) -> Select[int]:
        """Return the statement that counts them."""
        keys = [self._keys(value) for value in self.owners]
        return select(func.count()).select_from((keys[0] if len(keys) == 1 else union(*keys)).subquery())

    def page(
        self,
        rows: Select[Any],
        beyond: Sequence[ColumnElement[bool]] = (),
        *,
        descending: bool,
        offset: int,
        limit: int,
    ) -> Select[Any]:
        """Return the statement of one page.

        Args:
            rows: All rows, in the order of their key.
            beyond: Test on ``relation.of`` that the page begins with.
            descending: Whether the greatest come first.
            offset: Rows to skip.
            limit: Rows to give.
        """
        order = self.relation.of.desc() if descending else self.relation.of.asc()
        walks = [self._keys(value).where(*beyond).order_by(order) for value in self.owners]
        key = self.kind.column
        if len(walks) == 1:
            return rows.where(key.in_(walks[0].offset(offset).limit(limit)))
        pages = (walk.limit(offset + limit).subquery() for walk in walks)
        return rows.where(key.in_(union(*(select(page.c.key) for page in pages)))).offset(offset).limit(limit)

    def _keys(self, value: object) -> Select[Any]:
        keys = select(self.relation.of.label("key")).where(self.relation.value == value, self.owners[value])
        if self.tests:
            keys = keys.join(self.kind.table, self.relation.to == self.relation.of).where(*self.tests)
        return keys


def walk_of(kind: Kind, tenant: str | None, conditions: Sequence[Condition]) -> Walk | None:
    """Return how to walk the rows that pass ``conditions``, ``None`` where they name no values or too many."""
    for condition in conditions:
        if tenant is None or condition.field != kind.walked or condition.test is not Comparison.RELATED:
            continue
        values = condition.value if isinstance(condition.value, tuple) else ()
        if 0 < len(values) <= MOST:
            owner = kind.owners[condition.field]
            return Walk(
                kind,
                kind.relations[condition.field],
                {value: owned(owner, value, tenant) for value in values},
                [clause(kind, other) for other in conditions if other is not condition],
            )
    return None
