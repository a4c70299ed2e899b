"""Calls of the second client: each method that touches a resource the fake has; those that write come last."""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked; a lambda that keeps a loop's value is beyond what is inferred)

from __future__ import annotations

from synapse_sdk.clients.backend_v2 import models
from synapse_sdk.clients.backend_v2.models import _generated as generated

from contract_tests.models.client.call import Call, Method, gone, planned
from contract_tests.models.client.calls_v2_jobs import JOBS
from contract_tests.models.client.reading import (
    DM,
    EVENT_KEYS,
    NOWHERE,
    events,
    first_project,
    main_assignment,
    mine,
    seeded,
    shown,
)

ROWS: tuple[Method, ...] = (
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
)

WRITES: tuple[Method, ...] = (
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

CALLS_V2 = (*ROWS, *JOBS, *WRITES)
