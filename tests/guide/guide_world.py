"""The world that the guide's examples run against, and the truth about it, read from its own rows.

Project 123 has four pictures, each with a task and an assignment; project 124 is there to be left out. Two versions of
a ground-truth dataset overlap. Storage 1 is a directory.
"""

from __future__ import annotations

import base64
import itertools
import json
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fake_backend import FakeBackend
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.plugins.actions.export import ExportAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from tests.sdk.export.export_rig import DELEGATED, IN_PROCESS, Remembering

if TYPE_CHECKING:
    from collections.abc import Iterator

HEADS = (DELEGATED, IN_PROCESS)
TARGETS = ("task", "assignment", "ground_truth")
PROJECT, STORAGE = 123, 1
VERSION, OLDER_VERSION = 31, 32
PICTURE = b"picture %d"
BASE = {
    "tenants": [{"code": "acme"}],
    "users": [{"id": 1, "tenant": "acme"}],
    "tokens": [{"user": 1, "kind": "user"}],
    "storages": [{"id": STORAGE, "tenant": "acme", "provider": "file_system", "is_default": True}],
    "data_collections": [{"id": 1, "tenant": "acme"}],
    "file_specifications": [
        {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True}
    ],
    "projects": [
        {"id": number, "tenant": "acme", "data_collection": 1, "configuration": {"classes": ["car", "person"]}}
        for number in (PROJECT, PROJECT + 1)
    ],
}


def payload(number: int, kind: str) -> dict[str, Any]:
    """Return annotations: as many as the number says, of two categories, some too long to be kept in the row."""
    boxes = [
        {
            "category": ("car", "person")[(number + index) % 2],
            "bbox": [index, number, 10 + index, 20],
            "area": (10 + index) * 20,
            "note": "긴 메모 " * (200 if number % 2 else 1),
        }
        for index in range(number)
    ]
    return {"kind": kind, "annotations": boxes}


def document() -> dict[str, Any]:
    """Return the seed."""
    numbers = {PROJECT: (1, 2, 3, 4), PROJECT + 1: (5, 6)}
    every = [(project, number) for project, group in numbers.items() for number in group]
    created = "2026-01-15T09:00:00Z"
    return BASE | {
        "data_units": [
            {
                "id": 1000 + number,
                "data_collection": 1,
                "name": f"그림 {number}.png",
                "width": 640 + number,
                "height": 480 + number,
                "files": {
                    "image_1": {
                        "file_name_original": f"그림 {number}.png",
                        "is_primary": True,
                        "content_type": "image/png",
                        "content_base64": _base64(PICTURE % number),
                    }
                },
            }
            for _, number in every
        ],
        "tasks": [
            {
                "id": number,
                "project": project,
                "data_unit": 1000 + number,
                "data": payload(number, "task"),
                "created": created,
            }
            for project, number in every
        ],
        "assignments": [
            {"id": 500 + number, "task": number, "user": 1, "data": payload(number, "assignment"), "created": created}
            for _, number in every
        ],
        "ground_truth_datasets": [{"id": 21, "tenant": "acme", "project": PROJECT}],
        "ground_truths": [
            {"id": 200 + number, "ground_truth_dataset": 21, "data_unit": 1000 + number, "task": number}
            for number in (1, 2, 3)
        ],
        "ground_truth_events": [
            {"pgh_id": 900 + number, "ground_truth": 200 + number, "data": payload(number, "event"), "created": created}
            for number in (1, 2, 3)
        ],
        "ground_truth_dataset_versions": [
            {"id": OLDER_VERSION, "ground_truth_dataset": 21, "events": [901, 902], "is_released": True},
            {"id": VERSION, "ground_truth_dataset": 21, "events": [902, 903]},
        ],
    }


