"""Tasks and assignments of a seed document as rows of tables, with their relations and payloads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import or_, update

from fake_backend.seeding.upserts import hang, put
from fake_backend.store import schema
from fake_backend.store.instants import stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fake_backend.payloads import Payloads
    from fake_backend.seeding.rows import SeedDocument

TASK_RELATIONS: Final = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")
TASK_VALUES: Final = ("is_discarded", "status_label", "status_review", "schema", "has_reached_max_assignments")
ASSIGNMENT_RELATIONS: Final = ("reviewers", "groups", "stages", "tags")
ASSIGNMENT_VALUES: Final = ("is_discarded", "is_discard_confirmed", "is_confirmed", "status_label", "status_review")
ASSIGNMENT_INSTANTS: Final = (
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)

_ASSIGNMENTS, _TASKS = schema.assignments.c, schema.tasks.c
_FOLLOW: Final = (  # built once: that takes longer than executing it
    update(schema.assignments)
    .where(
        _ASSIGNMENTS.task_id == _TASKS.id,
        or_(
            _ASSIGNMENTS.project_id != _TASKS.project_id,
            _ASSIGNMENTS.data_unit_id.is_distinct_from(_TASKS.data_unit_id),
        ),
    )
    .values(tenant=_TASKS.tenant, project_id=_TASKS.project_id, data_unit_id=_TASKS.data_unit_id)
)


def write_tasks(connection: Connection, document: SeedDocument, payloads: Payloads, moment: int) -> None:
    """Write the tasks of ``document``; the assignments that are there already follow theirs.

    Args:
        connection: In a transaction.
        document: Valid rows.
        payloads: Where large payloads go.
        moment: Instant of loading, in microseconds since the epoch.
    """
    tenant_of = {row.id: row.tenant for row in document.projects}
    rows: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    for row in document.tasks:
        rows.append(
            {
                "id": row.id,
                "tenant": tenant_of[row.project],
                "project_id": row.project,
                "data_unit_id": row.data_unit,
                "created": moment if row.created is None else stored(row.created),
                **{name: getattr(row, name) for name in TASK_VALUES},
                **payloads.columns("tasks", row.id, row.data),
            }
        )
        relations.extend(
            {"task_id": row.id, "relation": relation, "related_id": other}
            for relation in TASK_RELATIONS
            for other in getattr(row, relation)
        )
    put(connection, schema.tasks, rows)
    hang(connection, schema.task_relations, "task_id", (row["id"] for row in rows), relations)
    if rows:
        _follow_tasks(connection)


def write_assignments(connection: Connection, document: SeedDocument, payloads: Payloads, moment: int) -> None:
    """Write the assignments of ``document``, each with the project, tenant and data unit of its task.

    Args:
        connection: In a transaction, after the tasks.
        document: Valid rows.
        payloads: Where large payloads go.
        moment: Instant of loading, in microseconds since the epoch.
    """
    tenant_of = {row.id: row.tenant for row in document.projects}
    task_of = {row.id: row for row in document.tasks}
    rows: list[dict[str, Any]] = []
    relations: list[dict[str, Any]] = []
    for row in document.assignments:
        task = task_of[row.task]
        instants = {name: getattr(row, name) for name in ASSIGNMENT_INSTANTS}
        rows.append(
            {
                "id": row.id,
                "tenant": tenant_of[task.project],
                "project_id": task.project,
                "data_unit_id": task.data_unit,
                "task_id": row.task,
                "user_id": row.user,
                "workshop_id": row.workshop,
                "created": moment if row.created is None else stored(row.created),
                **{name: getattr(row, name) for name in ASSIGNMENT_VALUES},
                **{name: None if instant is None else stored(instant) for name, instant in instants.items()},
                **payloads.columns("assignments", row.id, row.data),
            }
        )
        relations.extend(
            {"assignment_id": row.id, "relation": relation, "related_id": other}
            for relation in ASSIGNMENT_RELATIONS
            for other in getattr(row, relation)
        )
    put(connection, schema.assignments, rows)
    hang(connection, schema.assignment_relations, "assignment_id", (row["id"] for row in rows), relations)


def _follow_tasks(connection: Connection) -> None:
    """Give assignments the project, tenant and data unit of a task that was replaced by another document's."""
    connection.execute(_FOLLOW)
