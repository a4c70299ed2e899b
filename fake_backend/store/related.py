"""What hangs on rows of a page, read for the whole page at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from fake_backend.store.schema import assignment_relations, assignments, ground_truth_event_classes, task_relations
from fake_backend.store.selection import among_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.store.database import Database

# built once: that takes longer than executing them
_TASK_RELATIONS = (
    select(task_relations.c.task_id, task_relations.c.relation, task_relations.c.related_id)
    .where(among_given(task_relations.c.task_id, "ids"))
    .order_by(task_relations.c.task_id, task_relations.c.relation, task_relations.c.related_id)
)
_ASSIGNED = (
    select(assignments.c.task_id, assignments.c.id)
    .where(among_given(assignments.c.task_id, "ids"))
    .order_by(assignments.c.id)
)
_ASSIGNMENT_RELATIONS = (
    select(assignment_relations.c.assignment_id, assignment_relations.c.relation, assignment_relations.c.related_id)
    .where(among_given(assignment_relations.c.assignment_id, "ids"))
    .order_by(assignment_relations.c.related_id)
)
_CLASSES = (
    select(ground_truth_event_classes.c.pgh_id, ground_truth_event_classes.c.name)
    .where(among_given(ground_truth_event_classes.c.pgh_id, "ids"))
    .order_by(ground_truth_event_classes.c.pgh_id, ground_truth_event_classes.c.position)
)


class Related:
    """Lookups by the keys of rows that the caller has been given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_tasks(self, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Return the related ids of each task by relation, assignments included."""
        found: dict[int, dict[str, list[int]]] = {}
        with self._database.transaction() as connection:
            for task, relation, other in connection.execute(_TASK_RELATIONS, {"ids": list(ids)}):
                found.setdefault(task, {}).setdefault(relation, []).append(other)
            for task, other in connection.execute(_ASSIGNED, {"ids": list(ids)}):
                found.setdefault(task, {}).setdefault("assignments", []).append(other)
        return found

    def of_assignments(self, ids: Sequence[int]) -> dict[int, dict[str, list[int]]]:
        """Return the related ids of each assignment by relation, ascending."""
        found: dict[int, dict[str, list[int]]] = {}
        with self._database.transaction() as connection:
            for assignment, relation, other in connection.execute(_ASSIGNMENT_RELATIONS, {"ids": list(ids)}):
                found.setdefault(assignment, {}).setdefault(relation, []).append(other)
        return found

    def classes(self, pgh_ids: Sequence[int]) -> dict[int, list[str]]:
        """Return the classes of ground-truth events, each list in the order that the wire keeps."""
        found: dict[int, list[str]] = {}
        with self._database.transaction() as connection:
            for pgh_id, name in connection.execute(_CLASSES, {"ids": list(pgh_ids)}):
                found.setdefault(pgh_id, []).append(name)
        return found