class World:
    """An open backend with the rows above, and clients for it.

    Args:
        backend: The backend.
    """

    def __init__(self, backend: FakeBackend) -> None:
        self.backend = backend
        self.rows = document()
        self.logger = Remembering()
        self._numbers = itertools.count(1)
        credentials = {"user_token": backend.tokens["acme"].user, "tenant": "acme", "clock": backend.clock}
        self.client = BackendClient(backend.url, **credentials)
        self.v2_client = BackendV2Client(backend.url, **credentials)

    def context(self, *, env: dict[str, str] | None = None, client: Any = None, v2: bool = True) -> RuntimeContext:
        """Return a runtime context with a fresh logger."""
        self.logger = Remembering()
        return RuntimeContext(
            logger=self.logger,
            env=PluginEnvironment(env),
            client=client or self.client,
            v2_client=self.v2_client if v2 else None,
            clock=self.backend.clock,
        )

    def of_project(self, resource: str, project: int = PROJECT) -> list[dict[str, Any]]:
        """Return the rows of tasks or assignments of a project, highest id first, from the seed."""
        mine = {row["id"] for row in self.rows["tasks"] if row["project"] == project}
        key = "id" if resource == "tasks" else "task"
        return sorted((row for row in self.rows[resource] if row[key] in mine), key=lambda row: -row["id"])

    def unit(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return the data unit of a task, or of an assignment by its task."""
        task = next(task for task in self.rows["tasks"] if task["id"] == row.get("task", row["id"]))
        return next(unit for unit in self.rows["data_units"] if unit["id"] == task["data_unit"])

    def events(self, *versions: int) -> list[dict[str, Any]]:
        """Return the events of some versions, highest first, each once, from the seed."""
        held = {
            event
            for version in self.rows["ground_truth_dataset_versions"]
            if version["id"] in versions
            for event in version["events"]
        }
        return sorted(
            (row for row in self.rows["ground_truth_events"] if row["pgh_id"] in held), key=lambda row: -row["pgh_id"]
        )

    def truth(self, target: str) -> list[tuple[int, int, dict[str, Any]]]:
        """Return key, picture's number and payload of each row of a target's usual scope, in the order of export."""
        if target == "ground_truth":
            return [(row["pgh_id"], row["pgh_id"] - 900, row["data"]) for row in self.events(VERSION)]
        rows = self.of_project("tasks" if target == "task" else "assignments")
        return [(row["id"], row.get("task", row["id"]), row["data"]) for row in rows]

    def artefacts(self, target: str) -> dict[str, bytes]:
        """Return the tree that the default exporter has to leave of a target's usual scope."""
        labels = {f"labels/그림 {number}.json": compact(data) for _, number, data in self.truth(target)}
        return labels | {f"origin_files/그림 {number}.png": PICTURE % number for _, number, _ in self.truth(target)}

    def params(self, target: str = "task", **fields: Any) -> dict[str, Any]:
        """Return parameters of an export of a target's usual scope: project 123, or the newer version."""
        scope = {"ground_truth_dataset_version": VERSION} if target == "ground_truth" else {"project": PROJECT}
        name = f"export-{next(self._numbers)}"  # what another test left unfinished is none of this one's business
        return {"name": name, "storage": STORAGE, "path": "out", "target": target, "filter": scope, **fields}

    @property
    def standing(self) -> list[str]:
        """Names of the exports that stand in the usual directory."""
        folder = self.root / "out"
        return sorted(path.name for path in folder.iterdir() if path.name[0] != ".") if folder.exists() else []

    def export(
        self,
        head: str,
        target: str = "task",
        action: type[ExportAction] = ExportAction,
        *,
        env: dict[str, str] | None = None,
        **fields: Any,
    ) -> dict[str, Any]:
        """Export by a head and return the result."""
        fields = {"disable_async_delegate": True if head == IN_PROCESS else None, **fields}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return action.dispatch(self.params(target, **fields), self.context(env=env))

    @property
    def root(self) -> Path:
        """The directory of storage 1."""
        return Path(self.backend.storage_root(STORAGE) or "")

    def requests(self) -> list[tuple[str, str]]:
        """Return method and path of what was asked of the API since the last call."""
        return [(entry.method, entry.path) for entry in self.entries()]

    def entries(self, party: str = "api") -> list[Any]:
        """Return the journal's entries of a party since the last call."""
        found = [entry for entry in self.backend.journal if entry.party == party]
        self.backend.journal.clear()
        return found


@contextmanager
def opened(**options: Any) -> Iterator[World]:
    """Open a world and close it again."""
    with FakeBackend(seed=document(), **options) as backend:
        world = World(backend)
        with world.client, world.v2_client:
            yield world


def typed(script: Path, directory: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a shell script as a person would in a directory, with this environment's commands on the path.

    Args:
        script: What to run.
        directory: Where.
        environ: Variables besides the path.
    """
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    return subprocess.run(
        ["bash", str(script)],  # noqa: S607
        cwd=directory,
        env={"PATH": path, "LANG": "C.UTF-8", **environ},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def compact(value: object) -> bytes:
    """Return JSON as an export writes it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
