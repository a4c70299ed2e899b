"""What a step is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from sdk.plugins.steps.context import BaseStepContext

if TYPE_CHECKING:
    from sdk.plugins.steps.result import StepResult


class BaseStep[C: BaseStepContext](ABC):
    """One unit of work of an action (export guide, step-based mode)."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Name of the step, unique in its registry; progress is reported under it."""

    @property
    @abstractmethod
    def progress_weight(self) -> float:
        """Share of the whole work, from 0 to 1; shares are compared with their sum, so they need not add up to 1."""

    @property
    def progress_proportion(self) -> int:
        """Share of the job's progress bar in per cent, at least 1."""
        return max(1, round(self.progress_weight * 100))

    @abstractmethod
    def execute(self, context: C) -> StepResult:
        """Do the work.

        Args:
            context: What steps share.

        Returns:
            The outcome; an exception counts as a failure as well.
        """

    def can_skip(self, context: C) -> bool:
        """Return whether there is nothing to do; a skipped step counts as done."""
        del context
        return False

    def rollback(self, context: C, result: StepResult) -> None:  # noqa: B027  (most steps leave nothing behind)
        """Undo the work, because this step or a later one failed.

        Args:
            context: What steps share.
            result: What ``execute`` returned, or what stands for its exception.
        """
