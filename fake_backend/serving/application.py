"""One serve application: a release on an agent. Pure; it changes only by ``moved`` and by being called."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self

from fake_backend.serving.capacity import Resources
from fake_backend.serving.lifecycle import HOLDING, Status, check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.serving.release import Release


@dataclass(frozen=True)
class Needs:
    """What an application was deployed with.

    Args:
        num_cpus: Processors of a replica.
        num_gpus: Graphics processors of a replica.
        memory_bytes: Memory of a replica.
        num_replicas: How many replicas.
    """

    num_cpus: float
    num_gpus: float
    memory_bytes: int
    num_replicas: int

    @classmethod
    def of(cls, release: Release) -> Self:
        """Return what a release says that it needs."""
        return cls(release.num_cpus, release.num_gpus, release.memory_bytes, release.num_replicas)

    @property
    def replica(self) -> Resources:
        """What one replica needs."""
        return Resources.of(num_cpus=self.num_cpus, num_gpus=self.num_gpus, memory_bytes=self.memory_bytes, replicas=1)

    @property
    def all(self) -> Resources:
        """What all replicas need together."""
        return self.replica.times(self.num_replicas)


@dataclass(frozen=True)
class Application:
    """A release on an agent; there is at most one of each.

    Args:
        id: Its key.
        tenant: Code.
        plugin_release_id: What is served.
        plugin_code: Code of the plugin.
        agent_id: Where.
        job_id: Job of the deployment, where there is one.
        owns_job: Whether that job is of the deployment alone, and not somebody's who asked for it in the course of it.
        status: Where it stands.
        phase: Part of the roll-out that it is in; blank unless it is deploying.
        reason: Why it stands there, for a person; blank where there is nothing to say.
        needs: What it was deployed with.
        calls: Calls that it took since it came up.
        is_lasting: Whether it stays as ``NOT_STARTED`` when it is deleted, because a seed document named it.
        queued: Its place among those that wait for room, the lowest first; ``None`` when it does not wait.
        created: Microseconds since the epoch.
        changed: Microseconds since the epoch.
    """

    id: int
    tenant: str
    plugin_release_id: int
    plugin_code: str
    agent_id: int
    job_id: str | None
    owns_job: bool
    status: Status
    phase: str
    reason: str
    needs: Needs
    calls: int
    is_lasting: bool
    queued: int | None
    created: int
    changed: int

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Return the application of a row of the table."""
        told = {one.name: row[one.name] for one in fields(cls)}
        return cls(**{**told, "status": Status(row["status"]), "needs": Needs(**json.loads(row["needs"]))})

    def columns(self) -> dict[str, Any]:
        """Return the row of the table."""
        return {**asdict(self), "status": str(self.status), "needs": json.dumps(asdict(self.needs))}

    @property
    def held(self) -> Resources:
        """What it holds of its agent now."""
        return self.needs.all if self.status in HOLDING else Resources()

    def moved(self, target: Status, at: int, *, reason: str = "", phase: str = "") -> Application:
        """Return the application in another state, or in the next part of its roll-out.

        Args:
            target: The state.
            at: Microseconds since the epoch.
            reason: Why, for a person.
            phase: Part of the roll-out.

        Raises:
            IllegalTransition: There is no such way.
        """
        if not (target is self.status is Status.DEPLOYING):
            check(self.status, target)
        calls = 0 if target in {Status.DEPLOYING, Status.RUNNING} else self.calls
        return replace(self, status=target, reason=reason, phase=phase, calls=calls, queued=None, changed=at)

    def waiting(self, place: int | None, at: int, reason: str = "") -> Application:
        """Return the application as it waits for room, or waits no more with ``None``; its state is the same."""
        return replace(self, queued=place, reason=reason, changed=at)

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for room."""
        return self.queued is not None

    def called(self) -> Application:
        """Return the application after one call more."""
        return replace(self, calls=self.calls + 1)
