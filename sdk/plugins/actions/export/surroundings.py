"""What an export works with, whichever head it has: destination, row source, project, exporter parameters."""

from __future__ import annotations

import os
from collections import ChainMap
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ClientError
from sdk.clients.originals import OriginalDownloader
from sdk.clients.payloads import PayloadFetcher
from sdk.plugins.actions.export.context import needed
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.actions.export.in_process import RowSource, unheard
from sdk.plugins.actions.export.known_job import KnownJob, give_up_job
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.originals import KeptOriginals, RemoteOriginals
from sdk.plugins.actions.export.project import find_project
from sdk.plugins.actions.export.scope import TargetScope
from sdk.plugins.actions.export.shelf import Shelf
from sdk.plugins.actions.export.staging import ORIGINALS, open_staging, staging_home
from sdk.storage import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdk.plugins.actions.export.checkpoint import Checkpoint
    from sdk.plugins.actions.export.context import ExportContext
    from sdk.plugins.actions.export.rows import Item
    from sdk.plugins.actions.export.targets import Target

_EXPORTER_PARAMS = ("name", "description", "storage", "save_original_file", "path", "target", "filter", "extra_params")


def announce(context: ExportContext) -> None:
    """Log that an export begins, and what it is."""
    described = {key: context.params.get(key) for key in ("name", "storage", "path", "target", "save_original_file")}
    context.log("export_info", {**described, "head": context.head, "filter_keys": sorted(context.filters)})


def open_destination(context: ExportContext) -> None:
    """Open the storage of the export and a staging for it; both are let go with the context's resources.

    Raises:
        DestinationError: Nothing can be written there.
        StagingError: What an interrupted run has left there is not of this export.
        StorageError: The storage cannot be opened, or the path would leave it.
        ClientError: The backend does not hand out the storage.
    """
    root = context.client.open_storage(int(context.params["storage"]), "write")
    context.root = root
    context.resources.callback(root.close)
    environ = ChainMap({key: str(value) for key, value in context.runtime_ctx.env.to_dict().items()}, dict(os.environ))
    staging = open_staging(
        root, identity_of(context), home=staging_home(environ), discard=bool(context.params.get("discard"))
    )
    context.staging = staging
    context.resources.callback(staging.close)
    if staging.discarded is not None:
        give_up_noted_job(context, staging.discarded)
    if staging.checkpoint.resumed:
        tell(context.runtime_ctx, Message.RESUMED)
        context.log("export_info", {"resumed": True, "head": context.head})


def identity_of(context: ExportContext) -> ExportIdentity:
    """Return what the export is of and where it goes."""
    handler = needed(context.handler, "target handler")
    native = handler.native_target() is not None
    return ExportIdentity(
        backend=context.client.base_url,
        tenant=context.client.tenant,
        storage=int(context.params["storage"]),
        path=str(context.params["path"]),
        name=str(context.params["name"]),
        target=str(context.params["target"]),
        source="" if native else f"{type(handler).__module__}.{type(handler).__qualname__}",
        filter=context.filters,
        save_original_file=bool(context.params.get("save_original_file")),
    )


def give_up_noted_job(context: ExportContext, checkpoint: Checkpoint) -> None:
    """Leave nothing of a delegated run that nobody goes on with; failing that costs only room, and is told.

    Args:
        context: Of the export.
        checkpoint: That names the job, if there is one, and bundles that were refused.
    """
    root = needed(context.root, "storage")
    prune_to = str(context.params.get("path") or "")
    job = KnownJob.noted(checkpoint)
    try:
        if job is not None:
            give_up_job(job, context.v2_client, root, prune_to)
        for prefix in checkpoint.refused:
            root.delete_tree(prefix, prune_to=prune_to)
    except (ClientError, StorageError) as error:
        sentence = f"What the server-side job of an earlier run has written may be left in the storage: {error}"
        context.errors.append(sentence)
        context.runtime_ctx.logger.warning(sentence)


def counted(context: ExportContext, items: Iterator[Item]) -> Iterator[Item]:
    """Yield items and count them in the context, so that an item that never comes to be saved is noticed."""
    for item in items:
        context.handed_out += 1
        yield item


def open_source(context: ExportContext, target: Target, heard: Callable[[int], None] = unheard) -> RowSource:
    """Return the rows of the export's scope by request, with what fetches payloads and originals.

    Args:
        context: Of the export.
        target: Kind of row.
        heard: Told the number of ids found so far.
    """
    client, settings = context.client, context.settings
    context.fetcher = PayloadFetcher(
        clock=context.clock,
        workers=settings.payload_workers,
        max_bytes=settings.max_payload_bytes,
        executors=context.runtime_ctx.executors,
    )
    context.resources.callback(context.fetcher.close)
    source = RowSource(
        scope=TargetScope(client, target, context.filters, settings.policy, settings.page_size),
        v2_client=None if settings.force_v1 else context.v2_client,
        bulk_size=settings.bulk_size,
        heard=heard,
    )
    context.source = source
    open_originals(context, source.file_url)
    return source


def open_originals(context: ExportContext, renew: Callable[[int], str | None] | None = None) -> None:
    """Put what downloads original files, each once, into the context.

    Args:
        context: Of the export.
        renew: Returns the present URL of a row's file.
    """
    downloader = OriginalDownloader(clock=context.clock, base_url=context.client.base_url)
    context.resources.callback(downloader.close)
    context.remote = RemoteOriginals(downloader, renew)
    context.originals = KeptOriginals(context.remote, originals_shelf(context))


def originals_shelf(context: ExportContext) -> Shelf:
    """Return where originals are kept that were fetched whole."""
    return Shelf(needed(context.staging, "staging").work / ORIGINALS)


def prepare_exporter(context: ExportContext) -> None:
    """Find out what the exporter is constructed with: the export's own parameters and its project's configuration.

    Raises:
        ExportError: In process, what the filter names does not exist; see ``find_project``.
    """
    project, context.configuration = find_project(context)
    params: dict[str, Any] = {key: context.params.get(key) for key in _EXPORTER_PARAMS}
    context.export_params = {
        **params,
        "count": context.total_count,
        "project_id": project,
        "configuration": context.configuration,
    }
