"""Calls of the second client: each method that touches a resource the fake has."""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synapse_sdk.clients.backend_v2 import models
from synapse_sdk.clients.backend_v2.models import _generated as generated

from contract_tests.models.client.call import Call, Here, Method, gone, planned

if TYPE_CHECKING:
    from collections.abc import Callable

NOWHERE = 4_000_000
NO_JOB = "99999999-9999-4999-8999-999999999999"
UNDER_WAY, DONE = "under way", "done"  # names of what has been learnt
DM = {"annotations": {"image": []}, "annotationsData": {"image": []}}
MOMENT = "2026-02-03T04:05:06.789000Z"


def mine(here: Here, resource: str, *, tenant: str = "acme") -> list[Any]:
    """Return the seed's rows of a resource that name a tenant."""
    return [row for row in here.seed[resource] if row.get("tenant") == tenant]


def shown(*names: str) -> Callable[[Any], Any]:
    """Return what reads attributes of an answer, or of each of its rows, as JSON has them."""

    def read(answer: Any) -> Any:
        rows = (
            answer["results"]
            if isinstance(answer, dict) and "results" in answer
            else getattr(answer, "results", answer)
        )
        return [one(row) for row in rows] if isinstance(rows, list) else one(rows)

    def one(row: Any) -> list[Any]:
        told = row if isinstance(row, dict) else row.model_dump(mode="json", by_alias=True)
        return [told[name] for name in names]

    return read


def seeded(resource: str, *names: str, where: Callable[[Any], bool] = lambda _: True, key: str = "id") -> Any:
    """Return what the seed has in the same places, rows by descending key."""

    def read(here: Here) -> list[list[Any]]:
        rows = sorted(filter(where, here.seed[resource]), key=lambda row: -row[key])
        return [[row.get(name) for name in names] for row in rows]

    return read


def first_project(row: Any) -> bool:
    """Return whether a task is one of project 1."""
    return bool(row["project"] == 1)


def main_assignment(row: Any) -> bool:
    """Return whether an assignment is one of project 1."""
    return bool(row["id"] < 150)


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


EVENT_KEYS = ("id", "pgh_id", "pgh_label", "data_unit_id", "ground_truth_dataset_id")


def events(here: Here) -> list[list[Any]]:
    """Return what the list of events must show, newest first."""
    rows = sorted((row for row in here.seed["ground_truth_events"] if row["pgh_id"] < 1009), key=lambda r: -r["pgh_id"])
    truths = {row["id"]: row for row in here.seed["ground_truths"]}
    return [[r["ground_truth"], r["pgh_id"], r["pgh_label"], truths[r["ground_truth"]]["data_unit"], 21] for r in rows]


def log(event: str, **more: Any) -> dict[str, Any]:
    """Return a log entry."""
    return {"event": event, "data": {"message": "도로", "n": [1, None]}, "datetime": MOMENT, **more}


def job(number: int) -> str:
    """Return the id of a job of the seed."""
    return f"11111111-1111-4111-8111-1111111111{number:02d}"


