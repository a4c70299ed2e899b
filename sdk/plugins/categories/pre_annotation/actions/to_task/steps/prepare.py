"""Prepare: what the method needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class PrepareStep(FixedStep["ToTaskContext"]):
    """Lets the strategy check what it needs; nothing is changed yet."""

    step_name = "prepare"
    proportion = 5

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        context.strategy.prepare(context)
        return StepResult(data={"method": context.params.method})
