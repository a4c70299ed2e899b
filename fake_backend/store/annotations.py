"""Annotations of tasks, as ``annotate_task_data`` stores them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, update

from fake_backend.core.errors import NotFound
from fake_backend.store.schema import assignments, tasks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.store.database import Database

# built once: that takes longer than executing them
TASK = select(tasks.c.project_id, tasks.c.schema).where(
    tasks.c.id == bindparam("row_id"), tasks.c.tenant == bindparam("of_tenant")
)
WRITE_TASK = update(tasks).where(tasks.c.id == bindparam("row_id"))
WRITE_ASSIGNMENT = update(assignments).where(assignments.c.id == bindparam("row_id"))


class Annotations:
    """What is known of a task before its data are replaced, and the replacement."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def task(self, tenant: str | None, task_id: int) -> dict[str, Any]:
        """Return ``project_id`` and ``schema`` of a task.

        Raises:
            NotFound: No such task for this tenant.
        """
        with self._database.transaction() as connection:
            row = connection.execute(TASK, {"row_id": task_id, "of_tenant": tenant}).mappings().first()
        if row is None:
            raise NotFound("Not found.", received=task_id)
        return dict(row)

    def assignment(self, tenant: str | None, assignment_id: int) -> dict[str, Any]:
        """Return what decides whether an assignment's data may be written: its flags, its task's, project and schema.

        Raises:
            NotFound: No such assignment for this tenant.
        """
        query = select(
            assignments.c.project_id,
            assignments.c.is_confirmed,
            assignments.c.is_discarded,
            tasks.c.is_discarded.label("task_is_discarded"),
            tasks.c.schema,
        ).join(tasks, tasks.c.id == assignments.c.task_id)
        mine = query.where(assignments.c.id == assignment_id, assignments.c.tenant == tenant)
        with self._database.transaction() as connection:
            row = connection.execute(mine).mappings().first()
        if row is None:
            raise NotFound("Not found.", received=assignment_id)
        return dict(row)

    def write_assignment(self, assignment_id: int, payload: Mapping[str, Any]) -> None:
        """Replace the data of an assignment that is there; ``payload`` are its columns (``Payloads.columns``).

        Raises:
            NotFound: The assignment has gone meanwhile.
        """
        with self._database.transaction() as connection:
            if not connection.execute(WRITE_ASSIGNMENT, {"row_id": assignment_id, **payload}).rowcount:
                raise NotFound("Not found.", received=assignment_id)

    def write(self, task_id: int, payload: Mapping[str, Any], status_label: str) -> None:
        """Replace the data of a task and its status, both or neither.

        Args:
            task_id: Of a task that is there.
            payload: Columns of the payload (``Payloads.columns``).
            status_label: What the task is from now on.

        Raises:
            NotFound: The task has gone meanwhile.
        """
        written = {"row_id": task_id, "status_label": status_label, **payload}
        with self._database.transaction() as connection:
            if not connection.execute(WRITE_TASK, written).rowcount:
                raise NotFound("Not found.", received=task_id)
