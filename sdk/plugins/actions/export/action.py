"""Export actions: the base that plugins write their own export on, and the one that does everything.

Source: export guide, BaseExportAction and Template-Based Export.
"""

from __future__ import annotations

import os
import warnings
from collections import ChainMap
from typing import TYPE_CHECKING, Any, ClassVar, override

from pydantic import BaseModel

from sdk.loggers import LogLevel
from sdk.plugins.action import BaseAction
from sdk.plugins.actions.export.context import ExportContext
from sdk.plugins.actions.export.errors import STANDS, DestinationError
from sdk.plugins.actions.export.exporter import BaseExporter
from sdk.plugins.actions.export.filters import blank_keys
from sdk.plugins.actions.export.gate import DelegationDecision, resolve_delegation
from sdk.plugins.actions.export.handler_factory import TargetHandlerFactory
from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.params import ExportParams
from sdk.plugins.actions.export.registry import register_export_steps
from sdk.plugins.actions.export.result import export_result
from sdk.plugins.actions.export.settings import ExportSettings, Sources
from sdk.plugins.actions.export.steps.export_step import SERVER_EXPORT
from sdk.plugins.actions.export.targets import TASK
from sdk.plugins.enums import PluginCategory
from sdk.plugins.steps import Orchestrator, StepRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.plugins.actions.export.handlers import ExportTargetHandler


class ExportProgress:
    """Names under which exports report progress."""

    DATASET_CONVERSION = "dataset_conversion"


class BaseExportAction[P: BaseModel](BaseAction[P]):
    """An export that a plugin writes itself, in ``execute`` or in steps."""

    category = PluginCategory.EXPORT
    progress = ExportProgress

    def get_filtered_results(self, filters: dict[str, Any]) -> tuple[Any, int]:
        """Return the rows of an export as an iterator, and their number.

        Args:
            filters: Which rows.

        Raises:
            NotImplementedError: The plugin has not overridden it.
        """
        raise NotImplementedError(f"{type(self).__name__} does not override get_filtered_results().")

    @override
    def create_context(self) -> ExportContext:
        return ExportContext(runtime_ctx=self.ctx, params=self.params.model_dump())


class ExportAction(BaseExportAction[ExportParams]):
    """Exports the rows of a target with an exporter, delegated to the server or in process.

    Attributes:
        config: Configuration of the action, for tunables; a plugin may set it on its class.
    """

    params_model = ExportParams
    config: ClassVar[Mapping[str, Any]] = {}

    @property
    def entrypoint(self) -> type[BaseExporter]:
        """The exporter's class."""
        return BaseExporter

    def get_handler(self) -> ExportTargetHandler:
        """Return the handler of the target; plugins with a source of their own override it.

        Raises:
            UnsupportedTargetError: The target has none.
        """
        return TargetHandlerFactory.get_handler(self.params.target)

    @override
    def get_filtered_results(self, filters: dict[str, Any]) -> tuple[Any, int]:
        """Return the rows of the target, as its handler gives them."""
        return self.get_handler().get_results(self.client, filters)

    @override
    def setup_steps(self, registry: StepRegistry[Any]) -> None:
        """Register the nine steps."""
        register_export_steps(registry)

    @override
    def create_context(self) -> ExportContext:
        """Return the context of one run; filter and tunables are checked here, before anything is requested.

        Raises:
            UnsupportedTargetError: The target has no handler.
            UnsupportedFilterError: The filter has a key or value that the target does not take.
            ExportSettingError: A tunable is of the wrong kind or out of range.
        """
        context = super().create_context()
        sources = self.sources()
        context.handler = self.get_handler()
        context.filters = context.handler.validate_filter(dict(self.params.filter), self.ctx.client)
        target = context.handler.native_target() or TASK
        context.settings = ExportSettings.resolve(sources, throttle=target.rows.throttle)
        context.exporter_class = self.entrypoint
        context.delegation_decision = self._resolve_delegation_decision(context, sources)
        return context

    def sources(self) -> Sources:
        """Return where the tunables of this run come from."""
        own = {key: str(value) for key, value in self.ctx.env.to_dict().items()}
        return Sources(
            fields=self.params.model_dump(),
            extra_params=getattr(self.params, "extra_params", None) or {},
            config=self.config,
            environ=ChainMap(own, dict(os.environ)),
            process=dict(os.environ),
        )

    @override
    def run(self) -> dict[str, Any]:
        """Run the export and return its outcome; see ``sdk.plugins.actions.export.result``.

        Raises:
            StepFailed: A step failed; nothing stands at the destination. ``__cause__`` says what happened, and a note
                where that is kept which the same export goes on from.
            ExportError: See ``create_context``; nothing was requested.
        """
        registry: StepRegistry[ExportContext] = StepRegistry()
        self.setup_steps(registry)
        context = self.create_context()
        with context.resources:
            try:
                self._tell_what_is_unusual(context)
                Orchestrator(registry, context).execute()
                self._forget_staging(context)
            except BaseException as error:
                if isinstance(error, Exception):
                    self._report_failure(context, error)
                self._say_what_is_kept(context, error)
                raise
        return export_result(context)

    def _resolve_delegation_decision(self, context: ExportContext, sources: Sources) -> DelegationDecision:
        handler = context.handler
        scope = handler.delegation_scope(context.filters) if handler is not None else None
        return resolve_delegation(sources, has_v2_client=self.ctx.v2_client is not None, scope=scope)

    def _tell_what_is_unusual(self, context: ExportContext) -> None:
        blank = blank_keys(self.params.filter)
        if blank:
            context.log_message(f"Filter keys without a value select nothing away: {', '.join(blank)}.")
        decision = context.delegation_decision
        if decision is not None and not decision.delegate:
            sentence = f"Exporting in process, which is deprecated: {decision.reason}."
            context.log_message(sentence, LogLevel.WARNING)
            warnings.warn(sentence, DeprecationWarning, stacklevel=4)  # the caller of dispatch

    def _forget_staging(self, context: ExportContext) -> None:
        """Remove the staging of an export that stands, last of all: without it the same command exports again.

        Raises:
            DestinationError: It cannot be removed.
        """
        staging = context.staging
        if staging is None or staging.published is None:
            return
        self.ctx.logger.flush()
        try:
            staging.discard()
        except OSError as error:
            raise DestinationError(
                f"The staging {str(staging.base)!r} cannot be removed: {error.strerror or error}."
            ) from error

    def _say_what_is_kept(self, context: ExportContext, error: BaseException) -> None:
        staging = context.staging
        if staging is None or not staging.is_worth_keeping:
            return
        if staging.published is not None:
            left = "what is left is to clear up" if staging.is_there else "nothing is left to do"
            error.add_note(f"{STANDS} at {staging.published!r} all the same; {left}.")
            return
        error.add_note(
            f"What was gathered is kept in {str(staging.base)!r}: the same command goes on from there, and with "
            "discard=True (--discard) begins again."
        )
        if isinstance(error, Exception):
            tell(context.runtime_ctx, Message.KEPT)

    def _report_failure(self, context: ExportContext, error: Exception) -> None:
        sentence = str(error) or type(error).__name__
        context.log("export_failed", {"error": sentence, "head": context.head}, level=LogLevel.ERROR)
        failed = max(1, context.failed_count)
        context.set_metrics({"success": context.exported_count, "failed": failed}, SERVER_EXPORT)
