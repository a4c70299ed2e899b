"""to_task against the fake backend: its rows, its objects, its serving side, its clock."""

from __future__ import annotations

import itertools
import json
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import requests
from to_task_rig import AGENT, COLLECTION, PROJECT, RELEASE, SPECIFICATION, Listening, annotations

from fake_backend import FakeBackend, Settings
from sdk.clients.backend import BackendClient
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURE = "cGljdHVyZSAlZA=="
NAME = "shapes@1.0.0"


def document(tasks: int = 4, *, cold: bool = False, **release: Any) -> dict[str, Any]:
    """Return a seed: tasks of project 123 with pictures and annotation files, and a pre-processor."""
    application = {"id": 1, "plugin_release": RELEASE, "agent": AGENT, "status": "RUNNING"}
    return {
        "tenants": [{"code": "acme"}],
        "users": [{"id": 1, "tenant": "acme"}, {"id": 12, "tenant": "acme"}],
        "tokens": [{"user": 1, "kind": "user"}],
        "storages": [{"id": 1, "tenant": "acme", "provider": "file_system", "is_default": True}],
        "data_collections": [{"id": COLLECTION, "tenant": "acme"}],
        "file_specifications": [
            {"id": 1, "data_collection": COLLECTION, "name": "image_1", "file_type": "image", "is_primary": True},
            {"id": 2, "data_collection": COLLECTION, "name": SPECIFICATION, "file_type": "data"},
        ],
        "projects": [
            {"id": PROJECT, "tenant": "acme", "data_collection": COLLECTION},
            {"id": PROJECT + 1, "tenant": "acme", "data_collection": COLLECTION},
            {"id": PROJECT + 2, "tenant": "acme"},
        ],
        "data_units": [
            {
                "id": 1000 + number,
                "data_collection": COLLECTION,
                "files": {
                    "image_1": {"file_name_original": f"{number}.png", "is_primary": True, "content_base64": PICTURE},
                    SPECIFICATION: {"file_name_original": f"{number}.json", "content": annotations(number)},
                },
            }
            for number in range(1, tasks + 2)
        ],
        "tasks": [
            {"id": n, "project": PROJECT, "data_unit": 1000 + n, "created": f"2025-01-{n:02}T09:00:00Z"}
            for n in range(1, tasks + 1)
        ]
        + [{"id": tasks + 1, "project": PROJECT + 1, "data_unit": 1001 + tasks, "created": "2025-01-01T09:00:00Z"}],
        "agents": [
            {"id": AGENT, "tenant": "acme", "num_gpus": 1},
            {"id": 2, "tenant": "acme", "has_address": False},
            {"id": 3, "tenant": "acme", "projects": [PROJECT + 1]},
        ],
        "plugin_releases": [
            {"id": RELEASE, "tenant": "acme", "code": "shapes", "model": "detect", "num_gpus": 0.5} | release
        ],
        "serve_applications": [] if cold else [application],
    }


class World:
    """An open backend, and runs against it.

    Args:
        backend: The backend.
    """

    def __init__(self, backend: FakeBackend) -> None:
        self.backend = backend
        self.logger = Listening()
        self.seen: list[Any] = []
        self.client = BackendClient(
            backend.url, user_token=backend.tokens["acme"].user, tenant="acme", clock=backend.clock
        )
        backend.serving.register("detect", self.detect)

    def detect(self, request: Any) -> dict[str, Any]:
        """Return annotations that say how many calls there were before."""
        assert b"picture %d" == requests.get(request.image_url, timeout=5).content
        self.seen.append(request.parameters)
        return annotations(len(self.seen))

    def start(self, **fields: Any) -> dict[str, Any]:
        """Run by files."""
        self.logger = Listening()
        base = {"name": "x", "project": PROJECT, "agent": AGENT, "task_filters": {"status": "pending"}}
        params = base | {"method": "file", "target_specification_name": SPECIFICATION} | fields
        return ToTaskAction(run=Run(self.client, logger=self.logger), params=params).start()

    def infer(self, **fields: Any) -> dict[str, Any]:
        """Run by inference."""
        return self.start(
            **{"method": "inference", "pre_processor": RELEASE, "target_specification_name": None} | fields
        )

    def tasks(self) -> dict[int, tuple[str, Any]]:
        """Return status and data of every task of the tenant."""
        found, _ = self.client.get_tasks({"response_mode": "inline"})
        return {row["id"]: (row["status_label"], row["data"]) for row in found}

    def state(self) -> str:
        """Return all that a run could change, as one text; but for which job an idle application had last, and when."""
        applications = [
            {name: value for name, value in row.items() if name not in {"job", "updated"}}
            for row in self.client.walk("serve_applications", cursor=False)
        ]
        account = str(self.backend.serving.account(AGENT))
        return json.dumps([sorted(self.tasks().items()), applications, account])

    def failures(self) -> list[str]:
        """Return the lines about tasks that failed."""
        return [line for line in self.logger.lines if line.startswith("[Task ")]


@contextmanager
def world(seed: dict[str, Any] | None = None, **options: Any) -> Iterator[World]:
    """Open a backend and close it again."""
    with FakeBackend(seed=seed or document(), **options) as backend:
        opened = World(backend)
        try:
            yield opened
        finally:
            opened.client.close()


