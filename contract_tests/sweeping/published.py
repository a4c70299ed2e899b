"""Runs of the unmodified published client, swept inside its own environment, in one process with the fake.

The driver of ``python -m contract_tests.sweeping``, run by the interpreter of that environment: our packages are put
behind the client's on the path, and time is made virtual before the client is imported (``docs/time.md``). It prints
one JSON document. What the subclasses override is what a plugin must.
"""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so its names and its base class are unknown there)
# ruff: noqa: E402  (the order of the imports is what makes time virtual)

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / ".venv" / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
sys.path[0] = str(ROOT)
sys.path.append(str(SITE))

from fake_backend.virtual_time import DISPATCHER, virtual_time

DISPATCHER.install()

import json
import os
import warnings
from contextlib import redirect_stdout
from typing import Any

from synapse_sdk.loggers import NoOpLogger
from synapse_sdk.plugins.context import RuntimeContext
from synapse_sdk.plugins.context.env import PluginEnvironment
from synapse_sdk.utils import auth

from contract_tests.published import Export, ToTask
from contract_tests.sweeping.world import AGENT, ANNOTATIONS, DISK, PATH, PROJECT, TENANT, document
from fake_backend import FakeBackend
from fake_backend.sweeping import as_json, sweep, text

COUNTS = ("exported_count", "failed_count", "success_count")


def dispatched(backend: FakeBackend, action: Any, params: dict[str, Any]) -> dict[str, Any]:
    """Run an action of the client in the world's time and return the counts of its result."""
    os.environ["SYNAPSE_HOST"] = backend.url
    os.environ["SYNAPSE_PLUGIN_RUN_USER_TOKEN"] = str(backend.tokens[TENANT].user)
    os.environ["SYNAPSE_PLUGIN_RUN_TENANT"] = TENANT
    factory = getattr(auth, "create_backend_client_v2", None) or auth.create_backend_v2_client
    context = RuntimeContext(
        logger=NoOpLogger(),
        env=PluginEnvironment({}),
        job_id=None,
        client=auth.create_backend_client(),
        v2_client=factory(),
    )
    with virtual_time(backend):
        result = action.dispatch(params, context)
    told = result if isinstance(result, dict) else result.model_dump(mode="json")
    return {name: told.get(name) for name in COUNTS}


def export(backend: FakeBackend, *, delegated: bool) -> dict[str, Any]:
    """Export the tasks."""
    os.environ["SYNAPSE_EXPORT_DISABLE_ASYNC_DELEGATE"] = "" if delegated else "1"
    scope = {"project": PROJECT}
    params = {"name": "export", "storage": DISK, "path": PATH, "target": "task", "filter": scope}
    return dispatched(backend, Export, {**params, "save_original_file": True})


def to_task(backend: FakeBackend) -> dict[str, Any]:
    """Annotate the tasks from their files."""
    params = {"name": "sweep", "project": PROJECT, "agent": AGENT, "task_filters": {}, "method": "file"}
    return dispatched(backend, ToTask, {**params, "target_specification_name": ANNOTATIONS})


def left(backend: FakeBackend) -> dict[str, bytes]:
    """Return everything below the exports' path."""
    root = Path(str(backend.storage_root(DISK)))
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


RUNS = {
    "delegated": (lambda backend: export(backend, delegated=True), True),
    "in-process": (lambda backend: export(backend, delegated=False), True),
    "to_task": (to_task, False),
}


def main(name: str) -> None:
    """Sweep one run and print its report."""
    warnings.simplefilter("ignore")
    run, annotated = RUNS[name]
    with redirect_stdout(sys.stderr):
        seed = document(annotated=annotated)
        found = sweep(run, left=left, backend=lambda: FakeBackend(seed=seed))
    sys.stdout.write(json.dumps({"report": as_json(found), "text": text(found)}))


if __name__ == "__main__":
    main(sys.argv[1])
