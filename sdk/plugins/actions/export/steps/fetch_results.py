"""FetchResults: find the ids of all rows; the rows themselves come while they are saved."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.pace import Pace
from sdk.plugins.actions.export.resume import kept_ids
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, InProcessStep
from sdk.plugins.actions.export.surroundings import open_originals, open_source
from sdk.plugins.steps import StepResult


class FetchResultsStep(InProcessStep):
    """Asks the target's lists, or a plugin's own handler, for the rows of the scope; lists are asked once."""

    step_name = "fetch_results"
    proportion = 5

    @override
    def execute(self, context: ExportContext) -> StepResult:
        handler = needed(context.handler, "target handler")
        target = handler.native_target()
        staging = needed(context.staging, "staging")
        if target is None:
            staging.checkpoint.save()  # for originals; rows are not kept of a source that may give others next time
            context.results, context.total_count = handler.get_results(context.client, context.filters)
            open_originals(context)
        else:
            pace = Pace(context.clock, items=1000, seconds=5.0)  # contract.md 3.1

            def heard(found: int) -> None:
                if found > 1 and pace.due(found):
                    tell(context.runtime_ctx, Message.IN_PROCESS_FETCHING, count=found)

            source = open_source(context, target, heard)
            ids = kept_ids(staging)
            staging.is_under_way = True
            context.results = source.collect_ids() if ids is None else ids
            context.total_count = len(context.results)
            staging.is_under_way = bool(context.total_count)
        count = context.total_count
        context.set_progress(count, count, SERVER_EXPORT)
        context.set_metrics({"success": count, "failed": 0}, SERVER_EXPORT)
        tell(context.runtime_ctx, Message.IN_PROCESS_COMPLETED if count else Message.NO_RESULTS, count=count)
        return StepResult(data={"count": count})
