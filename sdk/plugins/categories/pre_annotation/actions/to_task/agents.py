"""The agent of a run: whether it is there, and whether it may work on the project (to_task guide, Prerequisites)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.clients.errors import ClientError
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import AgentError

if TYPE_CHECKING:
    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row

_NOT_SERVED = frozenset({404, 405})
RIGHTS = "Choose an agent with permissions on the project, or grant them to this one."


def find_agent(client: BackendClient, agent: int, project: int) -> Row | None:
    """Return an agent as the backend lists it; ``None`` from a backend that lists no agents.

    Args:
        client: The v1 client.
        agent: Id of the agent.
        project: Id of the project.

    Raises:
        AgentError: It is not there for this caller, or has no rights on the project.
        ClientError: The backend does not say.
    """
    try:
        listed = client.list_agents(agent)
    except ClientError as error:
        if error.status not in _NOT_SERVED:
            raise
        return None
    found = next((row for row in listed if row.get("id") == agent), None)
    if found is None:
        raise AgentError(f"Agent not found: {agent}", "Check the agent's ID and your permissions.")
    projects = found.get("projects")
    if isinstance(projects, list) and project not in projects:
        raise AgentError(f"Agent {agent} has no permissions on project {project}", RIGHTS)
    return found
