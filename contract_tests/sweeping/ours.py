"""The runs of our own SDK: each takes an open backend, does its work, and returns what that came to."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Literal

from contract_tests.exporters import RowAction
from contract_tests.sweeping.world import (
    AGENT,
    ANNOTATIONS,
    BUCKET,
    DISK,
    JOB,
    MODEL,
    PATH,
    PROJECT,
    RELEASE,
    TENANT,
    VERSION,
    document,
)
from fake_backend import FakeBackend
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.loggers import JobLogger, NoOpLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from fake_backend import InferenceRequest

type Head = Literal["delegated", "in-process"]
type Method = Literal["file", "inference"]

SCOPES: Final[Mapping[str, Mapping[str, object]]] = {
    "task": {"project": PROJECT},
    "assignment": {"project": PROJECT},
    "ground_truth": {"ground_truth_dataset_version": VERSION},
}


@dataclass(frozen=True)
class Subject:
    """One run to sweep.

    Args:
        name: As the reports have it.
        run: Does the work.
        document: What each backend is seeded with.
        left: Reads what it has left behind, where its result does not say.
    """

    name: str
    run: Callable[[FakeBackend], Any]
    document: Mapping[str, Any]
    left: Callable[[FakeBackend], Any] | None = None

    def backend(self) -> FakeBackend:
        """Return a new backend, not yet open, whose pre-processor has a model."""
        backend = FakeBackend(seed=self.document)
        backend.serving.register(MODEL, boxes)
        return backend


def subjects() -> Iterator[Subject]:
    """Yield the runs of the thin SDK, the longest first."""
    heads: tuple[Head, Head] = ("in-process", "delegated")
    for head in heads:
        for target in SCOPES:
            yield Subject(
                f"export {target}, {head}", partial(export, target=target, head=head), document(), partial(tree, DISK)
            )
    for head in heads:
        told = partial(export, target="task", head=head, storage=BUCKET, reporting=True)
        yield Subject(f"export task, {head}, to a bucket", told, document(), partial(tree, BUCKET))
    yield Subject("to_task, file", partial(annotate, method="file"), document(annotated=False))
    cold = document(annotated=False)
    yield Subject("to_task, inference, cold start", partial(annotate, method="inference"), cold)


def export(
    backend: FakeBackend, *, target: str, head: Head, storage: int = DISK, reporting: bool = False
) -> tuple[int, int]:
    """Export a target and return how many rows were exported, and how many failed.

    Args:
        backend: Open.
        target: What to export.
        head: Which acquisition head to take.
        storage: Id of the storage to write to.
        reporting: Whether progress and log go to a job of the backend.
    """
    params = {
        "name": "export",
        "storage": storage,
        "path": PATH,
        "target": target,
        "filter": dict(SCOPES[target]),
        "save_original_file": True,
        "disable_async_delegate": head == "in-process",
    }
    with TemporaryDirectory(prefix="sweep-") as staging, _client(backend) as client, _v2_client(backend) as v2_client:
        logger = JobLogger(client, JOB) if reporting else NoOpLogger()
        context = RuntimeContext(
            logger=logger,
            env=PluginEnvironment({"SYNAPSE_EXPORT_STAGING": staging}),
            job_id=JOB if reporting else None,
            client=client,
            v2_client=v2_client,
            clock=backend.clock,
        )
        result = RowAction.dispatch(params, context)
        logger.finish()
    assert result["head"] == head
    return result["exported_count"], result["failed_count"]


def tree(storage: int, backend: FakeBackend) -> dict[str, str]:
    """Return everything below the exports' path, remains of a run included: SHA-256 by name.

    Args:
        storage: Id of the storage.
        backend: Open.
    """
    with _client(backend) as client:
        root = client.open_storage(storage, "read")
        try:
            found = {}
            for path in root.list(PATH):
                with root.open_binary(path) as source:
                    found[path] = hashlib.sha256(source.read()).hexdigest()
        finally:
            root.close()
    return found


def annotate(backend: FakeBackend, *, method: Method) -> dict[str, Any]:
    """Annotate every task and return the counts; the tasks themselves are looked at by whoever sweeps.

    Args:
        backend: Open.
        method: Where annotations come from.
    """
    way: dict[str, Any] = {"target_specification_name": ANNOTATIONS}
    if method == "inference":
        way = {"pre_processor": RELEASE, "model": 2, "auto_start": True}
    params = {"name": "sweep", "project": PROJECT, "agent": AGENT, "method": method, "task_filters": {}, **way}
    with _client(backend) as client:
        result = ToTaskAction(run=Run(client, logger=NoOpLogger()), params=params).start()
    return {name: result[name] for name in ("status", "total", "success", "failed", "stand_by")}


def boxes(request: InferenceRequest) -> dict[str, Any]:
    """Return one box, drawn from the picture's name; nothing is fetched: that would be no request of the client."""
    seen = hashlib.sha256(request.image_url.partition("?")[0].rpartition("/")[2].encode()).digest()
    box = {"x": seen[0], "y": seen[1], "width": 5, "height": 5}
    return {"objects": [{"id": "box_1", "class_id": 1, "type": "bbox", "coordinates": box, "properties": {}}]}


def _client(backend: FakeBackend) -> BackendClient:
    tokens = backend.tokens[TENANT]
    return BackendClient(
        backend.url, user_token=tokens.user, access_token=tokens.access, tenant=TENANT, clock=backend.clock
    )


def _v2_client(backend: FakeBackend) -> AbstractContextManager[BackendV2Client]:
    tokens = backend.tokens[TENANT]
    return BackendV2Client(
        backend.url, user_token=tokens.user, access_token=tokens.access, tenant=TENANT, clock=backend.clock
    )
