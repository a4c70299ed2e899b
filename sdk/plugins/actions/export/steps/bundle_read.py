"""BundleRead: find the bundle, make sure that it is whole, and make items out of its rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.loggers import LogLevel
from sdk.plugins.actions.export.bundle import Bundle
from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.in_process import GONE
from sdk.plugins.actions.export.items import bundle_item
from sdk.plugins.actions.export.manifest import Manifest
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.originals import BundleOriginals
from sdk.plugins.actions.export.reconcile import Since
from sdk.plugins.actions.export.scope import instant
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, DelegatedStep
from sdk.plugins.actions.export.surroundings import prepare_exporter
from sdk.plugins.actions.export.verification import verified
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from collections.abc import Generator

    from sdk.plugins.actions.export.rows import Item


class BundleReadStep(DelegatedStep):
    """Reads what the server has written; rows are parsed as they are saved."""

    step_name = "bundle_read"
    proportion = 3

    @override
    def execute(self, context: ExportContext) -> StepResult:
        source = needed(context.source, "row source")
        root = needed(context.root, "storage")
        job = needed(context.job, "finished job")
        probe = needed(context.probe, "probe")
        manifest = Manifest.of_job(job, source.scope.target)
        bundle = Bundle.open(root, manifest, needed(context.staging, "staging").work)
        context.resources.callback(bundle.close)
        since = Since(instant(job.get("created")) or probe.at, probe.newest)
        count, findings = verified(bundle, manifest, source.scope, probe, since)
        context.manifest = manifest
        context.total_count = count
        context.removed = findings.removed
        context.created_since = findings.created_since
        if findings.moved:
            context.errors.append(findings.movement())
            context.log_message(findings.movement(), LogLevel.WARNING)
        if context.originals is not None:
            context.originals = BundleOriginals(root, manifest.prefix, context.originals)
        items = _items(context, bundle, manifest.prefix)
        context.resources.callback(items.close)
        context.export_items = items
        prepare_exporter(context)
        context.set_progress(count, count, SERVER_EXPORT)
        context.set_metrics({"success": count, "failed": 0}, SERVER_EXPORT)
        tell(context.runtime_ctx, Message.DELEGATED_COMPLETED, count=count)
        if not count:
            tell(context.runtime_ctx, Message.NO_RESULTS)
        return StepResult(data={"count": count, "prefix": manifest.prefix})


def _items(context: ExportContext, bundle: Bundle, prefix: str) -> Generator[Item, None, None]:
    source = needed(context.source, "row source")
    fetcher = needed(context.fetcher, "payload fetcher")
    items = (bundle_item(row, prefix) for row in bundle.rows(fetcher.check_inline))
    for item in fetcher.resolve(items, reissue=source.payload):
        if item["data"] is GONE:
            context.removed.append(item["id"])
        else:
            yield item
