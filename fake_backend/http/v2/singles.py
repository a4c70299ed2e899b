"""``/v2/``: one task, assignment or ground-truth event, and the calls that write its data (OpenAPI; contract.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from fake_backend.core.dm_schema import violation
from fake_backend.core.errors import BadRequest, Conflict, NotFound
from fake_backend.core.filter_sets import SCHEMAS
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.http.rights import check_rights, no_rights, rows_within_rights, within_rights
from fake_backend.http.v1.tasks import write_annotation
from fake_backend.http.v2.rows import ASSIGNMENT_DETAIL, GROUND_TRUTH_EVENT, TASK_DETAIL
from fake_backend.http.wire import Around
from fake_backend.store.kinds import ASSIGNMENTS, GROUND_TRUTH, TASKS

if TYPE_CHECKING:
    from fake_backend.http.wire import Shape
    from fake_backend.store.kinds import Kind

singles = Blueprint("v2-singles", __name__, url_prefix="/v2")

NOT_WRITTEN_HERE = ("status_label", "status_review", "is_confirmed", "is_discarded")
FINAL = ("is_confirmed", "is_discarded", "task_is_discarded")  # what ends the writing of an assignment
EMPTY: tuple[object, ...] = (None, {}, [], "")


@singles.get(f"/tasks/<int(max={MAX_ID}):task_id>/")
def get_task(task_id: int) -> Response:
    """One task with its data."""
    return enveloped(shown(TASKS, TASK_DETAIL, task_id))


@singles.put(f"/tasks/<int(max={MAX_ID}):task_id>/annotate-task-data/")
def annotate(task_id: int) -> Response:
    """Store data for a task as the first API's call does, and answer with the task (OpenAPI: annotateTaskData)."""
    write_annotation(task_id)
    return enveloped(shown(TASKS, TASK_DETAIL, task_id))


@singles.get(f"/assignments/<int(max={MAX_ID}):assignment_id>/")
def get_assignment(assignment_id: int) -> Response:
    """One assignment with its data."""
    return enveloped(shown(ASSIGNMENTS, ASSIGNMENT_DETAIL, assignment_id))


@singles.put(f"/assignments/<int(max={MAX_ID}):assignment_id>/data/")
def set_data(assignment_id: int) -> Response:
    """Replace an assignment's data and nothing else; with ``dry_run`` only check (OpenAPI: assignment_set_data)."""
    here, asked = world(), query()
    with within_rights():
        found = here.annotations.assignment(caller().tenant, assignment_id)
    check_rights([found["project_id"]])
    body = json_object()
    for name in NOT_WRITTEN_HERE:
        if name in body:
            raise BadRequest("A state is not written with the data.", received=body[name], field=name)
    if "data" not in body:
        raise BadRequest("This field is required.", field="data")
    for name in FINAL:
        if found[name]:
            raise Conflict("The data of this assignment are final.", received=name, expected=f"not {name}")
    data = None if body["data"] in EMPTY else body["data"]
    _check(data, asked.last("schema") or found["schema"])
    if asked.last("dry_run").lower() not in {"true", "1"}:
        try:
            here.annotations.write_assignment(assignment_id, here.payloads.columns("assignments", assignment_id, data))
        except (ValueError, RecursionError) as error:  # as of a task: 1e999, or depth
            raise BadRequest("A number is not finite, or the nesting too deep.", field="data") from error
    return enveloped(shown(ASSIGNMENTS, ASSIGNMENT_DETAIL, assignment_id))


@singles.get(f"/ground-truth-events/<int(max={MAX_ID}):pgh_id>/")
def get_event(pgh_id: int) -> Response:
    """One event as the list shows it, without data."""
    return enveloped(shown(GROUND_TRUTH, GROUND_TRUTH_EVENT, pgh_id))


def shown(kind: Kind, shape: Shape, key: int) -> dict[str, Any]:
    """Return a row of the caller's.

    Raises:
        NotFound: There is none.
        Forbidden: There is none among what the agent has rights on.
    """
    here, rights = world(), rows_within_rights(kind)
    found = here.rows[kind].by_keys(caller().tenant, [key], shape.columns, rights)
    if key not in found:
        raise no_rights() if rights else NotFound("Not found.", received=key)
    return shape.show(Around(here, [found[key]], "inline", storage_url()))[0]


def _check(data: object, schema: str) -> None:
    """Refuse what the schema does not take, by the path of the value."""
    if schema not in SCHEMAS:
        raise BadRequest(
            f'"{schema}" is not a valid choice.', received=schema, expected=" or ".join(SCHEMAS), field="schema"
        )
    wrong = violation(data) if schema == "dm_schema_v1" and data is not None else None
    if wrong is not None:
        raise BadRequest(wrong.message, received=wrong.received, field=wrong.path("data"))
