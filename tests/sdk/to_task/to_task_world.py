"""The fake backend with tasks to annotate, and the means to run to_task against it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import requests
from to_task_rig import AGENT, COLLECTION, PROJECT, RELEASE, SPECIFICATION, Listening, annotations

from fake_backend import FakeBackend
from sdk.clients.backend import BackendClient
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
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
