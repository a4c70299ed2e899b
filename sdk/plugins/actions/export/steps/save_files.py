"""SaveFiles: save the files of each item, one by one, into the staging."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.errors import IntegrityError, NothingExportedError
from sdk.plugins.actions.export.failures import FailureLog
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.metrics import MetricsRecord
from sdk.plugins.actions.export.pace import Pace
from sdk.plugins.actions.export.steps.export_step import ExportStep
from sdk.plugins.steps import StepResult


class SaveFilesStep(ExportStep):
    """Pulls the items through fetching, conversion and saving; reports at most every 25 items or half second."""

    step_name = "save_files"
    proportion = 38

    @override
    def execute(self, context: ExportContext) -> StepResult:
        exporter = needed(context.exporter, "exporter")
        staging = needed(context.staging, "staging")
        tree = staging.tree
        context.errors_json = FailureLog(staging.scratch / "failed-labels.jsonl")
        context.errors_original = FailureLog(staging.scratch / "failed-originals.jsonl")
        originals = bool(context.params.get("save_original_file"))
        total = context.total_count
        exporter.output_paths = exporter.setup_output_directories(tree, originals) or {}
        original_files = MetricsRecord(stand_by=total if originals else 0)
        data_files = MetricsRecord(stand_by=total)
        tell(context.runtime_ctx, Message.SAVING, count=total)
        pace = Pace(context.clock)
        removed = len(context.removed)
        for number, final in enumerate(needed(context.converted_items, "converted items"), 1):
            exporter.run.reporting = pace.due(number) or number == total
            saved = exporter.process_file_saving(
                final, tree, originals, context.errors_json, context.errors_original, original_files, data_files, number
            )
            if saved is False:  # a hook that returns nothing has nothing to complain about
                context.failed_count += 1
            else:
                context.exported_count += 1
        exporter.run.reporting = True
        context.set_metrics({"success": context.exported_count, "failed": context.failed_count})
        _ensure_complete(context, len(context.removed) - removed)
        if context.failed_count and not context.exported_count:
            raise NothingExportedError(_sentence(context))
        return StepResult(data={"exported": context.exported_count, "failed": context.failed_count})


def _ensure_complete(context: ExportContext, removed: int) -> None:
    """Refuse to publish less or more than was gathered.

    Args:
        context: Of the export, with every row saved or failed.
        removed: Rows that were found deleted while they were saved.

    Raises:
        IntegrityError: Items were read and never came to be saved, or the numbers differ. The number of a plugin's own
            source is its own affair: it may not know it before it has read everything.
    """
    handled = context.exported_count + context.failed_count
    numbers = f"{context.exported_count} exported, {context.failed_count} failed"
    if context.handed_out > handled:
        raise IntegrityError(
            f"{context.handed_out} item(s) were read and only {handled} came to be saved ({numbers}): an exporter must "
            "not read export_items itself, its hooks get the items one by one. Nothing was exported."
        )
    is_native = context.handler is not None and context.handler.native_target() is not None
    if is_native and handled + removed != context.total_count:
        raise IntegrityError(
            f"{context.total_count} row(s) were gathered, but {handled + removed} are accounted for ({numbers}, "
            f"{removed} removed meanwhile). Nothing was exported."
        )


def _sentence(context: ExportContext) -> str:
    failures = context.errors_json or context.errors_original
    first = failures[0] if failures else ["", "no reason given"]
    return f"None of {context.failed_count} row(s) could be exported; the first: {': '.join(filter(None, first))}."
