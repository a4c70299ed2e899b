"""A backend for to_task whose every answer stands in one dict, and the means to run the action against it."""

from __future__ import annotations

import copy
import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from scripted import USER_TOKEN, Answer, Asked, CountingClock, Scripted

from fake_backend.transports.in_process import InProcess, Mount
from sdk.clients.backend import BackendClient
from sdk.loggers import BaseLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotActiveError
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PROJECT, COLLECTION, AGENT, RELEASE = 123, 456, 1, 789
SPECIFICATION = "annotation_data"
CODE, VERSION = "shapes", "1.2.0"
TOKEN = "a9" * 20
_numbers = itertools.count(1)


def annotations(number: int = 1, **properties: Any) -> dict[str, Any]:
    """Return annotations of the guide's structure that differ by number."""
    return {
        "objects": [
            {
                "id": f"obj_{number:03}",
                "class_id": 1,
                "type": "bbox",
                "coordinates": {"x": 100 + number, "y": 150, "width": 200, "height": 180.5},
                "properties": {"label": "사람", "confidence": 0.95} | properties,
            }
        ]
    }


class World:
    """What the scripted backend holds; a test changes it before or while the action runs.

    Attributes:
        tasks: Rows by id: ``status_label``, ``data``, ``created``, ``files``.
        documents: Annotation files by task id: JSON, bytes, an ``Answer``, or an exception to raise.
        applications: Serve applications.
        infer: Answers an inference: takes its ``params`` and returns JSON, an ``Answer``, or an exception to raise.
        deploy: Called by a deployment.
        override: Answers a request first; ``None`` leaves it to the rest.
        writes: ``(task id, data)`` of every PUT that was carried out.
    """

    def __init__(self, tasks: int = 3) -> None:
        self.url = ""
        self.clock = CountingClock()
        self.project: dict[str, Any] = {"id": PROJECT, "data_collection": COLLECTION}
        self.collection: dict[str, Any] = {
            "id": COLLECTION,
            "file_specifications": [
                {"name": "image_1", "file_type": "image", "is_primary": True},
                {"name": SPECIFICATION, "file_type": "data", "is_primary": False},
            ],
        }
        self.agents: list[dict[str, Any]] = [{"id": AGENT, "name": "agent", "url": None, "token": None}]
        self.release: dict[str, Any] = {
            "id": RELEASE,
            "version": VERSION,
            "config": {"code": CODE, "data_type": "image", "actions": {"inference": {}, "deployment": {}}},
        }
        self.tasks = {
            number: {"id": number, "status_label": "stand_by", "data": None} for number in range(1, tasks + 1)
        }
        self.documents: dict[int, Any] = {number: annotations(number) for number in self.tasks}
        self.applications: list[dict[str, Any]] = [{"id": 1, "status": "RUNNING"}]
        self.infer: Callable[[dict[str, Any]], Any] = lambda params: annotations(task_of(params))
        self.deploy: Callable[[], Any] = lambda: self.applications.append({"id": 2, "status": "RUNNING"})
        self.override: Callable[[Asked], Any] = lambda _: None
        self.jobs: dict[str, Any] = {}
        self.writes: list[tuple[int, Any]] = []
        self.asked: list[Asked] = []
        self.files_form = "dict"

    def state(self) -> dict[str, Any]:
        """Return all that a run could change."""
        return copy.deepcopy({"tasks": self.tasks, "applications": self.applications})

    def paths(self, method: str) -> list[str]:
        """Return paths of requests by method, in order."""
        return [asked.path for asked in self.asked if asked.method == method]

    def __call__(self, asked: Asked) -> Any:
        self.asked.append(asked)
        answer = self.override(asked)
        if answer is not None:
            return answer
        for pattern, view in self._views:
            found = re.fullmatch(pattern, f"{asked.method} {asked.path}")
            if found:
                return view(self, asked, *found.groups())
        return Answer(404, {"detail": "Not found."})

    def _list(self, asked: Asked) -> Any:
        wanted = asked.query.get("status_label", ["stand_by,in_progress,completed,skipped"])[0]
        rows = [row for row in self.tasks.values() if row["status_label"] in wanted.split(",")]
        fields = asked.query["fields"][0].split(",")
        shown = [{name: {**row, "project": PROJECT}[name] for name in fields} for row in rows]
        return {"count": len(shown), "next": None, "previous": None, "results": shown}

    def _task(self, asked: Asked, number: str) -> Any:
        row = self.tasks.get(int(number))
        if row is None:
            return Answer(404, {"detail": "Not found."})
        return {name: self._field(row, name) for name in asked.query["fields"][0].split(",")}

    def _field(self, row: dict[str, Any], name: str) -> Any:
        if name != "data_unit":
            return row[name]
        return row.get("data_unit", {"id": 1000 + row["id"], "files": self._files(row["id"])})

    def _files(self, number: int) -> Any:
        files = {
            "image_1": {"url": f"{self.url}/images/{number}.png", "file_name_original": "a.png", "is_primary": True},
            SPECIFICATION: {"url": f"{self.url}/documents/{number}.json", "is_primary": False},
        }
        if self.files_form == "dict":
            return files
        return [{"specification": name, **file} for name, file in files.items()]

    def _unit(self, _: Asked, number: str) -> Any:
        return {"id": int(number), "files": self._files(int(number) - 1000)}

    def _annotate(self, asked: Asked, number: str) -> Any:
        row = self.tasks[int(number)]
        row.update(data=asked.json["data"], status_label="completed")
        self.writes.append((int(number), asked.json["data"]))
        return {"id": int(number)}

    def _run(self, asked: Asked, _: str) -> Any:
        if asked.json["action"] == "deployment":
            answer = self.deploy()
            return {"id": "job"} if answer is None else answer
        return self.infer(asked.json["params"])

    def _stop(self, _: Asked, name: str) -> Any:
        self.applications = [row for row in self.applications if str(row["id"]) != name and "@" not in name]
        return Answer(204)

    _views: tuple[tuple[str, Callable[..., Any]], ...] = (
        (rf"GET /projects/{PROJECT}/", lambda self, _: self.project),
        (rf"GET /data_collections/{COLLECTION}/", lambda self, _: self.collection),
        (r"GET /agents/", lambda self, _: {"results": self.agents, "next": None}),
        (rf"GET /plugin_releases/{RELEASE}/", lambda self, _: self.release),
        (r"GET /serve_applications/", lambda self, _: {"results": self.applications, "next": None}),
        (r"DELETE (?:/__agents__/\d+)?/serve_applications/([^/]+)/", _stop),
        (r"GET /jobs/([^/]+)/", lambda self, _, job: self.jobs.get(job, Answer(404, {}))),
        (r"PATCH /jobs/([^/]+)/", lambda self, asked, job: self.jobs.setdefault(job, {}).update(asked.json) or {}),
        (r"POST /logs/", lambda _self, _: {}),
        (r"GET /sdk/tasks/", _list),
        (r"GET /tasks/(\d+)/", _task),
        (r"GET /data_units/(\d+)/", _unit),
        (r"PUT /tasks/(\d+)/annotate_task_data/", _annotate),
        (r"GET /documents/(\d+)\.json", lambda self, _, number: self.documents[int(number)]),
        (rf"POST /plugins/({CODE})/run/", _run),
    )


