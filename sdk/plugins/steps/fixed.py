"""A step whose name and share never change."""

from __future__ import annotations

from typing import ClassVar, override

from sdk.plugins.steps.base import BaseStep
from sdk.plugins.steps.context import BaseStepContext


class FixedStep[C: BaseStepContext](BaseStep[C]):
    """A step with a fixed name and a fixed share.

    Attributes:
        step_name: Name in the registry.
        proportion: Share of the job's progress in per cent.
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
