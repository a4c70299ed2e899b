"""The world that the to_task guide's examples run against: project 123, its tasks, their files, and a pre-processor.

A picture here holds its own truth: its bytes are JSON, the detections that are to be seen on it. The model fetches them
by the URL that it is called with, and honours the parameters; it knows nothing else.
"""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests

from fake_backend import FakeBackend
from sdk.clients.backend import BackendClient
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.run import Run
from tests.sdk.export.export_rig import Remembering

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

PROJECT, COLLECTION, AGENT, RELEASE, USER = 123, 456, 1, 789, 12
ELSEWHERE, BARE = 124, 125  # a project of other people, and one without a data collection
SPECIFICATION = "annotation_data"
JOB = "11111111-1111-1111-1111-111111111111"
DONE = {"objects": []}
CAST: Mapping[int, dict[str, Any]] = {
    1: {"created": "2025-01-10T09:00:00Z"},
    2: {"created": "2024-12-20T09:00:00Z"},
    3: {"created": "2025-01-20T09:00:00Z", "labelers": [USER]},
    4: {"created": "2025-01-15T09:00:00Z", "labelers": [USER], "status_label": "in_progress"},
    5: {"created": "2025-01-31T00:00:00Z", "status_label": "completed", "data": DONE},
    6: {"created": "2025-02-03T09:00:00Z"},
}
"""Tasks 1, 2, 3 and 6 are pending, 3 and 4 are user 12's, 2 and 6 were not made in January."""

SEEN = {"car": (1, 0.95, 40), "person": (2, 0.86, 24), "pebble": (3, 0.92, 12), "bird": (9, 0.97, 40)}
DIM = {"shadow": (4, 0.55, 30)}
"""What is to be seen on pictures: class, confidence, and size in pixels."""


def detections(seen: Mapping[str, tuple[int, float, int]]) -> list[dict[str, Any]]:
    """Return what is to be seen, as the guide's task objects."""
    return [
        {
            "id": name,
            "class_id": number,
            "type": "bbox",
            "coordinates": {"x": 10 * number, "y": 5, "width": size, "height": size},
            "properties": {"confidence": confidence, "label": name},
        }
        for name, (number, confidence, size) in seen.items()
    ]


def annotated(number: int, specification: str = SPECIFICATION) -> dict[str, Any]:
    """Return what a task's file of a specification holds; no two files are the same."""
    box = {"x": number, "y": 150, "width": 200, "height": 180}
    return {"objects": [{"id": f"{specification}_{number}", "class_id": 1, "type": "bbox", "coordinates": box}]}


def document(
    tasks: Mapping[int, dict[str, Any]] = CAST,
    *,
    collection: int = COLLECTION,
    release: int = RELEASE,
    cold: bool = False,
    specifications: Sequence[str] = (SPECIFICATION,),
    files: Mapping[int, Mapping[str, Any]] | None = None,
    pictures: Mapping[int, Any] | None = None,
    **pre_processor: Any,
) -> dict[str, Any]:
    """Return a seed.

    Args:
        tasks: Columns of project 123's tasks, by id.
        collection: Id of the data collection.
        release: Id of the pre-processor.
        cold: Whether it is yet to be started.
        specifications: Of annotation files; every task has one of each.
        files: ``content`` or ``content_base64`` of a task's annotation files, by id, where it is not what ``annotated``
            says; ``None`` for no file.
        pictures: What is to be seen on a task's picture, by id, where it is more or less than usual.
        **pre_processor: How the pre-processor rolls out and goes wrong.
    """
    kinds = [("image_1", "image", True), *((name, "data", False) for name in specifications)]
    rows = [{"id": number, "project": PROJECT, **columns} for number, columns in tasks.items()]
    rows.append({"id": 9000, "project": ELSEWHERE, "created": "2025-01-10T09:00:00Z"})
    return {
        "tenants": [{"code": "acme"}],
        "users": [{"id": number, "tenant": "acme"} for number in (1, USER)],
        "tokens": [{"user": 1, "kind": "user"}],
        "storages": [{"id": 1, "tenant": "acme", "provider": "file_system", "is_default": True}],
        "data_collections": [{"id": collection, "tenant": "acme"}],
        "file_specifications": [
            {"id": number, "data_collection": collection, "name": name, "file_type": kind, "is_primary": is_primary}
            for number, (name, kind, is_primary) in enumerate(kinds, 1)
        ],
        "projects": [
            {"id": PROJECT, "tenant": "acme", "data_collection": collection},
            {"id": ELSEWHERE, "tenant": "acme", "data_collection": collection},
            {"id": BARE, "tenant": "acme"},
        ],
        "jobs": [{"id": JOB, "tenant": "acme"}],
        "data_units": [
            {
                "id": 10_000 + row["id"],
                "data_collection": collection,
                "width": 640,
                "height": 480,
                "files": _files(row["id"], specifications, files or {}, pictures or {}),
            }
            for row in rows
        ],
        "tasks": [{"data_unit": 10_000 + row["id"]} | row for row in rows],
        "assignments": [
            {"id": number, "task": row["id"], "user": user}
            for number, (row, user) in enumerate(((row, user) for row in rows for user in row.get("labelers", [])), 1)
        ],
        "agents": [
            {"id": AGENT, "tenant": "acme", "num_gpus": 1},
            {"id": 3, "tenant": "acme", "projects": [ELSEWHERE]},
        ],
        "plugin_releases": [
            {"id": release, "tenant": "acme", "code": "detector", "model": "detector", "num_gpus": 0.5} | pre_processor
        ],
        "serve_applications": [] if cold else [{"id": 1, "plugin_release": release, "agent": AGENT}],
    }


