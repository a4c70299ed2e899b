"""DelegateEnqueue: count the scope, then ask the server to write it into a bundle; or find the job that does so."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.clients.errors import ClientError
from sdk.loggers import LogLevel
from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.delegated import PASSING
from sdk.plugins.actions.export.errors import EnqueueError
from sdk.plugins.actions.export.job_request import JobRequest, mark_of
from sdk.plugins.actions.export.known_job import KnownJob, give_up_job
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, DelegatedStep
from sdk.plugins.actions.export.surroundings import announce, identity_of, open_destination, open_source
from sdk.plugins.steps import StepResult
from sdk.storage import StorageError

if TYPE_CHECKING:
    from sdk.plugins.actions.export.targets import Target


class DelegateEnqueueStep(DelegatedStep):
    """Creates the server-side job, one for the whole export, however often that is interrupted.

    The destination is opened first: one that cannot be written is refused before a job exists.
    """

    step_name = "delegate_enqueue"
    proportion = 2

    @override
    def execute(self, context: ExportContext) -> StepResult:
        announce(context)
        open_destination(context)
        if context.is_published:
            return StepResult()
        target = needed(needed(context.handler, "target handler").native_target(), "target")
        probing = open_source(context, target).scope
        noted = KnownJob.noted(needed(context.staging, "staging").checkpoint)
        job = None if noted is None else _known(context, target, noted)
        resumed = job is not None
        if job is None:
            probe = probing.probe()
            job = KnownJob(_enqueued(context, target, noted), probe)
            _note(context, job)
        context.probe, context.job_id, context.job = job.probe, job.id, job.document
        context.set_progress(0, job.probe.count or 1, SERVER_EXPORT)
        context.log("export_info", {"job_id": job.id, "count": job.probe.count, "resumed": resumed})
        tell(context.runtime_ctx, Message.DELEGATED_TO_SERVER)
        return StepResult(data={"job_id": job.id, "count": job.probe.count})


def _known(context: ExportContext, target: Target, job: KnownJob) -> KnownJob | None:
    """Return the job of an interrupted run if it is still worth following; one that is not is forgotten."""
    staging = needed(context.staging, "staging")

    def say(sentence: str) -> None:
        context.log_message(f"{sentence} The server is asked for a new one.", LogLevel.WARNING)

    found = job.present(needed(context.v2_client, "v2 client"), needed(context.root, "storage"), target, say)
    if found is None:
        staging.forget_job()
    elif found is not job:
        found.note(staging.checkpoint)
    return found


def _note(context: ExportContext, job: KnownJob) -> None:
    """Write a new job into the checkpoint; one that is not written there, nobody would ever find again."""
    root, prune_to = needed(context.root, "storage"), str(context.params.get("path") or "")
    try:
        job.note(needed(context.staging, "staging").checkpoint)
    except BaseException as error:  # Ctrl-C as well
        try:
            give_up_job(job, context.v2_client, root, prune_to)
        except (ClientError, StorageError) as failure:
            error.add_note(f"The server-side job {job.id} could not be cancelled: {failure}")
        raise


def _enqueued(context: ExportContext, target: Target, noted: KnownJob | None) -> str:
    """Return the id of a new job; a refusal leaves nothing, anything else an export under way.

    Args:
        context: Of the export.
        target: Kind of row.
        noted: The job of an interrupted run that will not do.
    """
    staging = needed(context.staging, "staging")
    staging.is_under_way = True
    try:
        return _request(context, target).enqueue(
            needed(context.v2_client, "v2 client"),
            known=() if noted is None else (noted.id,),
            refused=staging.checkpoint.refused,
        )
    except EnqueueError as error:
        staging.is_under_way = isinstance(error.__cause__, PASSING)
        raise


def _request(context: ExportContext, target: Target) -> JobRequest:
    scope = needed(needed(context.delegation_decision, "delegation decision").scope, "scope")
    return JobRequest(
        storage_id=int(context.params["storage"]),
        path=str(context.params["path"]),
        target=target.name,
        include_original_files=bool(context.params.get("save_original_file")),
        project_id=scope.project_id,
        filter=context.filters,
        chunk_size=context.settings.chunk_size,
        ray_job_id=context.runtime_ctx.job_id or mark_of(identity_of(context).digest, context.clock.now()),
    )
