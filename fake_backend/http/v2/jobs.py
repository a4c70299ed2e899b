"""``/v2/jobs/`` and ``/v2/job-logs/``: what a plugin run reports of itself, in the second API's form (OpenAPI).

Both APIs show the same rows. A status goes only where it may (``core/job_status.py``), of which the first API knows
nothing. ``dry_run=true`` checks and stores nothing.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from fake_backend.core.errors import BadRequest, BulkSizeExceeded, InvalidTransition
from fake_backend.core.filter_sets import JOB_LOGS_V2, JOB_STATUSES, JOBS_V2, LOG_LEVELS
from fake_backend.core.filters import MAX_ID
from fake_backend.core.job_status import OVER, may_follow
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.http.v2.lists import list_rows
from fake_backend.http.v2.singles import shown as single
from fake_backend.http.wire import Around, Field, List, Shape, column, columns, instant
from fake_backend.store.instants import shown, stored
from fake_backend.store.kinds import JOB_LOGS, JOBS
from fake_backend.store.reports import FREE_FIELDS

if TYPE_CHECKING:
    from fake_backend.http.wire import Row

jobs = Blueprint("v2-jobs", __name__, url_prefix="/v2")

MAX_LOGS = 1000  # OpenAPI job_log_bulk_create
LONGEST_STEP = 255  # characters


def _queue(row: Row, around: Around) -> dict[str, Any] | None:
    return around.world.serving.queue_of(row["tenant"], row["id"])


def _error(meta: object) -> object:
    """Return what a job's meta tells of its failure; meta is any JSON that was reported."""
    return meta.get("error") if isinstance(meta, dict) else None


def _entry(name: str, default: object) -> Field:
    return Field(("entry",), lambda row, _: json.loads(row["entry"]).get(name, default))


def _logged(row: Row, _: Around) -> str:
    """Return when something happened, as the entry says it, or when it came."""
    told = json.loads(row["entry"]).get("datetime")
    moment = _moment(told)
    return shown(row["received"] if moment is None else stored(moment))


JOB = Shape(
    {
        **columns("id", "status", "action"),
        "is_active": Field(("status",), lambda row, _: row["status"] not in OVER),
        "queue": Field(("id", "tenant"), _queue),
        "error": Field(("meta",), lambda row, _: _error(json.loads(row["meta"]))),
        "created": instant("created"),
        "completed": instant("completed"),
    }
)

LOG = Shape(
    {
        "id": column("id"),
        "job_id": column("job_id"),
        "event": column("event"),
        "step": _entry("step", ""),
        "level": column("level"),
        "datetime": Field(("entry", "received"), _logged),
        "created": instant("received"),
    }
)

LOG_DETAIL = Shape({**LOG.fields, "data": _entry("data", None), "file": _entry("file", None)})

LISTS = (List("jobs", JOBS, JOBS_V2, JOB), List("job-logs", JOB_LOGS, JOB_LOGS_V2, LOG))


@jobs.get("/jobs/<uuid:job_id>/")
def get_job(job_id: object) -> Response:
    """One job with everything that was reported."""
    return enveloped(_detail(str(job_id)))


@jobs.patch("/jobs/<uuid:job_id>/")
def patch_job(job_id: object) -> Response:
    """Store status, progress, metrics, meta or result, each as a whole; other fields mean nothing."""
    tenant, body, reports = caller().tenant, json_object(), world().reports
    current = reports.job(tenant, str(job_id))["status"]
    fields = {name: body[name] for name in ("status", *FREE_FIELDS) if name in body}
    wanted = fields.get("status", current)
    if wanted not in JOB_STATUSES:
        raise BadRequest(
            f'"{wanted}" is not a valid choice.', received=wanted, expected=", ".join(JOB_STATUSES), field="status"
        )
    if not may_follow(current, wanted):
        raise InvalidTransition(f"transition {current} -> {wanted} is not allowed", received=wanted, field="status")
    if not _dry_run():
        reports.update_job(tenant, str(job_id), fields, stored(world().clock.now()))
    return enveloped(_detail(str(job_id)))


@jobs.post("/jobs/<uuid:job_id>/logs/")
def create_log(job_id: object) -> Response:
    """Store one entry."""
    world().reports.job(caller().tenant, str(job_id))
    entry = _checked(json_object(), "")
    if _dry_run():
        return enveloped({"valid": True})
    return enveloped(_stored(str(job_id), [entry])[0], 201)


