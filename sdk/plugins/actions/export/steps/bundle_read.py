"""BundleRead: find the bundle, make sure that it is whole, and make items out of its rows."""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, override

from sdk.clients.errors import PayloadMismatchError
from sdk.loggers import LogLevel
from sdk.plugins.actions.export.bundle import Bundle
from sdk.plugins.actions.export.context import ExportContext, needed
from sdk.plugins.actions.export.errors import IntegrityError
from sdk.plugins.actions.export.in_process import GONE
from sdk.plugins.actions.export.items import bundle_item
from sdk.plugins.actions.export.known_job import KnownJob
from sdk.plugins.actions.export.manifest import Manifest, bundle_place
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.originals import BundleOriginals, KeptOriginals
from sdk.plugins.actions.export.reconcile import Since
from sdk.plugins.actions.export.resume import PayloadSpool
from sdk.plugins.actions.export.scope import instant
from sdk.plugins.actions.export.shelf import Shelf
from sdk.plugins.actions.export.spool import Spool
from sdk.plugins.actions.export.staging import PARTS, PAYLOADS
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT, DelegatedStep
from sdk.plugins.actions.export.surroundings import counted, originals_shelf, prepare_exporter
from sdk.plugins.actions.export.verification import ensure_same, unchanged, verified
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from sdk.plugins.actions.export.keys import Keys
    from sdk.plugins.actions.export.rows import Item


class BundleReadStep(DelegatedStep):
    """Reads what the server has written; rows are parsed as they are saved."""

    step_name = "bundle_read"
    proportion = 3

    @override
    def execute(self, context: ExportContext) -> StepResult:
        with _refusing(context):
            bundle, prefix, keys = _opened(context)
        root = needed(context.root, "storage")
        remote = needed(context.remote, "download of originals")
        shelf = originals_shelf(context)
        if root.local_path(prefix) is None:
            context.originals = KeptOriginals(BundleOriginals(root, prefix, remote), shelf)
        else:  # what lies on this machine need not be kept on it a second time
            context.originals = BundleOriginals(root, prefix, KeptOriginals(remote, shelf))
        items = _items(context, bundle, prefix, keys)
        context.resources.callback(items.close)
        context.export_items = counted(context, items)
        prepare_exporter(context)
        count = context.total_count
        context.set_progress(count, count, SERVER_EXPORT)
        context.set_metrics({"success": count, "failed": 0}, SERVER_EXPORT)
        tell(context.runtime_ctx, Message.DELEGATED_COMPLETED, count=count)
        if not count:
            tell(context.runtime_ctx, Message.NO_RESULTS)
        return StepResult(data={"count": count, "prefix": prefix})


def _opened(context: ExportContext) -> tuple[Bundle, str, Keys]:
    """Return the bundle, its place and its rows, once it is known to be whole and of this scope."""
    source = needed(context.source, "row source")
    root = needed(context.root, "storage")
    job = needed(context.job, "finished job")
    probe = needed(context.probe, "probe")
    staging = needed(context.staging, "staging")
    manifest = Manifest.of_job(job, source.scope.target)
    bundle = Bundle.open(root, manifest, staging.scratch, Shelf(staging.work / PARTS))
    context.resources.callback(bundle.close)
    noted = KnownJob.noted(staging.checkpoint)
    found = noted.verified if noted is not None else None
    if found is not None:
        ensure_same(bundle, found.keys)
    else:
        since = Since(instant(job.get("created")) or probe.at, probe.newest)
        found = verified(bundle, manifest, source.scope, probe, since)
        if noted is not None:
            replace(noted, verified=found).note(staging.checkpoint)
    findings = found.findings
    context.total_count = found.keys.count
    context.manifest = manifest
    context.removed = findings.removed
    context.created_since = findings.created_since
    if findings.moved:
        context.errors.append(findings.movement())
        context.log_message(findings.movement(), LogLevel.WARNING)
    return bundle, manifest.prefix, found.keys


@contextmanager
def _refusing(context: ExportContext) -> Iterator[None]:
    """Forget a bundle that is not what it should be: the same command must not end in the same way for ever."""
    try:
        yield
    except (IntegrityError, PayloadMismatchError) as error:
        place = bundle_place(context.job or {})
        needed(context.staging, "staging").forget_job(place)
        left = f" It is left at {place!r} in the storage until an export of this name stands." if place else ""
        error.add_note(f"The bundle is refused; the same command asks the server for a new one.{left}")
        raise


def _items(context: ExportContext, bundle: Bundle, prefix: str, keys: Keys) -> Generator[Item, None, None]:
    source = needed(context.source, "row source")
    fetcher = needed(context.fetcher, "payload fetcher")
    spool = Spool(needed(context.staging, "staging").work / PAYLOADS)
    with closing(spool), _refusing(context):
        payloads = PayloadSpool(spool)
        rows = unchanged(bundle.rows(fetcher.check_inline), keys)
        items = (bundle_item(row, prefix) for row in rows)
        for item in fetcher.resolve(payloads.fill(items), reissue=source.payload):
            gone = item["data"] is GONE
            payloads.take(item, complete=not gone)
            if gone:
                context.removed.append(item["id"])
            else:
                yield item
