"""DelegateEnqueue: count the scope, then ask the server to write it into a bundle."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.delegated import JobRequest
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, DelegatedStep
from sdk.plugins.actions.export.surroundings import announce, open_destination, open_source
from sdk.plugins.steps import StepResult


class DelegateEnqueueStep(DelegatedStep):
    """Creates the server-side job, one for the whole export.

    The destination is opened first: one that cannot be written is refused before a job exists.
    """

    step_name = "delegate_enqueue"
    proportion = 2

    @override
    def execute(self, context: ExportContext) -> StepResult:
        announce(context)
        open_destination(context)
        target = needed(needed(context.handler, "target handler").native_target(), "target")
        source = open_source(context, target)
        context.probe = source.scope.probe()
        scope = needed(needed(context.delegation_decision, "delegation decision").scope, "scope")
        request = JobRequest(
            storage_id=int(context.params["storage"]),
            path=str(context.params["path"]),
            target=target.name,
            include_original_files=bool(context.params.get("save_original_file")),
            project_id=scope.project_id,
            filter=context.filters,
            chunk_size=context.settings.chunk_size,
            ray_job_id=context.runtime_ctx.job_id,
        )
        context.job_id = request.enqueue(needed(context.v2_client, "v2 client"))
        context.set_progress(0, context.probe.count or 1, SERVER_EXPORT)
        context.log("export_info", {"job_id": context.job_id, "count": context.probe.count})
        tell(context.runtime_ctx, Message.DELEGATED_TO_SERVER)
        return StepResult(data={"job_id": context.job_id, "count": context.probe.count})