def test_files_are_annotated_and_nothing_else_changes() -> None:
    """Each task gets its own file; a task of another project is as it was; a second run finds nothing to do."""
    with world() as here:
        before = here.tasks()
        result = here.start()
        after = here.tasks()

        assert ("SUCCEEDED", 4, 4) == (result["status"], result["total"], result["success"])
        assert {n: ("completed", annotations(n)) for n in (1, 2, 3, 4)} | {5: before[5]} == after
        assert 4 == here.start(task_filters={})["skipped_existing"]
        assert after == here.tasks()


@pytest.mark.parametrize(
    ("filters", "selected"),
    [
        ({"status": "pending"}, {1, 2, 3}),
        ({"status__in": ["pending", "in_progress"]}, {1, 2, 3, 4}),
        ({"data_collection": COLLECTION, "id__in": [1, 4]}, {1, 4}),
        ({"assignee": 12}, {2, 3}),
        ({"assignee": None}, {1, 2, 3}),
        ({"created_at__gte": "2025-01-02"}, {2, 3, 4}),
        ({"created_at__lte": "2025-01-03"}, {1, 2}),
        ({"created_at__gte": "2025-01-02", "created_at__lte": "2025-01-03", "assignee": 12}, {2}),
        ({"status": "pending", "limit": 2}, {1, 2}),
        ({"search": "3.png"}, {3}),
    ],
    ids=str,
)
def test_filters_select_what_they_say(filters, selected) -> None:
    """Guide, Task Filtering; no row outside of the filter changes."""
    seed = document()
    for number in (2, 3):
        seed["tasks"][number - 1]["labelers"] = [12]
    seed["tasks"][3]["status_label"] = "in_progress"
    seed["assignments"] = [{"id": 1, "task": 4, "user": 12}]
    with world(seed) as here:
        before = here.tasks()
        result = here.start(task_filters=filters, overwrite=True)
        after = here.tasks()

        assert selected == {number for number in after if after[number] != before[number]}
        assert len(selected) == result["success"] == result["total"]


def test_a_pre_processor_answers_for_each_task() -> None:
    """The model gets the picture and the parameters; its answer is stored."""
    with world() as here:
        params = {"confidence_threshold": 0.8, "model_config": {"device": "cuda"}}
        assert 4 == here.infer(pre_processor_params=params)["success"]
        assert {n: ("completed", annotations(n)) for n in (1, 2, 3, 4)}.items() <= here.tasks().items()
        assert [params] * 4 == here.seen


COLD = {"image_pull_seconds": 400, "start_seconds": 100, "warm_up_seconds": 40}


@pytest.mark.parametrize("agent", [AGENT, 2])
def test_a_roll_out_of_nine_minutes_is_waited_for(agent) -> None:
    """With and without an address of the agent's own; it is left running."""
    with world(document(cold=True, **COLD)) as here:
        since = here.backend.clock.monotonic()
        assert 4 == here.infer(agent=agent)["success"]
        assert 540 <= here.backend.clock.monotonic() - since < 570
        assert {f"{NAME} on {agent}": "RUNNING"} == here.backend.serving.statuses()


CRITICAL = {
    "eleven minutes": (
        {"image_pull_seconds": 660},
        {},
        "did not become ready within timeout (600 s); last-known reason",
    ),
    "image": ({"fails_at": "image_pull"}, {}, "reached terminal state (DEPLOY_FAILED)"),
    "warm-up": ({"fails_at": "warm_up"}, {"agent": 2}, "reached terminal state (DEPLOY_FAILED)"),
    "capacity": ({"num_gpus": 1.5}, {}, "deployment blocked by capacity gate (gpu_unavailable: 1.5 needed"),
    "capacity without address": ({"num_gpus": 1.5}, {"agent": 2}, "reached terminal state (DEPLOY_FAILED)"),
    "auto_start": ({}, {"auto_start": False}, "is NOT_STARTED, and auto_start is off"),
    "project": ({}, {"project": 999}, "Invalid project: project not found: 999"),
    "collection": ({}, {"project": PROJECT + 2}, "Project has no data collection"),
    "release": ({}, {"pre_processor": 999}, "Pre-processor not found: release 999"),
    "type": ({"data_types": ["pcd", "video"]}, {}, "takes pcd, video, and the project's tasks show image"),
    "rights": ({}, {"agent": 3}, "Agent 3 has no permissions on project 123"),
    "agent": ({}, {"agent": 99}, "Agent not found: 99"),
    "tasks": ({}, {"task_filters": {"status": "completed"}}, "No tasks found matching filters"),
    "specification": ({}, {"method": "file", "target_specification_name": "x"}, "Target specification not found: 'x'"),
    "filter": ({}, {"task_filters": {"statuz": 1}}, "Unsupported task filter key(s) 'statuz'"),
    "name": ({}, {"name": "two words"}, "'two words' contains whitespace"),
}


