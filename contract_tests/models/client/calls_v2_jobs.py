"""Calls of the second client that are about jobs: delegated exports, and what plugin runs report."""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked; a lambda that keeps a loop's value is beyond what is inferred)

from __future__ import annotations

from typing import Any

from synapse_sdk.clients.backend_v2 import models
from synapse_sdk.clients.backend_v2.models import _generated as generated

from contract_tests.models.client.call import Call, Here, Method, gone, planned
from contract_tests.models.client.reading import MOMENT, NOWHERE, job, log, mine, shown

NO_JOB = "99999999-9999-4999-8999-999999999999"
UNDER_WAY, DONE = "under way", "done"  # names of what has been learnt


def enqueue(here: Here, **more: Any) -> Any:
    """Ask for an export, small enough to be over soon."""
    asked = {"project_id": 1, "storage_id": 3, "path": "exports/models", "targets": ["task"], **more}
    return here.v2.plugin_exports.create(**asked)


def export_done(here: Here) -> Any:
    """Make an export and watch it to its end."""
    job = enqueue(here, filters={"project": 1})
    here.known[DONE] = job.job_id
    return job


def export_under_way(here: Here) -> Any:
    """Make an export that takes long enough to be cancelled."""
    job = enqueue(here, chunk_size=1)
    here.known[UNDER_WAY] = job.job_id
    return job


def pages_of_jobs(here: Here) -> Any:
    """Read the list of jobs page by page, as its links say."""
    page = here.v2.async_jobs.list(page_size=1)
    rows = list(page["results"])
    while page["next"]:
        page = here.v2._get(page["next"])  # noqa: SLF001 - the client follows links with nothing else
        rows += page["results"]
    return rows


def _logged_file(here: Here) -> int:
    """Log a picture through the first client, as a run does, and return the entry's id."""
    here.v1.create_logs({**log("picture"), "job": job(4), "file": "data:image/png;base64,aGk="})
    return int(here.v2.job_logs.list(job=job(4)).results[0].id)


