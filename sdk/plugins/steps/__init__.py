"""Steps: units of work that run in order and can be undone."""

from sdk.plugins.steps.base import BaseStep
from sdk.plugins.steps.context import BaseStepContext
from sdk.plugins.steps.fixed import FixedStep
from sdk.plugins.steps.orchestrator import Orchestrator
from sdk.plugins.steps.registry import StepRegistry
from sdk.plugins.steps.result import StepResult

__all__ = ["BaseStep", "BaseStepContext", "FixedStep", "Orchestrator", "StepRegistry", "StepResult"]
