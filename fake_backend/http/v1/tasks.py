"""``/tasks/<id>/``, the call that annotates it, and ``/assignments/<id>/`` (contract 4, 7; ``tasks:annotateTaskData``).

=========== =============== ============================================
``action``  ``status_label`` data
=========== =============== ============================================
``save``    ``in_progress``  any JSON value; ``null`` is no data any more
``submit``  ``completed``    any JSON value but an empty one (SYN-7201)
=========== =============== ============================================

A call that comes again, as a retry does, leaves what the first one left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response

from fake_backend.core.dm_schema import violation
from fake_backend.core.errors import BadRequest, NotFound
from fake_backend.core.filter_sets import SCHEMAS
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.http.rights import check_rights, rows_within_rights, within_rights
from fake_backend.http.v1.files import UNIT_OF_TASK
from fake_backend.http.v1.rows import ASSIGNMENT, TASK
from fake_backend.http.wire import Around, Shape
from fake_backend.store.kinds import ASSIGNMENTS, TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.store.kinds import Kind

tasks = Blueprint("v1-tasks", __name__)

ONE_TASK = Shape(TASK.fields, expandable={**TASK.expandable, "data_unit": UNIT_OF_TASK})

STATUS_AFTER: Final[Mapping[str, str]] = {"save": "in_progress", "submit": "completed"}
"""What a task is after each action. That a submitted one is pending no more: to_task guide, Example 3."""

_EMPTY: Final[tuple[object, ...]] = (None, {}, [], "")


@tasks.get(f"/tasks/<int(max={MAX_ID}):task_id>/")
def get_task(task_id: int) -> Response:
    """One task; ``fields`` and ``expand`` as in the list, the payload inline always."""
    asked = query()
    with within_rights():
        return answer(_shown(TASKS, ONE_TASK.of(asked.listed("fields"), asked.listed("expand")), task_id))


@tasks.get(f"/assignments/<int(max={MAX_ID}):assignment_id>/")
def get_assignment(assignment_id: int) -> Response:
    """One assignment as the list shows it, the payload inline always."""
    asked = query()
    shape = ASSIGNMENT.of(asked.listed("fields"), asked.listed("expand"))
    with within_rights():
        return answer(_shown(ASSIGNMENTS, shape, assignment_id))


@tasks.put(f"/tasks/<int(max={MAX_ID}):task_id>/annotate_task_data/")
def annotate(task_id: int) -> Response:
    """Store data for a task, checked by the schema of the query, or the task's own without one (SYN-7340)."""
    write_annotation(task_id)
    return answer(_shown(TASKS, TASK, task_id))


def write_annotation(task_id: int) -> None:
    """Store what the request says of a task; both APIs do it alike.

    Raises:
        NotFound: No such task for the caller.
        Forbidden: The request names an agent without rights on the project.
        BadRequest: The body is not as the table above has it, or violates the schema.
    """
    here, tenant = world(), caller().tenant
    with within_rights():
        task = here.annotations.task(tenant, task_id)
    check_rights([task["project_id"]])
    body = json_object()
    action, schema = _action(body), query().last("schema") or task["schema"]
    if schema not in SCHEMAS:
        raise BadRequest(
            f'"{schema}" is not a valid choice.', received=schema, expected=" or ".join(SCHEMAS), field="schema"
        )
    if "data" not in body:
        raise BadRequest("This field is required.", field="data")
    data = body["data"]
    _check(data, action, schema)
    if "annotation-written-twice" in here.bugs and isinstance(data, dict):
        data = {name: value * 2 if isinstance(value, list) else value for name, value in data.items()}
    try:
        with here.database.transaction():
            here.annotations.write(task_id, here.payloads.columns("tasks", task_id, data), STATUS_AFTER[action])
    except (ValueError, RecursionError) as error:  # a number such as 1e999, or depth: Python reads it, JSON has it not
        raise BadRequest("A number is not finite, or the nesting too deep.", field="data") from error


def _action(body: Mapping[str, Any]) -> str:
    action = body.get("action", "submit")  # OpenAPI: the default
    if not isinstance(action, str) or action not in STATUS_AFTER:
        raise BadRequest(
            f'"{action}" is not a valid choice.', received=action, expected=" or ".join(STATUS_AFTER), field="action"
        )
    return action


def _check(data: object, action: str, schema: str) -> None:
    """Refuse empty data that are submitted, and what violates the schema, by the path of the value."""
    if action == "submit" and data in _EMPTY:
        raise BadRequest("This field may not be empty.", received=data, field="data")
    wrong = violation(data) if schema == "dm_schema_v1" and data is not None else None
    if wrong is not None:
        raise BadRequest(wrong.message, received=wrong.received, field=wrong.path("data"))


def _shown(kind: Kind, shape: Shape, key: int) -> dict[str, Any]:
    """Return a row of the caller's.

    Raises:
        NotFound: There is none.
    """
    here = world()
    found = here.rows[kind].by_keys(caller().tenant, [key], shape.columns, rows_within_rights(kind))
    if key not in found:
        raise NotFound("Not found.", received=key)
    return shape.show(Around(here, [found[key]], "inline", storage_url()))[0]
