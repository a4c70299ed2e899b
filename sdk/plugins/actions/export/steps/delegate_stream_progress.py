"""DelegateStreamProgress: follow the server-side job to its end."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.delegated import JobFollower
from sdk.plugins.actions.export.errors import JobFailedError, JobGivenUpError
from sdk.plugins.actions.export.known_job import KnownJob
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, DelegatedStep
from sdk.plugins.steps import StepResult


class DelegateStreamProgressStep(DelegatedStep):
    """Relays the job's progress and waits for its outcome."""

    step_name = "delegate_stream_progress"
    proportion = 5

    @override
    def execute(self, context: ExportContext) -> StepResult:
        def heard(processed: int, total: int) -> None:
            context.set_progress(processed, total, SERVER_EXPORT)
            context.set_progress(processed, total)

        if context.job is None:  # else an interrupted run has seen it succeed
            staging = needed(context.staging, "staging")
            job_id = needed(context.job_id, "job")
            follower = JobFollower(
                client=needed(context.v2_client, "v2 client"),
                job_id=job_id,
                settings=context.settings,
                heard=heard,
                warn=context.runtime_ctx.logger.warning,
            )
            try:
                context.job = follower.outcome()
            except JobFailedError:
                staging.forget_job()
                raise
            except JobGivenUpError as error:
                if error.cancelled:  # else it may be alive, and the next run asks again
                    staging.forget_job()
                raise
            KnownJob(job_id, needed(context.probe, "probe"), context.job).note(staging.checkpoint)
        return StepResult(data={"job_id": context.job_id})
