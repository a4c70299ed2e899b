"""Finalize: what depends on all items, then publish, then clear up.

The staging stays until all has been told, and goes with the run (``ExportAction.run``): as long as it is there, the
same command knows that the export stands, and makes no second one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.result import export_result
from sdk.plugins.actions.export.steps.export_step import ExportStep
from sdk.plugins.actions.export.surroundings import give_up_noted_job
from sdk.plugins.steps import StepResult
from sdk.storage import StorageError

if TYPE_CHECKING:
    from sdk.plugins.actions.export.staging import Staging


class FinalizeStep(ExportStep):
    """Makes the export stand at its destination. What comes after that cannot undo it."""

    step_name = "finalize"
    proportion = 10

    @override
    def can_skip(self, context: ExportContext) -> bool:
        return False

    @override
    def execute(self, context: ExportContext) -> StepResult:
        staging = needed(context.staging, "staging")
        if context.is_published:
            _recall(context, staging)
        else:
            exporter = needed(context.exporter, "exporter")
            exporter.additional_file_saving(staging.tree)
            exporter.save_error_list(staging.tree, context.errors_json, context.errors_original)
            context.output_path = staging.publish(export_result(context))
        _clear_up(context, staging)
        exported, failed = context.exported_count, context.failed_count
        message = Message.COMPLETED_WITH_FAILURES if failed else Message.COMPLETED
        tell(context.runtime_ctx, message, exported=exported, failed=failed)
        outcome = {"exported_count": exported, "failed_count": failed, "output_path": context.output_path}
        context.log("export_completed", {**outcome, "head": context.head})
        return StepResult(data=outcome)


def _recall(context: ExportContext, staging: Staging) -> None:
    """Take over what an interrupted run came to that had published the export."""
    noted: dict[str, Any] = needed(staging.checkpoint.publishing, "note of what was published")
    context.output_path = staging.published
    context.outcome = {**noted["outcome"], "output_path": staging.published}
    context.total_count = context.outcome["total_count"]
    context.exported_count, context.failed_count = context.outcome["exported_count"], context.outcome["failed_count"]


def _clear_up(context: ExportContext, staging: Staging) -> None:
    """Remove the bundle, this run's or a refused one, and give up a job that nobody follows."""
    checkpoint = staging.checkpoint
    if context.manifest is not None:
        _remove_bundle(context)
        checkpoint.job = None
    give_up_noted_job(context, checkpoint)


def _remove_bundle(context: ExportContext) -> None:
    """Remove the bundle of a delegated export, if it lies where bundles lie; failing that costs only room."""
    manifest, root = context.manifest, context.root
    if manifest is None or root is None:
        return
    problem = "its place does not look like a bundle's"
    if manifest.is_removable:
        try:
            root.delete_tree(manifest.prefix, prune_to=str(context.params.get("path") or ""))
        except StorageError as error:
            problem = str(error)
        else:
            return
    context.errors.append(f"The bundle {manifest.prefix!r} was left in the storage: {problem}")
    context.runtime_ctx.logger.warning(context.errors[-1])
