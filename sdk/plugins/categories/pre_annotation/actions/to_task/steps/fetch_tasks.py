"""FetchTasks: the ids of the tasks that the filter selects, and which of them are left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NoTasksError
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import Tally
from sdk.plugins.categories.pre_annotation.actions.to_task.selecting import is_annotated, selected_tasks
from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class FetchTasksStep(FixedStep["ToTaskContext"]):
    """Lists the tasks once; tasks that come to match later are not the run's."""

    step_name = "fetch_tasks"
    proportion = 10

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        selection = context.selection
        wanted, own = selection.data_collection, context.data_collection.get("id")
        if wanted is not None and own is not None and wanted != own:
            # a backend that does not know the key would list all tasks of the project instead of none
            raise NoTasksError(
                f"the tasks of project {context.params.project} show data collection {own}, not {wanted}"
            )
        found = selected_tasks(context.client, selection)
        if not found:
            raise NoTasksError
        left = found if context.params.overwrite else [task for task in found if not is_annotated(task.status)]
        context.task_ids = [task.id for task in left]
        context.tally = Tally(total=len(left), skipped_existing=len(found) - len(left))
        context.log_message(f"Found {len(found)} task(s), {len(left)} of them to annotate.")
        return StepResult(data={"found": len(found), "total": len(left)})
