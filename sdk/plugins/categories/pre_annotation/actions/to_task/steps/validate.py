"""Validate: conditions of the plugin's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import ValidationStrategy


class ValidateStep(FixedStep["ToTaskContext"]):
    """Asks each validation strategy, in order.

    Args:
        strategies: What to ask.
    """

    step_name = "validate"
    proportion = 5

    def __init__(self, strategies: Sequence[ValidationStrategy]) -> None:
        self._strategies = strategies

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        for strategy in self._strategies:
            strategy.validate(context)
        return StepResult(data={"validations": len(self._strategies)})
