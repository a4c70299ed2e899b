"""A backend with tasks in it, an export of them by either head, and a logger that remembers."""

from __future__ import annotations

import json
import warnings
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest

from fake_backend import FakeBackend
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.loggers import BaseLogger
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.actions.export.steps.export_step import ExportStep
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.errors import StepFailed
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DELEGATED, IN_PROCESS = "delegated", "in-process"
HEADS = (DELEGATED, IN_PROCESS)
FILE_SYSTEM, BUCKET = 3, 4
DESTINATION = "exports/run"
JOBS = ("POST", "/v2/plugin_exports/")


def document(tasks: int = 7, **fields: Any) -> dict[str, Any]:
    """Return a seed with tasks 1 to ``tasks``: every second payload is externalised, a sidecar precedes each image.

    Args:
        tasks: How many.
        **fields: Replace rows of the document.
    """
    return {
        "tenants": [{"code": "acme"}],
        "users": [{"id": 1, "tenant": "acme"}],
        "tokens": [{"user": 1, "kind": "user"}],
        "storages": [
            {"id": FILE_SYSTEM, "tenant": "acme", "provider": "file_system", "is_default": True},
            {"id": BUCKET, "tenant": "acme", "provider": "amazon_s3"},
        ],
        "data_collections": [{"id": 1, "tenant": "acme"}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "sidecar", "file_type": "data"},
            {"id": 2, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
        ],
        "projects": [{"id": 1, "tenant": "acme", "data_collection": 1, "configuration": {"classes": ["고양이"]}}],
        "data_units": [
            {
                "id": number,
                "data_collection": 1,
                "files": {
                    "sidecar": {"file_name_original": "meta.json", "content": {"n": number}},
                    "image_1": {
                        "file_name_original": f"사진 {number}.jpg",
                        "is_primary": True,
                        "content_base64": "aW1hZ2U=",
                    },
                },
            }
            for number in range(1, tasks + 1)
        ],
        "tasks": [task(number) for number in range(1, tasks + 1)],
    } | fields


def task(number: int, **fields: Any) -> dict[str, Any]:
    """Return a task of project 1 with a data unit of the same number."""
    data = {"n": number, "값": "x" * (3000 if number % 2 else 3)}
    return {"id": number, "project": 1, "data_unit": number, "data": data, "created": "2026-01-15T09:00:00Z"} | fields


class Remembering(BaseLogger):
    """Keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[tuple[str, dict[str, Any], str | None]] = []
        self.progress: list[tuple[str | None, float]] = []
        self.metrics: dict[str, dict[str, Any]] = {}

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the data of all events of a name."""
        return [data for event, data, _ in self.entries if event == name]

    def message_keys(self) -> list[str]:
        """Return the keys of all messages that have one."""
        return [data["key"] for data in self.events("message") if "key" in data]

    def texts(self) -> str:
        """Return all messages, one a line."""
        return "\n".join(data["content"] for data in self.events("message"))

    def _take_entry(self, event, data, level, step, file):
        self.entries.append((event, json.loads(json.dumps(dict(data))), level.value))

    def _take_progress(self, percent, step):
        self.progress.append((step, percent))

    def _take_metrics(self, value, step):
        self.metrics[step] = value


