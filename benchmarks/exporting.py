"""One export by the thin SDK in a process of its own.

Reads one JSON object on stdin: ``url, tenant, token``, the ``params`` of the export; where progress and logs are to be
reported, the ``job``; and where the bundle is wanted, ``copy``, ``[disk, folder]``. Says one JSON line:
``exported_count, failed_count, total_count, seconds`` of the export, ``until_job`` and ``since_job`` (seconds to the
job's end, and from there until the tree stands in a directory), ``clearing`` (from there to the call's end; these
are null in process) and ``peak`` (bytes resident).
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, override

from benchmarks.processes import peak_bytes
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.loggers import JobLogger, NoOpLogger
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.steps import BaseStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.actions.export import ExportContext
    from sdk.plugins.steps import StepRegistry

COUNTS = ("exported_count", "failed_count", "total_count")


class StopWatch(BaseStep["ExportContext"]):
    """A step that notes when it is passed: the job has ended, and its bundle is not read yet."""

    name = "stop_watch"
    progress_weight = 0.0

    def __init__(self) -> None:
        self.reached = 0.0
        self.passed = 0.0
        self.copy: tuple[str, str] | None = None

    @override
    def can_skip(self, context: ExportContext) -> bool:
        return not context.is_delegated

    @override
    def execute(self, context: ExportContext) -> StepResult:
        self.reached = time.time()
        if self.copy is not None and context.job is not None:
            disk, folder = self.copy
            shutil.copytree(Path(disk) / context.job["data"]["manifest"]["prefix"], folder)
        self.passed = time.time()
        return StepResult()


STOP_WATCH = StopWatch()


class Export(ExportAction):
    """The SDK's own export with its own exporter."""

    action_name = "export"
    entrypoint = BaseExporter

    @override
    def setup_steps(self, registry: StepRegistry[Any]) -> None:
        super().setup_steps(registry)
        registry.insert_after("delegate_stream_progress", STOP_WATCH)


def export(asked: dict[str, Any]) -> dict[str, Any]:
    """Run one export and return what is said of it."""
    STOP_WATCH.copy = asked.get("copy")
    options = {"user_token": asked["token"], "tenant": asked["tenant"]}
    with BackendClient(asked["url"], **options) as client, BackendV2Client(asked["url"], **options) as v2_client:
        logger = JobLogger(client, asked["job"]) if "job" in asked else NoOpLogger()
        context = RuntimeContext(
            logger=logger, env=PluginEnvironment({}), job_id=asked.get("job"), client=client, v2_client=v2_client
        )
        begun = time.time()
        result = Export.dispatch(asked["params"], context)
        ended = time.time()
        logger.finish()
    passed = STOP_WATCH.passed > 0
    stands = Path(result["output_path"]).stat().st_ctime if passed else 0  # the rename is the last that changes it
    return {
        **{name: result[name] for name in COUNTS},
        "seconds": ended - begun,
        "until_job": STOP_WATCH.reached - begun if passed else None,
        "since_job": stands - STOP_WATCH.passed if passed else None,
        "clearing": ended - stands if passed else None,
        "peak": peak_bytes(),
    }


def main() -> None:
    """Read, export, say the one line; whatever else is printed goes to stderr."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    warnings.simplefilter("ignore", DeprecationWarning)  # the in-process head says so, and is asked for here
    with answer:
        answer.write(json.dumps(export(json.load(sys.stdin))) + "\n")


if __name__ == "__main__":
    main()
