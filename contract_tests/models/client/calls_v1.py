"""Calls of the first client: each method that touches a resource the fake has."""

# mypy: disable-error-code="misc"
# (a lambda that keeps a loop's value is beyond what is inferred)

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_tests.models.client.call import Call, Here, Method, gone, planned
from contract_tests.models.client.reading import DM, MOMENT, NOWHERE, first_project, job, main_assignment, mine

if TYPE_CHECKING:
    from collections.abc import Callable

TARGETS = {
    "tasks": ({"project": 1, "page_size": 3, "ordering": "-id"}, "tasks", "id", "id", first_project),
    "assignments": ({"project": 1, "page_size": 3, "ordering": "-id"}, "assignments", "id", "id", main_assignment),
    "ground_truth_events": (
        {"ground_truth_dataset_versions": "31", "page_size": 3},
        "ground_truth_events",
        "pgh_id",
        "ground_truth",
        lambda row: row["pgh_id"] < 1009,
    ),
}


def rows(*names: str) -> Callable[[Any], Any]:
    """Return what reads fields of a page, of all rows and their count, or of a list of rows."""

    def read(answer: Any) -> Any:
        found = answer["results"] if isinstance(answer, dict) and "results" in answer else answer
        if isinstance(found, tuple):
            return [len(found[0]) == found[1], [[row[name] for name in names] for row in found[0]]]
        if isinstance(found, list):
            return [[row[name] for name in names] for row in found]
        return [found[name] for name in names]

    return read


def listed(name: str, target: str, *fields: tuple[str, str]) -> Method:
    """Return the calls of one of the lists: a page, every page, a cursor's pages, another tenant's.

    Args:
        name: Of the method.
        target: Whose rows.
        fields: Of the answer, and what the seed calls them.
    """
    asked, resource, key, wire_id, chosen = TARGETS[target]
    shown_names = [shown for shown, _ in fields]

    def expected(here: Here) -> list[list[Any]]:
        found = sorted(filter(chosen, here.seed[resource]), key=lambda row: -row[key])
        return [[row[wire_id], *(row.get(seeded) for _, seeded in fields)] for row in found]

    def call(**more: Any) -> Callable[[Here], Any]:
        return lambda here: getattr(here.v1, name)({**asked, **more.pop("params", {})}, **more)

    return planned(
        name,
        Call("first page", call(), rows("id", *shown_names), lambda here: expected(here)[:3]),
        Call("every page", call(list_all=True), rows("id", *shown_names), lambda here: [True, expected(here)]),
        Call(
            "every page by cursor",
            call(list_all=True, params={"pagination": "cursor"}),
            lambda answer: rows("id", *shown_names)(answer[0]),
            expected,
        ),
        Call("nothing", call(params={"ids": str(NOWHERE)}), rows("id"), lambda _: []),
    )


def one(name: str, what: str, key: Any, expected: Callable[[Here], Any], *names: str, **options: Any) -> Call:
    """Return the call of a single row."""
    return Call(what, lambda here: getattr(here.v1, name)(key, **options), rows(*names), expected)