def task_of(params: dict[str, Any]) -> int:
    """Return the task whose image an inference is asked for."""
    found = re.search(r"/images/(\d+)\.png", params["json"]["image_path"])
    assert found
    return int(found[1])


class Listening(BaseLogger):
    """Keeps what it is told, and holds every metrics record to the guide's law."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[tuple[str, dict[str, Any], str | None]] = []
        self.metrics: list[dict[str, Any]] = []
        self.progress: list[tuple[str | None, float]] = []

    @property
    def lines(self) -> list[str]:
        """All sentences for the user."""
        return [data["content"] for event, data, _ in self.events if event == "message"]

    def _take_entry(self, event, data, level, step, file):
        self.events.append((event, dict(data), level.value))

    def _take_progress(self, percent, step):
        self.progress.append((step, percent))

    def _take_metrics(self, value, step):
        assert "annotate_task_data" == step
        assert value["total"] == value["success"] + value["failed"] + value["stand_by"]
        assert min(value.values()) >= 0
        self.metrics.append(value)


class Rig:
    """One world and a client of it.

    Args:
        world: The world.
    """

    def __init__(self, world: World) -> None:
        host = f"to-task-{next(_numbers)}.fake-backend.invalid"
        self.world = world
        self.logger = Listening()
        world.url = f"http://{host}"
        self._transport = InProcess([Mount(host, Scripted(world))]).open()
        self.client = BackendClient(world.url, user_token=USER_TOKEN, tenant="acme", clock=world.clock)

    def close(self) -> None:
        """Give back connections and the host."""
        self.client.close()
        self._transport.close()

    def run_instance(self, **options: Any) -> Run:
        """Return the guide's ``run_instance`` with a fresh logger."""
        self.logger = Listening()
        return Run(self.client, **{"logger": self.logger} | options)

    def start(self, action: type[ToTaskAction] = ToTaskAction, **fields: Any) -> dict[str, Any]:
        """Run the action by files, or with other parameters."""
        base = {
            "name": "File_Based_Annotation",
            "project": PROJECT,
            "agent": AGENT,
            "task_filters": {"status": "pending"},
            "method": "file",
            "target_specification_name": SPECIFICATION,
        }
        return action(run=self.run_instance(), params=base | fields).start()

    def infer(self, action: type[ToTaskAction] = ToTaskAction, **fields: Any) -> dict[str, Any]:
        """Run the action by inference."""
        base = {"method": "inference", "pre_processor": RELEASE, "target_specification_name": None}
        return self.start(action, **base | fields)


