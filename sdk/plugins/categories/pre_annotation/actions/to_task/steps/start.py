"""Start: bring up what the method needs, and take it down again when the run ends early."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class StartStep(FixedStep["ToTaskContext"]):
    """Lets the strategy bring up what it needs; with nothing left to do nothing is brought up."""

    step_name = "start"
    proportion = 10

    @override
    def can_skip(self, context: ToTaskContext) -> bool:
        return not context.task_ids

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        context.strategy.start(context)
        return StepResult()

    @override
    def rollback(self, context: ToTaskContext, result: StepResult) -> None:
        context.strategy.undo(context)
