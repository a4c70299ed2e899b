"""AnnotateTaskData: task by task, what it is to hold is found out, compared and written."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.clients.errors import ClientError, NotFoundError
from sdk.plugins.categories.pre_annotation.actions.to_task.annotation_format import ensure_json, same_json
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import CriticalError, TaskError
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import ANNOTATE
from sdk.plugins.categories.pre_annotation.actions.to_task.progress import ProgressReport
from sdk.plugins.categories.pre_annotation.actions.to_task.selecting import is_annotated
from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import read_task
from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task


class AnnotateTaskDataStep(FixedStep["ToTaskContext"]):
    """Annotates the tasks; what fails with one of them is that task's affair (to_task guide, Task-level Errors)."""

    step_name = ANNOTATE
    proportion = 60

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        report = ProgressReport(context)
        for window in _windows(context):
            tasks = list(_tasks(context, report, window))
            for task, outcome in _outcomes(context, tasks):
                if isinstance(outcome, CriticalError) and not context.is_writing:
                    raise outcome
                if isinstance(outcome, Exception):
                    report.failed(task.id, outcome)
                else:
                    _settle(context, report, task, outcome)
        return StepResult(data=context.tally.metrics())


def _windows(context: ToTaskContext) -> Iterator[list[int]]:
    if not context.task_ids:
        return
    size = max(1, context.strategy.window(context))
    for start in range(0, len(context.task_ids), size):
        yield context.task_ids[start : start + size]


def _tasks(context: ToTaskContext, report: ProgressReport, window: list[int]) -> Iterator[Task]:
    """Yield the tasks of a window as they are now; one that somebody has taken on since it was listed is skipped."""
    for number in window:
        try:
            task = read_task(context.client, number)
        except NotFoundError:
            report.failed(number, TaskError("the task does not exist any more"))
        except ClientError as error:
            report.failed(number, error)
        else:
            if is_annotated(task.status) and not context.params.overwrite:
                report.skipped(number)
            else:
                yield task


def _outcomes(context: ToTaskContext, tasks: list[Task]) -> Iterator[tuple[Task, object]]:
    """Yield each task once, with what the strategy says of it, or with the reason why it says nothing."""
    left = {task.id: task for task in tasks}
    failure: Exception = TaskError("the strategy gave no annotations for it")
    outcomes = iter(context.strategy.annotate_window(context, tasks)) if tasks else iter(())
    while left:
        try:
            task, outcome = next(outcomes)
        except StopIteration:
            break
        except Exception as error:  # noqa: BLE001  (a plugin's strategy may raise anything)
            failure = error
            break
        if left.pop(task.id, None) is not None:
            yield task, outcome
    for task in left.values():
        yield task, failure


def _settle(context: ToTaskContext, report: ProgressReport, task: Task, outcome: object) -> None:
    try:
        data = ensure_json(outcome, "The annotations cannot be stored")
        if not context.params.overwrite and same_json(context.writer.stored(task.id, task.data), data):
            report.skipped(task.id)
            return
        context.is_writing = True
        context.writer.write(task.id, data, before=task.row)
    except (TaskError, ClientError, RecursionError) as error:
        report.failed(task.id, error)
    else:
        report.success(task.id)
