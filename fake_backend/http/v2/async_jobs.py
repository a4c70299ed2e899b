"""``/v2/async_jobs/``: a job's document, its progress stream, and the way to stop it (contract.md 2.3 to 2.5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, request

from fake_backend.core.errors import Unavailable
from fake_backend.exports.request import FILTERS
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, world
from fake_backend.http.rights import check_export_rights, within_rights
from fake_backend.http.v2.progress import ProgressStream
from fake_backend.store.kinds import BY_TARGET

if TYPE_CHECKING:
    from fake_backend.core.jobs import AsyncJob

async_jobs = Blueprint("v2-async-jobs", __name__, url_prefix="/v2/async_jobs")

RETRY_AFTER = 5  # seconds; the client's own first wait (contract 2.3)


@async_jobs.get("/<uuid:job_id>/")
def get_job(job_id: object) -> Response:
    """One job of the caller's."""
    return enveloped(_job(job_id).state)


@async_jobs.post("/<uuid:job_id>/cancel/")
def cancel(job_id: object) -> Response:
    """Stop a job; 200 also when it was cancelled before, 409 when it is finished."""
    return enveloped(world().exports.cancel(caller(), _job(job_id).id).state)


@async_jobs.get("/<uuid:job_id>/progress/")
def progress(job_id: object) -> Response:
    """The job's progress as an event stream; 503 before the server has no thread left."""
    here = world()
    job = _job(job_id)
    if not here.open_stream():
        raise Unavailable("Too many progress streams are open.", retry_after=RETRY_AFTER)
    stream = ProgressStream(
        here,
        job,
        autojump=bool(request.environ.get("fake_backend.autojump")),
        connection=request.environ.get("fake_backend.connection"),
    )
    response = Response(stream, content_type="text/event-stream; charset=utf-8")  # contract 2.3: both parts matter
    response.headers["Cache-Control"] = "no-cache"
    return response


def _job(job_id: object) -> AsyncJob:
    """Return a job of the caller's: nobody else's exists (OpenAPI ``async_job_retrieve``)."""
    with within_rights():
        job = world().exports.job(caller(), str(job_id))
    asked = job.state["data"]["params"]
    kind = BY_TARGET[asked["targets"][0]]
    check_export_rights(kind, asked["project_id"], FILTERS[kind].select_json(asked["filter"]))
    return job