JOBS: tuple[Method, ...] = (
    planned(
        "plugin_exports.create",
        Call(
            "enqueued",
            export_done,
            shown("status", "targets", "total_count", "ray_job_id"),
            lambda _: ["pending", ["task"], None, None],
        ),
        Call(
            "with everything",
            lambda h: enqueue(h, include_original_files=True, ray_job_id="ray-1", chunk_size=5),
            shown("status", "ray_job_id"),
            lambda _: ["pending", "ray-1"],
        ),
        Call(
            "ground truth, of no project",
            lambda h: enqueue(
                h, project_id=None, targets=["ground_truth"], filters={"ground_truth_dataset_versions": [31]}
            ),
            shown("targets"),
            lambda _: [["ground_truth"]],
        ),
        Call("somebody else's project", lambda h: enqueue(h, project_id=9), refused="ValidationError"),
        Call("to be cancelled", export_under_way, shown("status"), lambda _: ["pending"]),
    ),
    planned(
        "async_jobs.cancel",
        Call(
            "under way", lambda h: h.v2.async_jobs.cancel(h.known[UNDER_WAY]), shown("status"), lambda _: ["CANCELLED"]
        ),
        Call("again", lambda h: h.v2.async_jobs.cancel(h.known[UNDER_WAY]), shown("status"), lambda _: ["CANCELLED"]),
        gone(lambda h: h.v2.async_jobs.cancel(NO_JOB)),
    ),
    planned(
        "async_jobs.stream_progress",
        Call(
            "to its end",
            lambda h: h.v2.async_jobs.stream_progress(h.known[DONE]),
            lambda events: [events[0].event, events[-1].event, events[-1].status, events[-1].processed_count],
            lambda _: ["connected", "async_job.completed", "COMPLETED", 20],
        ),
        Call(
            "cancelled",
            lambda h: h.v2.async_jobs.stream_progress(h.known[UNDER_WAY]),
            lambda events: [events[-1].event, events[-1].status],
            lambda _: ["async_job.completed", "CANCELLED"],
        ),
    ),
    planned(
        "async_jobs.retrieve",
        Call(
            "completed",
            lambda h: h.v2.async_jobs.retrieve(h.known[DONE]),
            lambda job: [
                job.status,
                job.category,
                job.progress.processed_count,
                job.progress.percent,
                job.data["manifest"]["targets"]["task"]["records"],
            ],
            lambda _: ["COMPLETED", "plugin_export", 20, 100.0, 20],
        ),
        Call(
            "cancelled",
            lambda h: h.v2.async_jobs.retrieve(h.known[UNDER_WAY]),
            shown("status"),
            lambda _: ["CANCELLED"],
        ),
        gone(lambda h: h.v2.async_jobs.retrieve(NO_JOB)),
    ),
    planned(
        "async_jobs.cancel",
        Call("finished", lambda h: h.v2.async_jobs.cancel(h.known[DONE]), refused="HTTPError"),
    ),
    planned(
        "async_jobs.list",
        Call("every page", pages_of_jobs, len, lambda _: 4, models.AsyncJobV2Detail),
        Call(
            "counted",
            lambda h: h.v2.async_jobs.list(page_size=2),
            lambda page: [page["count"], len(page["results"])],
            lambda _: [4, 2],
            models.AsyncJobV2Detail,
        ),
        Call(
            "by id",
            lambda h: h.v2.async_jobs.list(ids=h.known[DONE], triggered_by="user"),
            lambda page: [page["count"], page["results"][0]["status"]],
            lambda _: [1, "COMPLETED"],
            models.AsyncJobV2Detail,
        ),
        Call(
            "of the system",
            lambda h: h.v2.async_jobs.list(triggered_by="system"),
            lambda page: page["count"],
            lambda _: 0,
            models.AsyncJobV2Detail,
        ),
        Call(
            "oldest first",
            lambda h: h.v2.async_jobs.list(ordering="created"),
            lambda page: [page["results"][0]["status"], page["results"][-1]["status"]],
            lambda _: ["COMPLETED", "CANCELLED"],
            models.AsyncJobV2Detail,
        ),
    ),
    planned(
        "jobs.list",
        Call(
            "every page",
            lambda h: h.v2.jobs.list(per_page=2, list_all=True),
            lambda jobs: sorted([str(job.id), job.status.value, job.action] for job in jobs),
            lambda h: sorted([r["id"], r.get("status", "PENDING"), r.get("action", "")] for r in mine(h, "jobs")),
        ),
        *(
            Call(
                status,
                lambda h, s=status: h.v2.jobs.list(status=s, action="export"),
                lambda page: [[job.is_active, job.completed is None] for job in page.results],
                lambda _, s=status: [[s in {"PENDING", "RUNNING"}] * 2],
            )
            for status in ("PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED")
        ),
    ),
    planned(
        "jobs.retrieve",
        *(
            Call(
                f"job {n}",
                lambda h, n=n: h.v2.jobs.retrieve(job(n)),
                shown("id", "status", "action", "plugin_release_id", "queue", "error"),
                lambda h, n=n: [job(n), h.row("jobs", job(n))["status"], "export", 7, None, None],
            )
            for n in range(1, 6)
        ),
        Call(
            "of no release, which the model does not take",
            lambda h: h.v2.jobs.retrieve(job(60)),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.jobs.retrieve(job(90))),
    ),
    planned(
        "jobs.partial_update",
        Call(
            "report",
            lambda h: h.v2.jobs.partial_update(
                job(1),
                {
                    "status": "RUNNING",
                    "progress_record": {"n": 1},
                    "metrics_record": {"m": [1]},
                    "meta": {"error": {"error_type": "timeout", "message": "늦음"}},
                    "result": {"r": None},
                },
            ),
            shown("status", "progress_record", "metrics_record", "meta", "result", "error"),
            lambda _: [
                "RUNNING",
                {"n": 1},
                {"m": [1]},
                {"error": {"error_type": "timeout", "message": "늦음"}},
                {"r": None},
                {"error_type": "timeout", "message": "늦음"},
            ],
        ),
        Call(
            "an instance of the package's model",
            lambda h: h.v2.jobs.partial_update(job(1), models.PatchedJobV2PartialUpdateRequest(status="SUCCEEDED")),
            lambda job: [job.status.value, job.is_active, job.completed is None],
            lambda _: ["SUCCEEDED", False, False],
        ),
        Call(
            "what is over stays",
            lambda h: h.v2.jobs.partial_update(job(1), {"status": "RUNNING"}),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.jobs.partial_update(job(90), {"status": "RUNNING"})),
    ),
    planned(
        "jobs.create_log",
        Call(
            "one",
            lambda h: h.v2.jobs.create_log(job(2), log("message")),
            shown("event", "level", "step", "data"),
            lambda _: ["message", "info", "", {"message": "도로", "n": [1, None]}],
        ),
        Call(
            "every level",
            lambda h: [h.v2.jobs.create_log(job(2), log("levels", level=level, step="s")) for level in generated.Level],
            shown("level", "step"),
            lambda _: [[level.value, "s"] for level in generated.Level],
        ),
        gone(lambda h: h.v2.jobs.create_log(job(90), log("message"))),
    ),
    planned(
        "jobs.create_logs_bulk",
        Call(
            "all of them",
            lambda h: h.v2.jobs.create_logs_bulk(job(3), {"logs": [log("a"), log("b", level="error")]}),
            shown("event", "level", "datetime"),
            lambda _: [["a", "info", MOMENT], ["b", "error", MOMENT]],
        ),
    ),
    planned(
        "job_logs.list",
        Call(
            "every page",
            lambda h: h.v2.job_logs.list(job=job(2), per_page=3, list_all=True),
            shown("event", "level", "datetime"),
            lambda _: (
                [["levels", level.value, MOMENT] for level in reversed(generated.Level)] + [["message", "info", MOMENT]]
            ),
        ),
        Call(
            "by level and event",
            lambda h: h.v2.job_logs.list(level="error", event="b"),
            shown("job_id"),
            lambda _: [[job(3)]],
        ),
    ),
    planned(
        "job_logs.retrieve",
        Call(
            "with a file",
            lambda h: h.v2.job_logs.retrieve(_logged_file(h)),
            shown("event", "data"),
            lambda _: ["picture", {"message": "도로", "n": [1, None]}],
        ),
        Call(
            "without a file, which the model does not take",
            lambda h: h.v2.job_logs.retrieve(1),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.job_logs.retrieve(NOWHERE)),
    ),
)
