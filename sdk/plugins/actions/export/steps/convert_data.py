"""ConvertData: construct the exporter and convert items, each as it is saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.conversion import converted
from sdk.plugins.actions.export.exporter import BaseExporter
from sdk.plugins.actions.export.names import NameBook, comparison_of
from sdk.plugins.actions.export.steps.export_step import ExportStep
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sdk.plugins.actions.export.rows import Item


class ConvertDataStep(ExportStep):
    """Runs the conversion hooks of the exporter, lazily, whichever head gathered the items."""

    step_name = "convert_data"
    proportion = 32

    @override
    def execute(self, context: ExportContext) -> StepResult:
        staging = needed(context.staging, "staging")
        items = needed(context.export_items, "export items")
        exporter_class = context.exporter_class or BaseExporter
        exporter = exporter_class(context.runtime_ctx, items, staging.tree, **context.export_params)
        names = NameBook(staging.scratch / "names.sqlite", comparison_of(staging.scratch))
        context.resources.callback(names.close)
        exporter.attach(names=names, originals=needed(context.originals, "source of originals"))
        context.exporter = exporter
        converted = _converted(exporter, items)
        context.resources.callback(converted.close)
        context.converted_items = converted
        return StepResult(data={"count": context.total_count})


def _converted(exporter: BaseExporter, items: Iterator[Item]) -> Generator[Item, None, None]:
    for item in items:
        exporter.begin(item)
        try:
            final = converted(exporter.process_data_conversion(item), "process_data_conversion", item.get("id"))
        except Exception as error:
            error.add_note(f"while converting row {item.get('id')}")
            raise
        yield final