CALLS_V1: tuple[Method, ...] = (
    listed(
        "list_tasks",
        "tasks",
        ("data", "data"),
        ("data_unit", "data_unit"),
        ("status_label", "status_label"),
        ("status_review", "status_review"),
        ("created", "created"),
    ),
    listed("list_tasks_data", "tasks", ("data", "data")),
    listed("list_tasks_files", "tasks"),
    listed(
        "list_assignments",
        "assignments",
        ("data", "data"),
        ("user", "user"),
        ("label_submitted", "label_submitted"),
        ("status_review", "status_review"),
    ),
    listed("list_assignments_data", "assignments", ("data", "data")),
    listed("list_assignments_files", "assignments"),
    listed(
        "list_ground_truth_events",
        "ground_truth_events",
        ("data", "data"),
        ("classes", "classes"),
        ("category", "category"),
    ),
    listed("list_ground_truth_events_data", "ground_truth_events", ("data", "data")),
    listed("list_ground_truth_events_files", "ground_truth_events"),
    planned(
        "exists",
        Call("rows", lambda h: h.v1.exists("list_tasks", {"project": 1}), bool, lambda _: True),
        Call("none", lambda h: h.v1.exists("list_tasks", {"project": 9}), bool, lambda _: False),
    ),
    planned(
        "get_project",
        one(
            "get_project",
            "with configuration",
            1,
            lambda h: [*(h.row("projects", 1)[k] for k in ("title", "configuration")), 1],
            "title",
            "configuration",
            "data_collection",
        ),
        one("get_project", "bare", 2, lambda _: [None, {}], "data_collection", "configuration"),
        gone(lambda h: h.v1.get_project(9)),
    ),
    planned(
        "get_task",
        *(
            one("get_task", f"task {n}", n, lambda h, n=n: [n, h.row("tasks", n)["data"]], "id", "data")
            for n in (1, 2, 3)
        ),
        Call(
            "expanded",
            lambda h: h.v1.get_task(1, params={"fields": "id,data_unit", "expand": "data_unit"}),
            lambda task: [sorted(task), sorted(task["data_unit"]["files"])],
            lambda _: [["data_unit", "id"], []],
        ),
        gone(lambda h: h.v1.get_task(91)),
    ),
    planned(
        "get_assignment",
        *(
            one(
                "get_assignment",
                f"assignment {n}",
                n,
                lambda h, n=n: [n, h.row("assignments", n)["data"]],
                "id",
                "data",
            )
            for n in (101, 102, 103)
        ),
        gone(lambda h: h.v1.get_assignment(191)),
    ),
    planned(
        "list_data_collections",
        Call(
            "all",
            lambda h: h.v1.list_data_collections(),
            rows("id", "name"),
            lambda h: [[r["id"], r["name"]] for r in reversed(mine(h, "data_collections"))],
        ),
    ),
    planned(
        "get_data_collection",
        Call(
            "with specifications",
            lambda h: h.v1.get_data_collection(1),
            lambda c: [[s["name"], s["file_type"], s["is_primary"]] for s in c["file_specifications"]],
            lambda _: [["meta", "data", False], ["image", "image", True]],
        ),
        gone(lambda h: h.v1.get_data_collection(9)),
    ),
    planned(
        "list_data_units",
        Call(
            "page",
            lambda h: h.v1.list_data_units({"data_collection": 1, "page_size": 2}),
            rows("id"),
            lambda _: [[5], [4]],
        ),
        Call(
            "every page",
            lambda h: h.v1.list_data_units({"data_collection": 1, "page_size": 2}, list_all=True, url_conversion={}),
            rows("id"),
            lambda _: [True, [[5], [4], [3], [2], [1]]],
        ),
        Call(
            "files",
            lambda h: h.v1.list_data_units({"expand": "files"}, url_conversion={}),
            lambda page: sorted(page["results"][-1]["files"]),
            lambda _: ["image", "meta"],
        ),
    ),
    planned(
        "get_data_unit",
        one(
            "get_data_unit",
            "without files",
            1,
            lambda h: [h.row("data_units", 1)[k] for k in ("name", "width", "meta")],
            "name",
            "width",
            "meta",
        ),
        Call(
            "with files",
            lambda h: h.v1.get_data_unit(1, params={"expand": "files"}),
            lambda unit: [unit["files"]["image"]["file_name_original"], unit["files"]["image"]["is_primary"]],
            lambda _: ["shot-도.png", True],
        ),
        gone(lambda h: h.v1.get_data_unit(9)),
    ),
    planned(
        "list_ground_truth_versions",
        Call(
            "of a dataset",
            lambda h: h.v1.list_ground_truth_versions({"ground_truth_dataset": 21}),
            rows("id", "name", "is_released"),
            lambda _: [[33, "v33", False], [32, "v32", False], [31, "v1", True]],
        ),
    ),
    planned(
        "get_ground_truth_version",
        one("get_ground_truth_version", "one", 31, lambda _: [31, 21], "id", "ground_truth_dataset"),
        gone(lambda h: h.v1.get_ground_truth_version(39)),
    ),
    planned(
        "get_storage",
        Call(
            "a directory",
            lambda h: h.v1.get_storage(3),
            lambda s: [s.name, s.provider, s.category.value, s.is_default],
            lambda _: ["disk", "file_system", "internal", True],
        ),
        Call(
            "a bucket",
            lambda h: h.v1.get_storage(4),
            lambda s: [s.provider, s.category.value, sorted(s.configuration)[:2]],
            lambda _: ["amazon_s3", "external", ["access_key", "bucket_name"]],
        ),
        gone(lambda h: h.v1.get_storage(NOWHERE)),
    ),
    planned(
        "get_default_storage",
        Call("the one", lambda h: h.v1.get_default_storage(), rows("id"), lambda _: [3]),
    ),
    planned(
        "list_agents",
        Call(
            "all",
            lambda h: h.v1.list_agents(),
            lambda agents: [[a.id, a.token, a.is_connected] for a in agents],
            lambda _: [[5, "a" * 40, True], [6, "b" * 40, True], [8, "c" * 40, False]],
        ),
        Call(
            "one",
            lambda h: h.v1.list_agents({"id": 8}),
            lambda agents: [[a.id, a.url] for a in agents],
            lambda _: [[8, None]],
        ),
    ),
    planned(
        "list_plugin_releases",
        Call(
            "of a plugin",
            lambda h: h.v1.list_plugin_releases("detector"),
            rows("id", "plugin", "version"),
            lambda _: [[8, "detector", "1.1.0"], [7, "detector", "1.0.0"]],
        ),
        Call("of none", lambda h: h.v1.list_plugin_releases("other"), rows("id"), lambda _: []),
    ),
    planned(
        "get_plugin_release",
        Call(
            "by id",
            lambda h: h.v1.get_plugin_release(7),
            lambda r: [r["version"], r["config"]["code"]],
            lambda _: ["1.0.0", "detector"],
        ),
        gone(lambda h: h.v1.get_plugin_release(9)),
    ),
    planned(
        "get_plugin_release_by_lookup",
        Call(
            "code and version", lambda h: h.v1.get_plugin_release_by_lookup("detector@1.1.0"), rows("id"), lambda _: [8]
        ),
        gone(lambda h: h.v1.get_plugin_release_by_lookup("detector@9.9.9")),
    ),
    planned(
        "list_serve_applications",
        Call(
            "page",
            lambda h: h.v1.list_serve_applications({"plugin_code": "detector", "job__agent": 5}),
            rows("id", "status"),
            lambda _: [[1, "RUNNING"]],
        ),
        Call(
            "every page", lambda h: h.v1.list_serve_applications({}, list_all=True), rows("id"), lambda _: [True, [[1]]]
        ),
    ),
    planned(
        "run_plugin",
        Call(
            "a deployment",
            lambda h: h.v1.run_plugin(
                "detector", {"agent": 5, "action": "deployment", "version": "1.1.0", "params": {"num_cpus": 1}}
            ),
            rows("action", "agent"),
            lambda _: ["deployment", 5],
        ),
        gone(lambda h: h.v1.run_plugin("nobody", {"agent": 5, "action": "deployment", "params": {}})),
    ),
    planned(
        "list_jobs",
        Call("failed", lambda h: h.v1.list_jobs({"status": "FAILED"}), rows("id"), lambda _: [[job(5)]]),
    ),
    planned(
        "get_job",
        *(
            one("get_job", f"job {n}", job(n), lambda h, n=n: [job(n), h.row("jobs", job(n))["status"]], "id", "status")
            for n in (2, 3, 4, 5)
        ),
        gone(lambda h: h.v1.get_job(job(90))),
    ),
    planned(
        "update_job",
        Call(
            "report",
            lambda h: h.v1.update_job(job(2), {"status": "SUCCEEDED", "result": {"도": [None]}}),
            rows("status", "result"),
            lambda _: ["SUCCEEDED", {"도": [None]}],
        ),
        gone(lambda h: h.v1.update_job(job(90), {"status": "RUNNING"})),
    ),
    planned(
        "create_logs",
        Call(
            "one",
            lambda h: h.v1.create_logs({"event": "message", "data": {}, "job": job(5), "datetime": MOMENT}),
            rows("event"),
            lambda _: ["message"],
        ),
        Call(
            "several",
            lambda h: h.v1.create_logs([{"event": e, "data": {}, "job": job(5)} for e in ("a", "b")]),
            rows("event"),
            lambda _: [["a"], ["b"]],
        ),
    ),
    planned(
        "annotate_task_data",
        Call(
            "submit",
            lambda h: h.v1.annotate_task_data(8, {"action": "submit", "data": {"v": "도"}}),
            rows("id", "data", "status_label"),
            lambda _: [8, {"v": "도"}, "completed"],
        ),
        Call(
            "with a schema",
            lambda h: h.v1.annotate_task_data(9, {"action": "save", "data": DM}, schema="dm_schema_v1"),
            rows("status_label"),
            lambda _: ["in_progress"],
        ),
        Call(
            "against the schema",
            lambda h: h.v1.annotate_task_data(2, {"action": "submit", "data": {"free": 1}}),
            refused="ValidationError",
        ),
        gone(lambda h: h.v1.annotate_task_data(91, {"action": "save", "data": {}})),
    ),
    planned(
        "annotate_task_data_batch",
        Call(
            "some good, one gone",
            lambda h: h.v1.annotate_task_data_batch(
                [{"task_id": n, "data": {"action": "submit", "data": {"n": n}}} for n in (10, 11, 91)], max_workers=1
            ),
            lambda told: {
                str(n): [r["success"], r["response"] and r["response"]["data"]] for n, r in sorted(told.items())
            },
            lambda _: {"10": [True, {"n": 10}], "11": [True, {"n": 11}], "91": [False, None]},
        ),
    ),
)
