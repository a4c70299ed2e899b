"""``/jobs/<id>/`` and ``/logs/``: what a plugin run reports of itself (contract.md 5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from fake_backend.core.errors import WHOLE, BadRequest, NotFound
from fake_backend.http.answers import answer
from fake_backend.http.request import caller, json_body, json_object, world
from fake_backend.store.instants import stored
from fake_backend.store.reports import JSON_FIELDS

reports = Blueprint("v1-reports", __name__)

STATUSES = ("PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED")
MAX_LOGS = 1000  # entries a request; contract 5, the later client's own bound


@reports.get("/jobs/<job_id>/")
def get_job(job_id: str) -> Response:
    """One job as it was reported, and where it waits for room (contract.md 4, waiting)."""
    tenant = caller().tenant
    return answer({**world().reports.job(tenant, job_id), "meta": {"queue": world().serving.queue_of(tenant, job_id)}})


@reports.patch("/jobs/<job_id>/")
def patch_job(job_id: str) -> Response:
    """Store status, progress, metrics or result; other fields mean nothing."""
    body = json_object()
    fields = {name: body[name] for name in ("status", *JSON_FIELDS) if name in body}
    if fields.get("status", "PENDING") not in STATUSES:
        status = fields["status"]
        raise BadRequest(
            f'"{status}" is not a valid choice.', received=status, expected=", ".join(STATUSES), field="status"
        )
    now = stored(world().clock.now())
    return answer(world().reports.update_job(caller().tenant, job_id, fields, now))


@reports.post("/logs/")
def post_logs() -> Response:
    """Store one entry or a list of them, all or none."""
    body = json_body()
    entries = body if isinstance(body, list) else [body]
    if len(entries) > MAX_LOGS:
        raise BadRequest(f"At most {MAX_LOGS} entries a request.", received=len(entries), expected=f"1 to {MAX_LOGS}")
    for number, item in enumerate(entries):
        _check(item, f"[{number}]" if isinstance(body, list) else "")
    try:
        world().reports.add_logs(caller().tenant, entries, stored(world().clock.now()))
    except NotFound as error:
        raise BadRequest(
            f'Invalid pk "{error.received}" - object does not exist.', received=error.received, field="job"
        ) from error
    return answer(body, 201)


def _check(item: Any, place: str) -> None:
    """Refuse an entry that is none.

    Args:
        item: The entry.
        place: Where it stands in the body; blank where it is the body.
    """
    if not isinstance(item, dict):
        kind = type(item).__name__
        message = f"Invalid data. Expected a dictionary, but got {kind}."
        raise BadRequest(message, received=kind, expected="an object", field=place or WHOLE)
    for name in ("event", "job"):
        if not isinstance(item.get(name), (str, int)) or item[name] == "":
            field = f"{place}.{name}" if place else name
            raise BadRequest("This field is required.", received=item.get(name), field=field)
