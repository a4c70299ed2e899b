"""What all steps of an export have in common: a name, a share of the progress, and a head that they belong to."""

from __future__ import annotations

from typing import ClassVar, override

from sdk.plugins.actions.export.context import ExportContext
from sdk.plugins.steps import BaseStep

SERVER_EXPORT = "server_export"
"""Under which the gathering of rows is reported, on both heads (export guide, observability)."""


class ExportStep(BaseStep[ExportContext]):
    """A step with a fixed name and a fixed share.

    Attributes:
        step_name: Name in the registry.
        proportion: Share of the job's progress in per cent (contract.md 2).
    """

    step_name: ClassVar[str]
    proportion: ClassVar[int]

    @property
    @override
    def name(self) -> str:
        return self.step_name

    @property
    @override
    def progress_weight(self) -> float:
        return self.proportion / 100

    @override
    def can_skip(self, context: ExportContext) -> bool:
        """Return whether there is nothing to do: an interrupted run has published the export already."""
        return context.is_published


class InProcessStep(ExportStep):
    """A step that is skipped when the server gathers the rows."""

    @override
    def can_skip(self, context: ExportContext) -> bool:
        return context.is_delegated or super().can_skip(context)


class DelegatedStep(ExportStep):
    """A step that is skipped when this process gathers the rows."""

    @override
    def can_skip(self, context: ExportContext) -> bool:
        return not context.is_delegated or super().can_skip(context)
