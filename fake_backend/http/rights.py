"""The rights of an agent in whose name a request is made (contract.md 1.1, ``SYNAPSE-Agent``).

An agent has rights on all projects of its tenant, on some, or on none. With none it may do nothing. With some, what is
of other projects is not there in lists and bulk answers, and one by one it is refused, as is what does not exist at
all: so that neither tells. What is of no project, such as a storage, is the tenant's, and so the agent's.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import request

from fake_backend.core.errors import Forbidden, NotFound, Unauthenticated
from fake_backend.core.filters import Comparison, Condition
from fake_backend.exports.request import versions_of
from fake_backend.http.request import caller, world
from fake_backend.store.kinds import GROUND_TRUTH

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fake_backend.core.filters import Selection
    from fake_backend.store.kinds import Kind

AGENT = "Synapse-Agent"


def projects_of_agent(tenant: str) -> frozenset[int] | None:
    """Return the projects that the request's agent has rights on, ``None`` for all of the tenant, or without an agent.

    Args:
        tenant: Code of the user's own tenant.

    Raises:
        Unauthenticated: The agent's token is nobody's, or another tenant's.
        Forbidden: The agent has no rights at all.
    """
    given = request.headers.get(AGENT, "").removeprefix("Token ").strip()
    if not given:
        return None
    agent = world().serving.agent_of_token(given)
    if agent is None or agent["tenant"] != tenant:
        raise Unauthenticated("Invalid token.", expected="the token of an agent")
    if agent["projects"] is None:
        return None
    projects = frozenset(json.loads(agent["projects"]))
    if not projects:
        raise no_rights()
    return projects


def no_rights() -> Forbidden:
    """Return the refusal of an agent, in the words of Django REST framework; it tells nothing of what was asked for."""
    return Forbidden(
        "You do not have permission to perform this action.", expected="an agent with rights on the project"
    )


@contextmanager
def within_rights() -> Iterator[None]:
    """Refuse what is not there as what the agent has no rights on, where the agent's rights are limited.

    Raises:
        Forbidden: Nothing is there.
    """
    try:
        yield
    except NotFound as error:
        if caller().projects is None:
            raise
        raise no_rights() from error


def check_rights(projects: Iterable[int | None]) -> None:
    """Let a request on what is of one of some projects pass, unless its agent has rights on none of them.

    Raises:
        Forbidden: It has not.
    """
    held = caller().projects
    if held is not None and not any(project in held for project in projects):
        raise no_rights()


def check_export_rights(kind: Kind, project_id: int | None, selection: Selection) -> None:
    """Let an export pass, or what is told of one, unless its agent has no rights on all that it reads.

    Args:
        kind: What is exported.
        project_id: Whose tasks or assignments; of no concern to ground truth, which is exported by dataset version.
        selection: The filter.

    Raises:
        Forbidden: It has not.
    """
    held = caller().projects
    if held is None:
        return
    if kind is not GROUND_TRUTH:
        check_rights([project_id])
        return
    versions = versions_of(selection)
    of = world().catalogue.projects_of_versions(caller().tenant, versions)
    for version in versions:
        check_rights([of.get(version)])


def rows_within_rights(kind: Kind) -> tuple[Condition, ...]:
    """Return what rows of a list have to pass besides what was asked for: that they are of projects of the agent."""
    held = caller().projects
    if held is None:
        return ()
    wanted = tuple(sorted(held))
    if "projects" in kind.relations:
        return (Condition("projects", Comparison.RELATED, wanted),)
    return (Condition("project_id", Comparison.ANY_OF, wanted),) if "project_id" in kind.table.c else ()
