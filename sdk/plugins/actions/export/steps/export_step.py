"""What all steps of an export have in common: when they are skipped."""

from __future__ import annotations

from typing import override

from sdk.plugins.actions.export.context import ExportContext
from sdk.plugins.steps import FixedStep

SERVER_EXPORT = "server_export"
"""Under which the gathering of rows is reported, on both heads (export guide, observability)."""


class ExportStep(FixedStep[ExportContext]):
    """A step of an export; the shares are those of contract.md 2."""

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