def rigged(tasks: int = 3) -> Iterator[Rig]:
    """Yield a rig and close it again."""
    rig = Rig(World(tasks))
    try:
        yield rig
    finally:
        rig.close()


def rolls_out(rig: Rig, seconds: float, status: str = "RUNNING", **row: Any) -> None:
    """Let a deployment come up, or fail, some seconds after it was asked for."""
    world = rig.world

    def deploy():
        row_ = {"id": 9, "status": "DEPLOYING"} | row
        world.applications = [*(one for one in world.applications if one["id"] != row_["id"]), row_]
        ready = world.clock.monotonic() + seconds

        def look(asked):
            due = asked.path == "/serve_applications/" and world.clock.monotonic() >= ready
            if due and row_["status"] == "DEPLOYING":
                row_["status"] = status

        world.override = look

    world.deploy = deploy


def with_agent(rig: Rig, answer: Any) -> None:
    """Give the agent an address, where feasibility is answered by ``answer``."""
    rig.world.agents = [{"id": AGENT, "url": f"{rig.world.url}/__agents__/{AGENT}", "token": TOKEN}]
    rig.world.feasible = answer
    base = rig.world.override

    def override(asked):
        if asked.path.endswith("/resources/feasibility/"):
            found = rig.world.feasible
            return found() if callable(found) else found
        if asked.path.endswith("/resources/cluster/"):
            return {"gpu": {"available_gpus": 0}}
        return base(asked)

    rig.world.override = override


def dispatches(rig: Rig) -> list[Any]:
    """Return the bodies of deployments."""
    return [
        a.json
        for a in rig.world.asked
        if a.method == "POST" and a.path.endswith("/run/") and a.json["action"] == "deployment"
    ]


def refused(rig: Rig, **fields: Any) -> str:
    """Run, and return the refusal; the world has to be as it was, with no task written."""
    before = rig.world.state()
    with pytest.raises(NotActiveError) as refusal:
        rig.infer(**fields)
    assert before == rig.world.state()
    assert refusal.value.message.startswith("Pre-processor not active: ")
    return refusal.value.message
