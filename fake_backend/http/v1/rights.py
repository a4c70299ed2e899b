"""The rights of an agent in whose name a client writes (contract.md 1.1, ``SYNAPSE-Agent``)."""

from __future__ import annotations

import json

from flask import request

from fake_backend.core.errors import Forbidden, Unauthenticated
from fake_backend.http.request import caller, world

AGENT = "Synapse-Agent"


def check_rights(project_id: int) -> None:
    """Let a write on a project pass, unless the request names an agent that has no rights there.

    Raises:
        Unauthenticated: The agent's token is nobody's, or another tenant's.
        Forbidden: The agent has no rights on the project.
    """
    given = request.headers.get(AGENT, "").removeprefix("Token ").strip()
    if not given:
        return
    agent = world().serving.agent_of_token(given)
    if agent is None or agent["tenant"] != caller().tenant:
        raise Unauthenticated("Invalid token.", expected="the token of an agent")
    if agent["projects"] is not None and project_id not in json.loads(agent["projects"]):
        raise Forbidden("The agent has no rights on this project.", received=agent["id"], field="agent")
