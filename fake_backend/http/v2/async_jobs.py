"""``/v2/async_jobs/``: the caller's jobs, one's document and progress stream, and the way to stop it (contract 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response, request

from fake_backend.core.ceilings import Ceiling
from fake_backend.core.errors import Forbidden, TooManyRequests, Unavailable
from fake_backend.core.filter_sets import ASYNC_JOBS_V2
from fake_backend.exports.request import FILTERS
from fake_backend.http.answers import answer, enveloped
from fake_backend.http.pages import by_number
from fake_backend.http.request import caller, query, world
from fake_backend.http.rights import check_export_rights, within_rights
from fake_backend.http.v1.lists import MAX_PAGE_SIZE, PAGE_SIZE
from fake_backend.http.v2.progress import ProgressStream
from fake_backend.store.kinds import BY_TARGET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.core.jobs import AsyncJob

async_jobs = Blueprint("v2-async-jobs", __name__, url_prefix="/v2/async_jobs")

PAGING = frozenset({"page", "page_size", "ordering"})


@async_jobs.get("/")
def list_jobs() -> Response:
    """The caller's own jobs, newest first, by page number and without an envelope (OpenAPI ``async_job_list``).

    The page is bare: the client hands on what it gets, and of an envelope it would not see the count.
    """
    asked, here = query(), caller()
    chosen = asked.select(ASYNC_JOBS_V2, PAGING).conditions
    rows = world().async_jobs
    count = rows.count(here.tenant, here.user, chosen)
    seen: list[dict[str, Any]] | None = None

    def read(part: slice) -> list[dict[str, Any]]:
        oldest_first = asked.last("ordering").strip() == "created"
        if seen is not None:
            return seen[part]
        return rows.page(here.tenant, here.user, chosen, oldest_first=oldest_first, part=part)

    if here.projects is not None:  # what a job reads stands in its document, which no query looks into
        seen = [state for state in read(slice(0, count)) if _within_rights(state)]
        count = len(seen)
    page = by_number(
        asked,
        size=asked.size("page_size", PAGE_SIZE, MAX_PAGE_SIZE),
        count=count,
        read=lambda offset, limit: read(slice(offset, offset + limit)),
    )
    return answer(page.as_v1(page.rows))


@async_jobs.get("/<uuid:job_id>/")
def get_job(job_id: object) -> Response:
    """One job of the caller's."""
    state = _job(job_id).state
    if "job-status-lower-case" in world().bugs:
        state = {**state, "status": state["status"].lower()}
    return enveloped(state)


@async_jobs.post("/<uuid:job_id>/cancel/")
def cancel(job_id: object) -> Response:
    """Stop a job; 200 also when it was cancelled before, 409 when it is finished."""
    return enveloped(world().exports.cancel(caller(), _job(job_id).id).state)


@async_jobs.get("/<uuid:job_id>/progress/")
def progress(job_id: object) -> Response:
    """The job's progress as an event stream; 429 when the member follows too many, 503 when all together do."""
    here, who = world(), caller()
    job = _job(job_id)
    wait = here.settings.stream_retry_after
    match here.streams.take(who.user):
        case Ceiling.member:
            raise TooManyRequests(
                "You follow too many progress streams.",
                expected=f"at most {here.settings.streams_per_member} at once",
                retry_after=wait,
            )
        case Ceiling.hub:
            raise Unavailable(
                "Too many progress streams are open.",
                expected=f"at most {here.settings.streams} at once",
                retry_after=wait,
            )
    stream = ProgressStream(
        here,
        job,
        member=who.user,
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
    _check_rights(job.state)
    return job


def _check_rights(state: Mapping[str, Any]) -> None:
    """Let a job be told of, unless the request's agent has no rights on all that it reads.

    Raises:
        Forbidden: It has not.
    """
    asked = state["data"]["params"]
    kind = BY_TARGET[asked["targets"][0]]
    check_export_rights(kind, asked["project_id"], FILTERS[kind].select_json(asked["filter"]))


def _within_rights(state: Mapping[str, Any]) -> bool:
    try:
        _check_rights(state)
    except Forbidden:
        return False
    return True
