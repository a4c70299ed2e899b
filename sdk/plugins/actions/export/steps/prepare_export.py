"""PrepareExport: the exporter's parameters, and the items that rows become."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.steps.export_step import InProcessStep
from sdk.plugins.actions.export.surroundings import prepare_exporter
from sdk.plugins.steps import StepResult


class PrepareExportStep(InProcessStep):
    """Makes items out of results; they are fetched as they are read."""

    step_name = "prepare_export"
    proportion = 3

    @override
    def execute(self, context: ExportContext) -> StepResult:
        prepare_exporter(context)
        if context.source is None:
            context.export_items = iter(needed(context.handler, "target handler").get_export_item(context.results))
        else:
            context.removed = context.source.removed
            fetcher = needed(context.fetcher, "payload fetcher")
            items = context.source.items(needed(context.results, "list of ids"), fetcher)
            context.resources.callback(items.close)
            context.export_items = items
        return StepResult(data={"count": context.total_count})