@jobs.post("/jobs/<uuid:job_id>/logs/bulk/")
def create_logs(job_id: object) -> Response:
    """Store entries, all or none; files are not taken here."""
    world().reports.job(caller().tenant, str(job_id))
    entries = json_object().get("logs")
    if not isinstance(entries, list) or not entries:
        raise BadRequest("This list may not be empty.", received=entries, field="logs")
    if len(entries) > MAX_LOGS:
        raise BulkSizeExceeded(
            f"bulk batch size {len(entries)} exceeds limit {MAX_LOGS}", received=len(entries), field="logs"
        )
    checked = [_checked(entry, f"logs[{number}].") for number, entry in enumerate(entries)]
    for entry in checked:
        entry.pop("file", None)
    if _dry_run():
        return enveloped({"valid": True})
    return enveloped(_stored(str(job_id), checked), 201)


@jobs.get(f"/job-logs/<int(max={MAX_ID}):log_id>/")
def get_log(log_id: int) -> Response:
    """One entry with its data; ``file`` is what the first API takes, a data URI."""
    return enveloped(single(JOB_LOGS, LOG_DETAIL, log_id))


def _detail(job_id: str) -> dict[str, Any]:
    tenant, here = caller().tenant, world()
    found = here.reports.detail(tenant, job_id)
    meta, release, queue = found["meta"], found["plugin_release"], here.serving.queue_of(tenant, job_id)
    return {
        **{name: found[name] for name in ("id", "status", "action", "progress_record", "metrics_record", "result")},
        "params": {},  # nobody tells this backend with what a job was started
        "meta": {**meta, "queue": queue} if queue is not None and isinstance(meta, dict) else meta,
        "queue": queue,
        "error": _error(meta),
        "is_active": found["status"] not in OVER,
        "plugin_release_id": found["plugin_release_id"],
        "plugin_release": release
        and {**{name: release[name] for name in ("id", "version")}, "plugin_id": release["id"]},
        "modified": shown(found["updated"]),
        "created": shown(found["created"]),
        "completed": None if found["completed"] is None else shown(found["completed"]),
    }


def _checked(entry: Any, place: str) -> dict[str, Any]:
    """Return an entry with its defaults filled in (OpenAPI ``JobLogV2CreateRequest``)."""
    if not isinstance(entry, dict):
        raise BadRequest("Invalid data. Expected a dictionary.", received=type(entry).__name__, field=place.rstrip("."))
    for name in ("event", "data", "datetime"):
        if name not in entry:
            raise BadRequest("This field is required.", field=f"{place}{name}")
    event, step, level = entry["event"], entry.get("step", ""), entry.get("level", "info")
    if not isinstance(event, str) or not event:
        raise BadRequest("This field may not be blank.", received=event, field=f"{place}event")
    if not isinstance(step, str) or len(step) > LONGEST_STEP:
        raise BadRequest(f"At most {LONGEST_STEP} characters.", received=step, field=f"{place}step")
    if level not in LOG_LEVELS:
        raise BadRequest(
            f'"{level}" is not a valid choice.', received=level, expected=", ".join(LOG_LEVELS), field=f"{place}level"
        )
    if _moment(entry["datetime"]) is None:
        raise BadRequest("Datetime has wrong format.", received=entry["datetime"], field=f"{place}datetime")
    return {name: entry[name] for name in ("event", "data", "datetime", "file") if name in entry} | {
        "step": step,
        "level": level,
    }


def _stored(job_id: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    told = [{**entry, "job": job_id} for entry in entries]
    here, tenant = world(), caller().tenant
    ids = here.reports.add_logs(tenant, told, stored(here.clock.now()))
    found = here.rows[JOB_LOGS].by_keys(tenant, ids, LOG_DETAIL.columns)
    return LOG_DETAIL.show(Around(here, [found[log_id] for log_id in ids], "inline", storage_url()))


def _moment(text: object) -> datetime | None:
    """Return an aware instant in UTC, ``None`` for anything else."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return None if moment is None or moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):  # the latter: an hour of the calendar's first or last day that UTC has not
        return None


def _dry_run() -> bool:
    return query().last("dry_run").lower() in {"true", "1"}


for _listed in LISTS:
    jobs.add_url_rule(f"/{_listed.path}/", _listed.path, partial(list_rows, _listed))
