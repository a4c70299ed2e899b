"""The thin SDK's run of an incident, in process and in the world's time."""

from __future__ import annotations

import warnings
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from fake_backend.incidents import Ended
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.errors import SdkError
from sdk.loggers import BaseLogger, JobLogger, NoOpLogger
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.incidents import Call, Staging

JOB: Final = "11111111-1111-1111-1111-111111111111"


class Export(ExportAction):
    """An export as a plugin makes it."""

    action_name = "export"
    entrypoint = BaseExporter


def run(staging: Staging) -> Ended:
    """Do what an incident asks of a client, and return what the SDK said of it.

    Args:
        staging: An incident that is set up.
    """
    backend, call = staging.backend, staging.call
    tokens = backend.tokens["acme"]
    options: dict[str, Any] = {
        "user_token": tokens.user,
        "access_token": tokens.access,
        "tenant": "acme",
        "clock": backend.clock,
    }
    with (
        TemporaryDirectory(prefix="incident-staging-") as kept,
        BackendClient(backend.url, **options) as client,
        BackendV2Client(backend.url, **options) as v2_client,
    ):
        logger: BaseLogger = JobLogger(client, JOB) if call.reporting else NoOpLogger()
        context = RuntimeContext(
            logger=logger,
            env=PluginEnvironment({"SYNAPSE_EXPORT_STAGING": kept}),
            client=client,
            v2_client=v2_client,
            job_id=JOB if call.reporting else None,
            clock=backend.clock,
        )
        try:
            if call.action == "report":
                return _report(call, logger)
            if call.action == "to_task":
                return _to_task(call, client, logger)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # the in-process head says so, and is wanted here
                result = Export.dispatch(_params(call), context)
            return Ended(reported=result["exported_count"])
        except SdkError as refusal:
            return Ended(error=f"{type(refusal).__name__}: {refusal}")
        finally:
            if call.finish:
                logger.finish()


def _params(call: Call) -> Mapping[str, Any]:
    """Return the parameters of an export."""
    sizes: dict[str, Any] = {}
    if call.page_size is not None:
        sizes = {"export_page_size": call.page_size, "export_v2_page_size": call.page_size}
    return {
        "name": "out",
        "storage": 3,
        "path": "exports",
        "target": call.target,
        "filter": {**call.scope, **call.filter},
        "save_original_file": call.originals,
        "disable_async_delegate": call.head != "delegated",
        "export_force_v1": call.head == "v1",
        **sizes,
        **call.params,
    }


def _to_task(call: Call, client: BackendClient, logger: BaseLogger) -> Ended:
    """Annotate tasks once."""
    params = {"name": "incident", "project": 1, "agent": 1, "task_filters": dict(call.filter), **call.params}
    result = ToTaskAction(run=Run(client, logger=logger), params=params).start()
    error = "" if result["status"] == "SUCCEEDED" else f"{result['status']}: {result['message']}"
    return Ended(error=error, reported=result["success"])


def _report(call: Call, logger: BaseLogger) -> Ended:
    """Report lines and progress, and do nothing else."""
    for number in range(1, call.lines + 1):
        logger.log_message(f"line {number}")
        logger.set_progress(number, call.lines)
    return Ended(reported=call.lines)
