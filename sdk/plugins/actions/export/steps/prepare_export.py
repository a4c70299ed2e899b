"""PrepareExport: the exporter's parameters, and the items that rows become."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.resume import gathered, keep_ids
from sdk.plugins.actions.export.spool import Spool
from sdk.plugins.actions.export.staging import ROWS
from sdk.plugins.actions.export.steps.export_step import InProcessStep
from sdk.plugins.actions.export.surroundings import counted, prepare_exporter
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from sdk.plugins.actions.export.in_process import Ids


class PrepareExportStep(InProcessStep):
    """Makes items out of results; those that are not kept from an interrupted run are fetched as they are read."""

    step_name = "prepare_export"
    proportion = 3

    @override
    def execute(self, context: ExportContext) -> StepResult:
        prepare_exporter(context)
        if context.source is None:
            handler = needed(context.handler, "target handler")
            context.export_items = counted(context, iter(handler.get_export_item(context.results)))
        else:
            source = context.source
            fetcher = needed(context.fetcher, "payload fetcher")
            staging = needed(context.staging, "staging")
            ids: Ids = needed(context.results, "list of ids")
            keep_ids(staging, ids)
            spool = Spool(staging.work / ROWS)
            context.resources.callback(spool.close)
            context.removed = source.removed
            items = gathered(ids, spool, lambda rest: source.items(rest, fetcher), context.removed)
            context.resources.callback(items.close)
            context.export_items = counted(context, items)
        return StepResult(data={"count": context.total_count})
