"""What all steps of a run have in common: a name and a share of the progress."""

from __future__ import annotations

from typing import ClassVar, override

from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
from sdk.plugins.steps import BaseStep


class ToTaskStep(BaseStep[ToTaskContext]):
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
