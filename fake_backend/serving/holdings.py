"""Serve applications as they are kept: rows, their jobs, and what they hold of each agent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from fake_backend.serving.application import Application, Needs
from fake_backend.serving.capacity import Account, Resources, total
from fake_backend.serving.lifecycle import Status
from fake_backend.serving.release import Release
from fake_backend.store.instants import shown, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.core.clock import Clock
    from fake_backend.core.ids import Draws
    from fake_backend.store.reports import Reports
    from fake_backend.store.serving import Row, ServingRows

SLOTS_FULL: Final = "slots_full"
BEHIND: Final = "dependency_pending"  # there would be room, were it not for those before it
AGENT_LOST: Final = "agent_unavailable"


@dataclass(frozen=True)
class Waiting:
    """Where an application stands among those that wait for room on its agent.

    Args:
        position: From 1.
        codes: What is short; empty where it only waits for those before it.
        since: Microseconds since the epoch.
    """

    position: int
    codes: tuple[str, ...]
    since: int

    def as_meta(self) -> dict[str, Any]:
        """Return it as a job's ``meta.queue`` (OpenAPI ``JobQueueState``)."""
        return {
            "position": self.position,
            "reason": self.codes[0] if self.codes else BEHIND,
            "blockers": list(self.codes),
            "updated_at": shown(self.since),
        }


class Holdings:
    """The applications of a world; whoever changes one holds the turn (``timers.py``).

    Args:
        clock: The world's time.
        draws: Ids of jobs.
        rows: Where agents, releases and applications are kept.
        reports: Where jobs are kept.
    """

    def __init__(self, clock: Clock, draws: Draws, rows: ServingRows, reports: Reports) -> None:
        self._clock = clock
        self._draws = draws
        self._rows = rows
        self._reports = reports
        self._last_id = 0

    def now(self) -> int:
        """Return the instant, in microseconds since the epoch."""
        return stored(self._clock.now())

    def one(self, application_id: int, tenant: str | None = None) -> Application:
        """Return an application, of a tenant's where one is named.

        Raises:
            NotFound: There is none.
        """
        return Application.read(self._rows.application(application_id, tenant))

    def all(self, **wanted: Any) -> list[Application]:
        """Return applications by ``agent_id``, ``release_id`` or ``job_id``; all without them."""
        return [Application.read(row) for row in self._rows.applications(**wanted)]

    def release(self, application: Application) -> Release:
        """Return what an application serves."""
        return Release.read(self._rows.release(application.plugin_release_id, application.tenant))

    def agent(self, agent_id: int) -> Row:
        """Return the row of an agent.

        Raises:
            NotFound: There is none.
        """
        return self._rows.agent(agent_id)

    def set_failure(self, agent_id: int, failure: str | None) -> None:
        """Store how an agent fails."""
        self._rows.set_failure(agent_id, failure)

    def account(self, agent: Mapping[str, Any]) -> Account:
        """Return an agent's capacity and what is held of it."""
        owned = Resources.of(
            num_cpus=agent["num_cpus"],
            num_gpus=agent["num_gpus"],
            memory_bytes=agent["memory_bytes"],
            replicas=agent["max_replicas"],
        )
        return Account(owned, total(one.held for one in self.all(agent_id=agent["id"])))

    def queue(self, agent_id: int) -> list[Application]:
        """Return who waits for room on an agent, in their order."""
        return sorted((one for one in self.all(agent_id=agent_id) if one.is_waiting), key=lambda one: one.queued or 0)

    def blockers(self, agent: Mapping[str, Any], application: Application) -> tuple[str, ...]:
        """Return what keeps an application from being started now, whoever waits before it."""
        if agent["failure"] == "down":
            return (AGENT_LOST,)
        short = tuple(one.code for one in self.account(agent).shortages(application.needs.all))
        rolling = sum(one.status is Status.DEPLOYING for one in self.all(agent_id=agent["id"]))
        return (*short, SLOTS_FULL) if 0 < agent["max_deployments"] <= rolling else short

    def waiting(self, application: Application) -> Waiting | None:
        """Return where an application waits, ``None`` where it does not."""
        if not application.is_waiting:
            return None
        place = [one.id for one in self.queue(application.agent_id)].index(application.id) + 1
        return Waiting(place, self.blockers(self.agent(application.agent_id), application), application.changed)

    def make(self, release: Release, agent_id: int, needs: Needs) -> Application:
        """Return a new application that nobody has asked to be there for good."""
        self._last_id = max(self._last_id, self._rows.greatest_id()) + 1
        made = Application(
            id=self._last_id,
            tenant=release.tenant,
            plugin_release_id=release.id,
            plugin_code=release.code,
            agent_id=agent_id,
            job_id=None,
            owns_job=False,
            status=Status.NOT_STARTED,
            phase="",
            reason="",
            needs=needs,
            calls=0,
            is_lasting=False,
            queued=None,
            created=self.now(),
            changed=self.now(),
        )
        self._rows.add(made.columns())
        return made

    def with_job(self, application: Application, job_id: str | None) -> Application:
        """Return an application with the job of a deployment: the one named, the seed's, or a new one."""
        if job_id is not None:
            return replace(application, job_id=job_id, owns_job=False)
        if application.job_id is not None and not application.owns_job:
            return application
        made = self._draws.uuid("serve-jobs")
        self._reports.add_job(
            application.tenant,
            made,
            self.now(),
            action="deployment",
            plugin_release=application.plugin_release_id,
        )
        return replace(application, job_id=made, owns_job=True)

    def save(self, application: Application) -> Application:
        """Keep what an application is now, and return it."""
        self._rows.save(application.columns())
        self._clock.changed()
        return application

    def rest(self, application: Application) -> None:
        """Keep an application that is not started if a seed named it, as the seed did; else it is no more."""
        if application.is_lasting:
            job_id = None if application.owns_job else application.job_id
            needs = Needs.of(self.release(application))
            self.save(replace(application, job_id=job_id, owns_job=False, needs=needs, reason="", calls=0))
        else:
            self._rows.remove(application.id)

    def report(self, application: Application, status: str, error: str = "") -> None:
        """Tell the deployment's own job where it is; a job of somebody else's tells that itself."""
        if application.owns_job and application.job_id is not None:
            told: dict[str, Any] = {"status": status, **({"result": {"error": error}} if error else {})}
            self._reports.update_job(application.tenant, application.job_id, told, self.now())
