"""The steps of a run, in order; what is not reached is not undone."""

from sdk.plugins.categories.pre_annotation.actions.to_task.steps.annotate_task_data import AnnotateTaskDataStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.fetch_tasks import FetchTasksStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.finalize import FinalizeStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.initialize import InitializeStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.prepare import PrepareStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.start import StartStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.validate import ValidateStep

__all__ = [
    "AnnotateTaskDataStep",
    "FetchTasksStep",
    "FinalizeStep",
    "InitializeStep",
    "PrepareStep",
    "StartStep",
    "ValidateStep",
]