CALLS_V2: tuple[Method, ...] = (
    planned(
        "account.me",
        Call(
            "who am I",
            lambda h: h.v2.account.me(),
            shown("id", "email", "name", "is_synapse_admin"),
            lambda h: [*(h.row("users", 1)[name] for name in ("id", "email", "name")), False],
        ),
    ),
    planned(
        "tasks.list",
        Call(
            "first page",
            lambda h: h.v2.tasks.list(project=1, per_page=3, sort="-id"),
            shown("id", "is_discarded"),
            lambda h: seeded("tasks", "id", "is_discarded", where=first_project)(h)[:3],
        ),
        Call(
            "every page",
            lambda h: h.v2.tasks.list(project=1, per_page=3, sort="-id", list_all=True),
            shown("id", "project_id", "data_unit_id", "created"),
            seeded("tasks", "id", "project", "data_unit", "created", where=first_project),
        ),
        Call(
            "filters",
            lambda h: h.v2.tasks.list(project=1, has_data=False, sort="-id"),
            shown("id", "has_data"),
            lambda h: [[r["id"], False] for r in reversed(h.seed["tasks"]) if first_project(r) and r["data"] is None],
        ),
        Call("nothing", lambda h: h.v2.tasks.list(project=9), shown("id"), lambda _: []),
        Call(
            "a task without a data unit, which the model does not take",
            lambda h: h.v2.tasks.list(project=2),
            refused="ValidationError",
        ),
    ),
    planned(
        "tasks.retrieve",
        *(
            Call(
                what,
                lambda h, n=n: h.v2.tasks.retrieve(n),
                shown("id", "workshop_id", "data", "schema", "created"),
                lambda h, n=n: [n, 600 + n, *(h.row("tasks", n)[name] for name in ("data", "schema", "created"))],
            )
            for what, n in (("payload in an object", 1), ("payload in the row", 2), ("no payload", 3))
        ),
        Call(
            "without workshop and unit, which the model does not take",
            lambda h: h.v2.tasks.retrieve(51),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.tasks.retrieve(NOWHERE)),
        gone(lambda h: h.v2.tasks.retrieve(91)),
    ),
    planned(
        "tasks.bulk_fetch",
        *(
            Call(
                f"{mode}, in the order asked for",
                lambda h, m=mode: h.v2.tasks.bulk_fetch([3, 2, 1], response_mode=m),
                shown("id", "project_id", "data_unit_id"),
                lambda _: [[3, 1, 4], [2, 1, 3], [1, 1, 2]],
            )
            for mode in ("inline", "presigned")
        ),
        Call(
            "payloads",
            lambda h: h.v2.tasks.bulk_fetch([1, 2, 3]),
            shown("data", "files_manifest"),
            lambda h: [[h.row("tasks", n)["data"], None] for n in (1, 2, 3)],
        ),
        Call(
            "somebody else's are dropped",
            lambda h: h.v2.tasks.bulk_fetch([91, NOWHERE, 5]),
            shown("id"),
            lambda _: [[5]],
        ),
        Call(
            "more than 200 ids, which the client does not send",
            lambda h: h.v2.tasks.bulk_fetch(list(range(201))),
            refused="ValueError",
        ),
    ),
    planned(
        "assignments.list",
        Call(
            "every page",
            lambda h: h.v2.assignments.list(project=1, per_page=3, sort="-id", list_all=True),
            shown("id", "task_id", "user_id", "status_label", "status_review", "is_confirmed", "created"),
            lambda h: [
                [r["id"], r["task"], r["user"], r["status_label"], r["status_review"], r["is_confirmed"], r["created"]]
                for r in reversed(h.seed["assignments"])
                if main_assignment(r)
            ],
        ),
        Call(
            "states",
            lambda h: h.v2.assignments.list(status_label="completed", status_review="rejected"),
            shown("status_label", "status_review"),
            lambda _: [["completed", "rejected"]],
        ),
        Call("nothing", lambda h: h.v2.assignments.list(project=9), shown("id"), lambda _: []),
    ),
    planned(
        "assignments.retrieve",
        *(
            Call(
                what,
                lambda h, n=n: h.v2.assignments.retrieve(n),
                shown("id", "reviewer_id", "tags", "status_label", "status_review", "data"),
                lambda h, n=n: [
                    n,
                    1,
                    [5, 8],
                    *(h.row("assignments", n)[k] for k in ("status_label", "status_review", "data")),
                ],
            )
            for what, n in (("payload in an object", 101), ("payload in the row", 102), ("no payload", 103))
        ),
        Call(
            "without reviewer, which the model does not take",
            lambda h: h.v2.assignments.retrieve(151),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.assignments.retrieve(NOWHERE)),
        gone(lambda h: h.v2.assignments.retrieve(191)),
    ),
    planned(
        "assignments.bulk_fetch",
        *(
            Call(
                mode,
                lambda h, m=mode: h.v2.assignments.bulk_fetch([102, 101], response_mode=m),
                shown("id", "project_id", "data_unit_id"),
                lambda _: [[102, 1, 3], [101, 1, 2]],
            )
            for mode in ("inline", "presigned")
        ),
        Call(
            "payloads",
            lambda h: h.v2.assignments.bulk_fetch([101, 102, 103]),
            shown("data"),
            lambda h: [[h.row("assignments", n)["data"]] for n in (101, 102, 103)],
        ),
    ),
    planned(
        "ground_truth_datasets.list",
        Call(
            "every page",
            lambda h: h.v2.ground_truth_datasets.list(per_page=2, list_all=True),
            shown("id", "name"),
            lambda h: sorted(([r["id"], r["name"]] for r in mine(h, "ground_truth_datasets")), reverse=True),
        ),
        Call(
            "of a project",
            lambda h: h.v2.ground_truth_datasets.list(project=1),
            shown("id"),
            lambda _: [[25], [24], [23], [21]],
        ),
    ),
    planned(
        "ground_truth_datasets.retrieve",
        Call(
            "with a project",
            lambda h: h.v2.ground_truth_datasets.retrieve(21),
            shown("id", "name", "project_id"),
            lambda _: [21, "set 21", 1],
        ),
        Call(
            "of no project, which the model does not take",
            lambda h: h.v2.ground_truth_datasets.retrieve(22),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.ground_truth_datasets.retrieve(29)),
    ),
    planned(
        "ground_truth_events.list",
        Call(
            "every page",
            lambda h: h.v2.ground_truth_events.list(
                ground_truth_dataset_version=31, sort="-pgh_id", per_page=2, list_all=True
            ),
            shown(*EVENT_KEYS),
            events,
            generated.GroundTruthEventV2List,
        ),
        Call(
            "first page",
            lambda h: h.v2.ground_truth_events.list(ground_truth_dataset=21, per_page=2),
            shown("pgh_id"),
            lambda _: [[1005], [1004]],
        ),
        Call(
            "null for no payload",
            lambda h: h.v2.ground_truth_events.list(pgh_obj_id__in="303"),
            shown("data_size", "data_digest", "data_content_type"),
            lambda _: [[None, None, None]],
        ),
    ),
    planned(
        "ground_truth_events.retrieve",
        Call(
            "one",
            lambda h: h.v2.ground_truth_events.retrieve(1002),
            shown(*EVENT_KEYS),
            lambda h: events(h)[3],
            generated.GroundTruthEventV2List,
        ),
        gone(lambda h: h.v2.ground_truth_events.retrieve(1009)),
    ),
    planned(
        "ground_truth_events.bulk_data",
        *(
            Call(
                mode,
                lambda h, m=mode: h.v2.ground_truth_events.bulk_data([1002, 1001], response_mode=m),
                shown(*EVENT_KEYS),
                lambda h: [events(h)[3], events(h)[4]],
                generated.GroundTruthEventV2List,
            )
            for mode in ("inline", "presigned")
        ),
        Call(
            "payloads",
            lambda h: h.v2.ground_truth_events.bulk_data([1001, 1002, 1003]),
            shown("data"),
            lambda h: [[h.row("ground_truth_events", n, "pgh_id")["data"]] for n in (1001, 1002, 1003)],
        ),
    ),
    planned(
        "ground_truth_datasets.versions().events().list",
        Call(
            "every page",
            lambda h: h.v2.ground_truth_datasets.versions(21).events(31).list(per_page=2, list_all=True),
            shown(*EVENT_KEYS),
            events,
            generated.GroundTruthEventV2List,
        ),
        gone(lambda h: h.v2.ground_truth_datasets.versions(22).events(31).list()),
        gone(lambda h: h.v2.ground_truth_datasets.versions(29).events(39).list()),
    ),
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
    planned(
        "tasks.annotate_task_data",
        Call(
            "submit",
            lambda h: h.v2.tasks.annotate_task_data(6, action="submit", data={"done": ["도로"]}),
            shown("id", "data"),
            lambda _: [6, {"done": ["도로"]}],
            models.TaskV2Detail,
        ),
        Call(
            "save",
            lambda h: h.v2.tasks.annotate_task_data(7, action="save", data={"half": 1}, schema="any"),
            shown("data", "has_data"),
            lambda _: [{"half": 1}, True],
            models.TaskV2Detail,
        ),
        Call(
            "as the schema wants it",
            lambda h: h.v2.tasks.annotate_task_data(1, action="submit", data=DM),
            shown("data"),
            lambda _: [DM],
            models.TaskV2Detail,
        ),
        Call(
            "against the schema",
            lambda h: h.v2.tasks.annotate_task_data(2, action="submit", data={"free": 1}),
            refused="ValidationError",
        ),
        gone(lambda h: h.v2.tasks.annotate_task_data(91, action="save", data={})),
    ),
    planned(
        "assignments.set_data",
        Call(
            "replaced",
            lambda h: h.v2.assignments.set_data(105, {"data": {"new": 1}}),
            shown("data", "status_label"),
            lambda h: [{"new": 1}, h.row("assignments", 105)["status_label"]],
        ),
        Call(
            "only checked",
            lambda h: h.v2.assignments.set_data(105, {"data": {"x": 1}}, dry_run=True),
            shown("data"),
            lambda _: [{"new": 1}],
        ),
        Call("confirmed", lambda h: h.v2.assignments.set_data(119, {"data": {}}), refused="HTTPError"),
        gone(lambda h: h.v2.assignments.set_data(191, {"data": {}})),
    ),
)


def _logged_file(here: Here) -> int:
    """Log a picture through the first client, as a run does, and return the entry's id."""
    here.v1.create_logs({**log("picture"), "job": job(4), "file": "data:image/png;base64,aGk="})
    return int(here.v2.job_logs.list(job=job(4)).results[0].id)
