"""What rows of serving say of each other and of the rest: one tenant for an application, its release and its agent.

Pure. An agent has room for what the document has it serve; what it serves beside that is known when it is loaded.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.lookups import among, by_id, once
from fake_backend.seeding.shape import path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.seeding.rows import AgentRow, PluginReleaseRow, SeedDocument, ServeApplicationRow

HOLDS_NOTHING: Final = ("NOT_STARTED", "DEPLOY_FAILED")
HEX_TOKEN: Final = 40  # digits of a token that an install script can name (contract.md 4; the published client)


def check(document: SeedDocument, *, project_tenants: Mapping[int, str]) -> None:
    """Refuse the first row of serving that repeats a key or names what is not there.

    Args:
        document: Rows of the right shape, whose other references are known to be good.
        project_tenants: Tenant of each project, by id.

    Raises:
        SeedInvalid: With the place of the offending value.
    """
    agents = _agents(document, project_tenants)
    _applications(document, agents, _releases(document))


def _agents(document: SeedDocument, project_tenants: Mapping[int, str]) -> dict[int, AgentRow]:
    rows = document.agents
    tokens: set[str] = set()
    for index, row in enumerate(rows):
        for place, project in enumerate(row.projects or ()):
            if project_tenants.get(project) != row.tenant:
                own = [one for one, tenant in project_tenants.items() if tenant == row.tenant]
                where = path(("agents", index, "projects", place))
                raise SeedInvalid(where, project, f"the id of a project of tenant {row.tenant} {among(own)}")
        if row.token in tokens:
            raise SeedInvalid(path(("agents", index, "token")), "***", "another token than those before it")
        if row.token is not None:
            tokens.add(row.token)
            digits = len(row.token) == HEX_TOKEN and set(row.token) <= set("0123456789abcdef")
            if row.token_in_script and not digits:
                expected = f"{HEX_TOKEN} hexadecimal digits, as a script names it"
                raise SeedInvalid(path(("agents", index, "token")), "***", expected)
    return by_id("agents", rows, rows)


def _releases(document: SeedDocument) -> dict[int, PluginReleaseRow]:
    rows = document.plugin_releases
    seen: dict[tuple[str, str, str], int] = {}
    for index, row in enumerate(rows):
        first = seen.setdefault((row.tenant, row.code, row.version), row.id)
        if first != row.id:
            expected = f"another version than that of release {first} of {row.code}"
            raise SeedInvalid(path(("plugin_releases", index, "version")), row.version, expected)
    for index, job in enumerate(document.jobs):
        theirs = [row.id for row in rows if row.tenant == job.tenant]
        if job.plugin_release is not None and job.plugin_release not in theirs:
            expected = f"null or the id of a plugin release of tenant {job.tenant} {among(theirs)}"
            raise SeedInvalid(path(("jobs", index, "plugin_release")), job.plugin_release, expected)
    return by_id("plugin_releases", rows, rows)


def _applications(
    document: SeedDocument, agents: Mapping[int, AgentRow], releases: Mapping[int, PluginReleaseRow]
) -> None:
    rows = document.serve_applications
    once("serve_applications", "id", [row.id for row in rows])
    jobs = {row.id: row.tenant for row in document.jobs}
    pairs: dict[tuple[int, int], int] = {}
    for index, row in enumerate(rows):
        release = releases.get(row.plugin_release)
        if release is None:
            place = path(("serve_applications", index, "plugin_release"))
            raise SeedInvalid(place, row.plugin_release, f"the id of a plugin release {among(releases)}")
        agent = agents.get(row.agent)
        if agent is None or agent.tenant != release.tenant:
            own = [one.id for one in agents.values() if one.tenant == release.tenant]
            place = path(("serve_applications", index, "agent"))
            raise SeedInvalid(place, row.agent, f"the id of an agent of tenant {release.tenant} {among(own)}")
        if row.job is not None and jobs.get(row.job) != release.tenant:
            theirs = [one for one, tenant in jobs.items() if tenant == release.tenant]
            place = path(("serve_applications", index, "job"))
            raise SeedInvalid(place, row.job, f"null or the id of a job of tenant {release.tenant} {among(theirs)}")
        first = pairs.setdefault((row.plugin_release, row.agent), row.id)
        if first != row.id:
            place = path(("serve_applications", index, "agent"))
            raise SeedInvalid(place, row.agent, f"another agent, as application {first} serves the release there")
    _room(rows, agents, releases)


def _room(
    rows: tuple[ServeApplicationRow, ...], agents: Mapping[int, AgentRow], releases: Mapping[int, PluginReleaseRow]
) -> None:
    """Refuse the first application that its agent has no room for, beside those before it."""
    held: dict[tuple[int, str], Decimal] = defaultdict(Decimal)
    for index, row in enumerate(rows):
        if row.status in HOLDS_NOTHING:
            continue
        release, agent = releases[row.plugin_release], agents[row.agent]
        for name, most, one in (
            ("num_cpus", agent.num_cpus, release.num_cpus),
            ("num_gpus", agent.num_gpus, release.num_gpus),
            ("memory_bytes", agent.memory_bytes, release.memory_bytes),
            ("max_replicas", agent.max_replicas, 1),
        ):
            held[row.agent, name] += Decimal(str(one)) * release.num_replicas
            if held[row.agent, name] > Decimal(str(most)):
                expected = f"the id of an agent with room, as {name} of agent {row.agent} is {most}"
                raise SeedInvalid(path(("serve_applications", index, "agent")), row.agent, expected)