class Client(BackendClient):
    """A client of a backend some of whose annotation files lie elsewhere.

    Attributes:
        moved: Addresses of a task's annotation files, by its id.
    """

    def __init__(self, base_url: str, **options: Any) -> None:
        super().__init__(base_url, **options)
        self.moved: dict[int, str] = {}

    def get_task(self, task_id: int, **options: Any) -> Any:
        """Return a task with the addresses of its files."""
        row = super().get_task(task_id, **options)
        if task_id in self.moved and "data_unit" in row:
            for file in row["data_unit"]["files"].values():
                file["url"] = file["url"] if file["is_primary"] else self.moved[task_id]
        return row


class World:
    """An open backend, and runs against it.

    Args:
        backend: The backend.

    Attributes:
        calls: Parameters that the model was called with.
        before: Status and data of every task before the run.
    """

    def __init__(self, backend: FakeBackend) -> None:
        self.backend = backend
        self.logger = Remembering()
        self.calls: list[dict[str, Any]] = []
        credentials = {"user_token": backend.tokens["acme"].user, "tenant": "acme", "clock": backend.clock}
        self.client = Client(backend.url, **credentials)
        self.before: dict[int, tuple[str, Any]] = {}
        backend.serving.register("detector", self.detect)

    def detect(self, request: Any) -> dict[str, Any]:
        """Return what is to be seen on a picture, as far as it was asked for."""
        picture = requests.get(request.image_url, timeout=5)
        picture.raise_for_status()
        asked = request.parameters
        self.calls.append(dict(asked))
        return {
            "objects": [
                seen
                for seen in picture.json()
                if seen["properties"]["confidence"] >= asked.get("confidence_threshold", 0)
                and seen["class_id"] in asked.get("class_filter", [seen["class_id"]])
                and seen["coordinates"]["width"] >= asked.get("min_object_size", 0)
            ]
        }

    def run(self, **options: Any) -> Run:
        """Return the guide's ``run_instance``, with a logger that remembers, or a job."""
        self.logger = Remembering()
        self.before = self.tasks()
        self.backend.journal.clear()
        return Run(self.client, **({"logger": self.logger} | options if "job_id" not in options else options))

    def start(self, action: type[ToTaskAction] = ToTaskAction, run: Run | None = None, **fields: Any) -> dict[str, Any]:
        """Run the action on pending tasks by files, or as the fields say."""
        base = {"name": "x", "project": PROJECT, "agent": AGENT, "task_filters": {"status": "pending"}}
        by_file = {"method": "file", "target_specification_name": SPECIFICATION}
        return action(run=run or self.run(), params=base | by_file | fields).start()

    def infer(self, action: type[ToTaskAction] = ToTaskAction, run: Run | None = None, **fields: Any) -> dict[str, Any]:
        """Run the action by inference."""
        base = {"method": "inference", "pre_processor": RELEASE, "target_specification_name": None}
        return self.start(action, run, **base | fields)

    def tasks(self) -> dict[int, tuple[str, Any]]:
        """Return status and data of every task."""
        wanted = {"fields": "id,status_label,data", "response_mode": "inline", "page_size": 1000}
        return {row["id"]: (row["status_label"], row["data"]) for row in self.client.walk("/sdk/tasks/", wanted)}

    def changed(self) -> dict[int, Any]:
        """Return what tasks hold that are not as they were before the run; each of them is completed."""
        after = self.tasks()
        changed = {number: after[number] for number in after if after[number] != self.before[number]}
        assert {"completed"} >= {status for status, _ in changed.values()}
        return {number: data for number, (_, data) in changed.items()}

    def found(self) -> dict[int, set[str]]:
        """Return the ids of the objects that changed tasks hold."""
        return {number: {item["id"] for item in data["objects"]} for number, data in self.changed().items()}

    @property
    def lines(self) -> list[str]:
        """What the run has said."""
        return self.logger.texts().split("\n")

    def failures(self) -> list[str]:
        """Return the lines about tasks that failed."""
        return [line for line in self.lines if line.startswith("[Task ")]

    def requests(self) -> list[tuple[str, str]]:
        """Return method and path of what was asked of the API since the run began."""
        return [(entry.method, entry.path) for entry in self.backend.journal if entry.party == "api"]


@contextmanager
def opened(
    seed: Mapping[str, Any] | None = None, /, *, backend: FakeBackend | None = None, **options: Any
) -> Iterator[World]:
    """Open a world of a seed, of one that ``document`` makes of the options, or of a backend, and close it again."""
    with backend or FakeBackend(seed=seed or document(**options)) as held:
        world = World(held)
        with world.client:
            yield world


def _files(
    number: int, specifications: Sequence[str], files: Mapping[int, Any], pictures: Mapping[int, Any]
) -> dict[str, Any]:
    seen = json.dumps(detections(pictures.get(number, SEEN | DIM))).encode()
    picture = {"file_name_original": f"{number}.png", "is_primary": True, "content_base64": _base64(seen)}
    held = {name: {"content": annotated(number, name)} for name in specifications}
    if number in files:
        held = dict.fromkeys(specifications, files[number]) if files[number] is not None else {}
    return {"image_1": picture} | {name: {"file_name_original": f"{number}.json"} | file for name, file in held.items()}


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


BROKEN = {"content_base64": _base64(b'{"objects": [')}
"""A file that is cut in the midst of its JSON."""
