"""to_task: annotates tasks from files or by inference (to_task guide); ``docs/to-task.md`` is its page."""

from sdk.plugins.categories.pre_annotation.actions.to_task.action import ToTaskAction
from sdk.plugins.categories.pre_annotation.actions.to_task.annotation_format import check_annotations
from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import CriticalError, TaskError, ToTaskError
from sdk.plugins.categories.pre_annotation.actions.to_task.params import ToTaskParams
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies import AnnotationStrategy, ValidationStrategy
from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task, TaskFile

__all__ = [
    "AnnotationStrategy",
    "CriticalError",
    "Task",
    "TaskError",
    "TaskFile",
    "ToTaskAction",
    "ToTaskContext",
    "ToTaskError",
    "ToTaskParams",
    "ValidationStrategy",
    "check_annotations",
]