@pytest.mark.parametrize("case", CRITICAL)
def test_a_critical_error_leaves_server_and_disk_as_they_were(case) -> None:
    """Guide, Critical Errors; one of each, from a cold pre-processor."""
    release, fields, words = CRITICAL[case]
    with world(document(cold=True, **release)) as here:
        before, disk = here.state(), set(Path(tempfile.gettempdir()).glob("to-task-*"))
        with pytest.raises(CriticalError) as refusal:
            here.infer(**fields)

        assert words in refusal.value.message
        assert not hasattr(refusal.value, "__notes__")
        assert before == here.state()
        assert disk == set(Path(tempfile.gettempdir()).glob("to-task-*"))
        assert [] == here.seen


def test_what_a_seed_has_put_to_rest_rests_again() -> None:
    """An application that was NOT_STARTED is so afterwards."""
    seed = document(fails_at="start")
    seed["serve_applications"][0]["status"] = "NOT_STARTED"
    with world(seed) as here:
        before = here.state()
        with pytest.raises(CriticalError, match="DEPLOY_FAILED"):
            here.infer()
        assert before == here.state()


def test_an_agent_that_is_down_is_told_so() -> None:
    """contract.md 4: the feasibility check fails, and nothing is dispatched."""
    with world(document(cold=True)) as here:
        here.backend.serving.lose(AGENT)
        with pytest.raises(CriticalError, match=r"feasibility check failed \(ServerError\)"):
            here.infer()


@pytest.mark.parametrize(
    ("release", "fields"),
    [
        ({"late_calls": [2], "late_seconds": 120}, {}),
        ({"late_calls": "all", "late_seconds": 120}, {"batch_size": 4}),
        ({"deferred_after": 5, "late_calls": "all", "late_seconds": 300}, {}),
        ({"deferred_after": 5, "late_calls": [1, 3], "late_seconds": 300}, {"batch_size": 4}),
        ({"unhealthy_after": 2, "recovers_after": 0}, {}),
        ({"drains_after": 2, "drain_seconds": 15}, {}),
        ({"max_batch_size": 3}, {}),
    ],
    ids=str,
)
def test_a_pre_processor_that_is_slow_or_away_is_survived(release, fields) -> None:
    """Late behind the gateway's 90 s, deferred, drained, rolled out again: no prediction is lost or written twice."""
    with world(document(**release)) as here:
        result = here.infer(**fields)

        assert [] == here.failures()
        assert (4, 0) == (result["success"], result["failed"])
        assert {("completed", n) for n in range(1, 5)} == {
            (status, int(data["objects"][0]["id"].removeprefix("obj_")))
            for number, (status, data) in here.tasks().items()
            if number < 5
        }
        puts = [entry.path for entry in here.backend.journal if entry.method == "PUT"]
        assert len(puts) == len(set(puts)) == 4


@pytest.mark.parametrize(
    ("release", "fields", "success", "reason"),
    [
        ({"empty_calls": [1, 3]}, {}, 2, "Pre-processor returned an empty response"),
        ({"failed_calls": [2]}, {}, 3, "Pre-processor inference failed: 500"),
        ({"unhealthy_after": 3}, {}, 3, "Pre-processor not active: Pre-processor shapes@1.0.0 is in terminal state"),
        ({"late_calls": [4], "late_seconds": 600}, {}, 3, "Pre-processor inference timeout"),
        ({"deferred_after": 5, "late_calls": [1], "late_seconds": 4000}, {}, 3, "Pre-processor inference timeout"),
        ({"out_of_memory_above": 2}, {"batch_size": 2}, 4, None),
        (
            {"out_of_memory_above": 2},
            {"pre_processor_params": {"model_config": {"batch_size": 4}}},
            0,
            "Pre-processor inference failed: 500",
        ),
    ],
    ids=str,
)
def test_a_pre_processor_that_fails_fails_single_tasks(release, fields, success, reason) -> None:
    """Each with its reason; the others are annotated, and the failed ones are as they were."""
    with world(document(**release)) as here:
        result = here.infer(**fields)

        assert (success, 4 - success) == (result["success"], result["failed"])
        assert ("SUCCEEDED" if success else "FAILED") == result["status"]
        assert success == sum(status == "completed" for status, _ in here.tasks().values())
        assert success == 4 or any(reason in line for line in here.failures())
        assert 4 - success == len(here.failures())


def test_a_violation_of_the_schema_names_the_path() -> None:
    """A task whose schema is ``dm_schema_v1`` takes no free form, unless the run says ``any``."""
    seed = document()
    seed["tasks"][1]["schema"] = "dm_schema_v1"
    with world(seed) as here:
        assert 3 == here.start()["success"]
        assert [
            "[Task 2] Failed: the backend refused the annotations: 400 data.annotations: This field is required."
        ] == (here.failures())
        assert 1 == here.start(schema="any")["success"]


@pytest.mark.parametrize(
    "settings",
    [
        {"unit_files": form, "task_unit_files": shown}
        for form, shown in itertools.product(("dict", "list"), (True, False))
    ],
)
def test_files_are_read_in_every_form(settings) -> None:
    """By specification or as a list, with the task or with its data unit."""
    with world(settings=Settings(**settings)) as here:
        assert 4 == here.start()["success"]