class Rig:
    """One backend and the means to export from it.

    Args:
        backend: An open backend.
    """

    def __init__(self, backend: FakeBackend) -> None:
        self.backend = backend
        self.logger = Remembering()
        self._home = TemporaryDirectory()
        self.home = Path(self._home.name) / "stagings"
        credentials = {"user_token": backend.tokens["acme"].user, "tenant": "acme", "clock": backend.clock}
        self.v1 = BackendClient(backend.url, **credentials)
        self.v2 = BackendV2Client(backend.url, **credentials)

    def close(self) -> None:
        """Give back connections."""
        self.v1.close()
        self.v2.close()
        self._home.cleanup()

    @property
    def root(self) -> Path:
        """The directory of the file_system storage."""
        return Path(self.backend.storage_root(FILE_SYSTEM))

    def context(self, *, v2: bool = True, env: dict[str, str] | None = None) -> RuntimeContext:
        """Return a runtime context with a fresh logger."""
        self.logger = Remembering()
        return RuntimeContext(
            logger=self.logger,
            env=PluginEnvironment({"SYNAPSE_EXPORT_STAGING": str(self.home)} | (env or {})),
            client=self.v1,
            v2_client=self.v2 if v2 else None,
            clock=self.backend.clock,
        )

    def params(self, **fields: Any) -> dict[str, Any]:
        """Return parameters of an export of project 1."""
        base = {"name": "exp", "storage": FILE_SYSTEM, "path": DESTINATION, "target": "task", "filter": {"project": 1}}
        return base | fields

    def export(
        self, head: str = DELEGATED, action: type[ExportAction] = ExportAction, *, v2: bool = True, **fields: Any
    ) -> dict[str, Any]:
        """Export by a head and return the result."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            fields = {"disable_async_delegate": True if head == IN_PROCESS else None} | fields
            return action.dispatch(self.params(**fields), self.context(v2=v2))

    def add(self, *tasks: dict[str, Any], **fields: Any) -> None:
        """Add tasks behind the client's back, as other users would.

        Args:
            *tasks: Of the projects and data units that are there.
            **fields: Replace parents of the rows.
        """
        parents = ("tenants", "data_collections", "file_specifications", "projects", "data_units")
        self.backend.seed({key: document()[key] for key in parents} | fields | {"tasks": list(tasks)})

    def requests(self) -> list[tuple[str, str]]:
        """Return method and path of what was asked of the API since the last call."""
        found = [(entry.method, entry.path) for entry in self.backend.journal if entry.party == "api"]
        self.backend.journal.clear()
        return found


@contextmanager
def rigged(seed: dict[str, Any] | None = None, **options: Any) -> Iterator[Rig]:
    """Open a backend and close it again."""
    with FakeBackend(seed=document() if seed is None else seed, **options) as backend:
        rig = Rig(backend)
        try:
            yield rig
        finally:
            rig.close()


def tree(path: str | Path) -> dict[str, bytes]:
    """Return the files below a directory: relative path to bytes."""
    base = Path(path)
    return {file.relative_to(base).as_posix(): file.read_bytes() for file in base.rglob("*") if file.is_file()}


def standing(path: str | Path) -> dict[str, bytes]:
    """Return the files below a directory that are neither a bundle's nor a staging's."""
    return {name: body for name, body in tree(path).items() if ".async_jobs" not in name and ".partial/" not in name}


def before(step: str, act: Callable[[Any], None], base: type[ExportAction] = ExportAction) -> type[ExportAction]:
    """Return an action that does something to the world just before a step runs."""

    class Interruption(ExportStep):
        step_name = "interruption"
        proportion = 1

        def execute(self, context):
            act(context)
            return StepResult()

    class Interrupted(base):
        def setup_steps(self, registry):
            super().setup_steps(registry)
            registry.insert_before(step, Interruption())

    return Interrupted


def failure(error: BaseException) -> BaseException:
    """Return what made a step fail."""
    return error.__cause__ or error


def fails(rig: Rig, kind: type[BaseException], sentence: str, head: str = DELEGATED, **options: Any) -> None:
    """Assert that an export ends in an error of a kind, with nothing at the destination, and says what is kept."""
    with pytest.raises(StepFailed, match=sentence) as error:
        rig.export(head, **options)

    assert isinstance(failure(error.value), kind)
    assert {} == standing(rig.root)
    (note,) = error.value.__notes__
    assert str(rig.root / DESTINATION / ".exp.partial") in note
    assert "the same command goes on" in note


def bundles(rig: Rig) -> set[str]:
    """Return the jobs whose bundles are there."""
    return {path.name for path in rig.root.rglob(".async_jobs/exports/*")}


def stop(_: Any) -> None:
    """Interrupt."""
    raise KeyboardInterrupt


class Broken(BaseExporter):
    """Fails at row 4."""

    def convert_data(self, data: Any) -> Any:
        """Fail."""
        if data["id"] == 4:
            raise ValueError("broken")
        return data


BrokenAction = type("BrokenAction", (ExportAction,), {"entrypoint": Broken})
