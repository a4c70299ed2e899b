"""Initialize: open the storage and a place to write, before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.actions.export.messages import Message, tell
from sdk.plugins.actions.export.steps.export_step import InProcessStep
from sdk.plugins.actions.export.surroundings import announce, open_destination
from sdk.plugins.steps import StepResult

if TYPE_CHECKING:
    from sdk.plugins.actions.export.context import ExportContext


class InitializeStep(InProcessStep):
    """Opens the destination of an export whose rows this process gathers."""

    step_name = "initialize"
    proportion = 2

    @override
    def execute(self, context: ExportContext) -> StepResult:
        announce(context)
        tell(context.runtime_ctx, Message.IN_PROCESS_STARTED)
        open_destination(context)
        return StepResult(data={"storage": context.params.get("storage"), "path": context.params.get("path")})
