"""Errors of actions; the whole tree is drawn in ``sdk.errors``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.errors import SdkError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdk.plugins.steps.result import StepResult


class ActionError(SdkError):
    """An action did not reach its end."""


class ParamsError(ActionError):
    """Parameters that the action's model refuses.

    Args:
        message: One sentence that names each offending field.
        errors: One entry for each: ``loc``, ``msg`` and ``type``, as pydantic tells them; without the values.
    """

    def __init__(self, message: str, errors: Sequence[dict[str, Any]] = ()) -> None:
        super().__init__(message)
        self.errors = list(errors)


class PluginConfigError(ActionError):
    """``config.yaml`` cannot be read, or names an action that is none."""


class StepFailed(ActionError):  # noqa: N818  (the word of the export guide's readers)
    """A step failed; what was done before it is rolled back. ``__cause__`` is the step's own exception, if it raised.

    Args:
        message: One sentence that names the step and what it said.
        step: Name of the step.
        result: What the step returned, or what stands for its exception.
    """

    def __init__(self, message: str, *, step: str | None = None, result: StepResult | None = None) -> None:
        super().__init__(message)
        self.step = step
        self.result = result
