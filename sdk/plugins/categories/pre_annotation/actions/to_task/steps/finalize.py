"""Finalize: what the run came to."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.loggers import LogLevel
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import ANNOTATE, result_of
from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class FinalizeStep(FixedStep["ToTaskContext"]):
    """Makes the result, and says it."""

    step_name = "finalize"
    proportion = 5

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        result = context.result = result_of(context.tally, context.first_failure)
        context.set_metrics(context.tally.metrics(), ANNOTATE)
        level = LogLevel.ERROR if result["status"] == "FAILED" else LogLevel.SUCCESS
        context.log_message(
            result["message"], LogLevel.WARNING if context.tally.success and context.tally.failed else level
        )
        return StepResult(data=result)
