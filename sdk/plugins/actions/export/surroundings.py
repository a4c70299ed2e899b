"""What an export works with, whichever head it has: destination, row source, project, exporter parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.originals import OriginalDownloader
from sdk.clients.payloads import PayloadFetcher
from sdk.plugins.actions.export.in_process import RowSource, unheard
from sdk.plugins.actions.export.originals import RemoteOriginals
from sdk.plugins.actions.export.project import find_project
from sdk.plugins.actions.export.scope import TargetScope
from sdk.plugins.actions.export.staging import open_staging

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdk.plugins.actions.export.context import ExportContext
    from sdk.plugins.actions.export.targets import Target

_EXPORTER_PARAMS = ("name", "description", "storage", "save_original_file", "path", "target", "filter", "extra_params")


def announce(context: ExportContext) -> None:
    """Log that an export begins, and what it is."""
    described = {key: context.params.get(key) for key in ("name", "storage", "path", "target", "save_original_file")}
    context.log("export_info", {**described, "head": context.head, "filter_keys": sorted(context.filters)})


def open_destination(context: ExportContext) -> None:
    """Open the storage of the export and a staging for it; both go with the context's resources.

    Raises:
        DestinationError: Nothing can be written there.
        StorageError: The storage cannot be opened, or the path would leave it.
        ClientError: The backend does not hand out the storage.
    """
    root = context.client.open_storage(int(context.params["storage"]), "write")
    context.root = root
    context.resources.callback(root.close)
    staging = open_staging(root, str(context.params["path"]), str(context.params["name"]))
    context.staging = staging
    context.resources.callback(staging.discard)


def open_source(context: ExportContext, target: Target, heard: Callable[[int], None] = unheard) -> RowSource:
    """Return the rows of the export's scope by request, with what fetches payloads and originals.

    Args:
        context: Of the export.
        target: Kind of row.
        heard: Told the number of ids found so far.
    """
    client, settings = context.client, context.settings
    context.fetcher = PayloadFetcher(
        clock=context.clock, workers=settings.payload_workers, max_bytes=settings.max_payload_bytes
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


def open_originals(context: ExportContext, renew: Callable[[int], str | None] | None = None) -> RemoteOriginals:
    """Return what downloads original files, and put it into the context.

    Args:
        context: Of the export.
        renew: Returns the present URL of a row's file.
    """
    downloader = OriginalDownloader(clock=context.clock, base_url=context.client.base_url)
    context.resources.callback(downloader.close)
    remote = RemoteOriginals(downloader, renew)
    context.originals = remote
    return remote


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
