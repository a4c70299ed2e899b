"""Initialize: the project, what its tasks show, and the agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, override

from sdk.clients.errors import AuthorizationError, NotFoundError
from sdk.plugins.categories.pre_annotation.actions.to_task.agents import find_agent
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import InvalidProjectError, NoDataCollectionError
from sdk.plugins.steps import FixedStep, StepResult

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class InitializeStep(FixedStep["ToTaskContext"]):
    """Looks up what the run is about, and refuses what is not there (to_task guide, Prerequisites)."""

    step_name = "initialize"
    proportion = 5

    @override
    def execute(self, context: ToTaskContext) -> StepResult:
        project = context.params.project
        try:
            context.project = context.client.get_project(project)
        except NotFoundError as error:
            raise InvalidProjectError(f"project not found: {project}") from error
        except AuthorizationError as error:
            raise InvalidProjectError(f"no access to project {project}") from error
        collection = _id_of(context.project.get("data_collection"))
        if collection is None:
            raise NoDataCollectionError
        context.data_collection = context.client.get_data_collection(collection)
        context.agent = find_agent(context.client, context.params.agent, project)
        return StepResult(data={"project": project, "data_collection": collection})


def _id_of(reference: object) -> int | None:
    """Return the id that a reference is, or holds when it is expanded."""
    found = reference.get("id") if isinstance(reference, dict) else reference
    return found if isinstance(found, int) and found else None
