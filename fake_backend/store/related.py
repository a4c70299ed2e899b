"""What hangs on rows of a page, read for the whole page at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fake_backend.store.schema import assignment_relations, assignments, ground_truth_event_classes, task_relations
from fake_backend.store.selection import among

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.store.database import Database


class Related:
    """Lookups by the keys of rows that the caller has been given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_tasks(self, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Return the related ids of each task by relation, assignments included."""
        found: dict[int, dict[str, list[int]]] = {}
        table = task_relations.c
        related = select(table.task_id, table.relation, table.related_id).where(among(table.task_id, list(ids)))
        related = related.order_by(table.task_id, table.relation, table.related_id)
        assigned = select(assignments.c.task_id, assignments.c.id).where(among(assignments.c.task_id, list(ids)))
        with self._database.transaction() as connection:
            for task, relation, other in connection.execute(related):
                found.setdefault(task, {}).setdefault(relation, []).append(other)
            for task, other in connection.execute(assigned.order_by(assignments.c.id)):
                found.setdefault(task, {}).setdefault("assignments", []).append(other)
        return found

    def of_assignments(self, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Return the related ids of each assignment by relation, ascending."""
        table = assignment_relations
        query = select(table.c.assignment_id, table.c.relation, table.c.related_id)
        found: dict[int, dict[str, list[int]]] = {}
        with self._database.transaction() as connection:
            chosen = query.where(among(table.c.assignment_id, list(ids))).order_by(table.c.related_id)
            for assignment, relation, other in connection.execute(chosen):
                found.setdefault(assignment, {}).setdefault(relation, []).append(other)
        return found

    def classes(self, pgh_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the classes of ground-truth events, each list in the order that the wire keeps."""
        table = ground_truth_event_classes
        query = select(table.c.pgh_id, table.c.name).where(among(table.c.pgh_id, list(pgh_ids)))
        found: dict[int, list[str]] = {}
        with self._database.transaction() as connection:
            for pgh_id, name in connection.execute(query.order_by(table.c.pgh_id, table.c.position)):
                found.setdefault(pgh_id, []).append(name)
        return found
