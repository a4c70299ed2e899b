"""What the steps of one export share."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.settings import ExportSettings
from sdk.plugins.steps import BaseStepContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.clients.pagination import Row
    from sdk.clients.payloads import PayloadFetcher
    from sdk.plugins.actions.export.exporter import BaseExporter, ErrorList
    from sdk.plugins.actions.export.gate import DelegationDecision
    from sdk.plugins.actions.export.handlers import ExportTargetHandler
    from sdk.plugins.actions.export.in_process import RowSource
    from sdk.plugins.actions.export.manifest import Manifest
    from sdk.plugins.actions.export.originals import OriginalSource
    from sdk.plugins.actions.export.rows import Item
    from sdk.plugins.actions.export.scope import Probe
    from sdk.plugins.actions.export.staging import Staging
    from sdk.storage import StorageRoot


@dataclass
class ExportContext(BaseStepContext):
    """State of one export: the fields of the guide first, then those of the nine steps.

    Args:
        runtime_ctx: Logger, environment, clients and clock.
        params: Parameters of the action, as a dict.
        results: What was fetched; steps fill it.
        total_count: Rows to export.
        exported_count: Rows that were saved.
        output_path: Where the export stands; ``None`` until it does.
        failed_count: Rows that were not saved.
        filters: Checked filter.
        settings: Tunables.
        delegation_decision: Which head gathers the rows; ``None`` means in process.
        handler: Of the target.
        exporter_class: What saves the rows.
        root: The storage.
        staging: Where the export is written.
        fetcher: Downloads payloads.
        source: Rows by request.
        remote: Downloads original files.
        originals: Where original files come from: those that are kept, the bundle, or a download.
        probe: The scope before the server-side job.
        job_id: The job.
        job: Its document once it has succeeded.
        manifest: What it says about its bundle.
        configuration: Of the project.
        export_params: What the exporter is constructed with.
        export_items: Items, fetched as they are read.
        handed_out: How many of them were read so far, by whomever.
        exporter: The exporter at work.
        converted_items: Converted items, converted as they are read.
        errors_json: JSON files that failed.
        errors_original: Originals that failed.
        removed: Rows that were deleted while the export ran.
        created_since: Rows that were created while the export ran and are in only one of bundle and scope.
        outcome: What the export came to, once it stands.
        resources: Closed at the end, whatever the end.

    Source: export guide, ExportContext.
    """

    params: dict[str, Any] = field(default_factory=dict)
    results: Any | None = None
    total_count: int = 0
    exported_count: int = 0
    output_path: str | None = None

    failed_count: int = 0
    filters: dict[str, Any] = field(default_factory=dict)
    settings: ExportSettings = field(default_factory=ExportSettings)
    delegation_decision: DelegationDecision | None = None
    handler: ExportTargetHandler | None = None
    exporter_class: type[BaseExporter] | None = None
    root: StorageRoot | None = None
    staging: Staging | None = None
    fetcher: PayloadFetcher | None = None
    source: RowSource | None = None
    remote: OriginalSource | None = None
    originals: OriginalSource | None = None
    probe: Probe | None = None
    job_id: str | None = None
    job: Row | None = None
    manifest: Manifest | None = None
    configuration: dict[str, Any] = field(default_factory=dict)
    export_params: dict[str, Any] = field(default_factory=dict)
    export_items: Iterator[Item] | None = None
    handed_out: int = 0
    exporter: BaseExporter | None = None
    converted_items: Iterator[Item] | None = None
    errors_json: ErrorList = field(default_factory=list)
    errors_original: ErrorList = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    created_since: list[int] = field(default_factory=list)
    outcome: dict[str, Any] | None = None
    resources: ExitStack = field(default_factory=ExitStack, repr=False)

    @property
    def v2_client(self) -> BackendV2Client | None:
        """The v2 client, if the runtime context has one."""
        return self.runtime_ctx.v2_client

    @property
    def is_delegated(self) -> bool:
        """Whether the server gathers the rows."""
        return self.delegation_decision is not None and self.delegation_decision.delegate

    @property
    def is_published(self) -> bool:
        """Whether an interrupted run has made the export stand, so that there is only to clear up."""
        return self.staging is not None and self.staging.published is not None

    @property
    def head(self) -> str:
        """The head that gathers the rows: ``delegated`` or ``in-process``."""
        return "delegated" if self.is_delegated else "in-process"


def needed[T](value: T | None, what: str) -> T:
    """Return what an earlier step has put into the context.

    Args:
        value: The context's field.
        what: What is missing otherwise, for the sentence.

    Raises:
        RuntimeError: No step has; the registry's steps are not in order.
    """
    if value is None:
        raise RuntimeError(f"There is no {what} in the export's context; an earlier step has to provide it.")
    return value
