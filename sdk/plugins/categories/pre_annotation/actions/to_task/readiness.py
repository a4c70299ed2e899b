"""A pre-processor on an agent: looked at, started when it may be, waited for, and taken down when all was in vain.

Source: to_task guide, Pre-processor Management; contract.md 4, prepare inference and waiting; incidents.md 5, SYN-7259,
SYN-7005 and SYN-7244. All waiting is on the clock of the run.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import TRANSIENT, ClientError, IncompleteResponseError, NotFoundError
from sdk.plugins.categories.pre_annotation.actions.to_task.capacity import texts
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotActiveError
from sdk.plugins.categories.pre_annotation.actions.to_task.standing import IDLE, Place, Standing, standing_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row
    from sdk.plugins.categories.pre_annotation.actions.to_task.capacity import Capacity
    from sdk.plugins.categories.pre_annotation.actions.to_task.pre_processor import PreProcessor

POLL = 10.0  # seconds between two looks (contract.md 4)
ARRIVAL_LOOKS, ARRIVAL_PAUSE = 3, 2.0  # looks for a deployment whose answer is lost, and seconds before each
DISPATCHES = 3  # of one deployment: each further one after looks that have found nothing
DIAGNOSED_FROM = 2  # looks that find nothing before it is asked why (contract.md 4: from the third on)
DIAGNOSED_EVERY = 6  # looks between two such questions: once a minute
STOP_TIMEOUT = 300.0  # seconds that taking down may take: calls of others may have to end first
STOP_POLLS = 1.0, 10.0  # seconds between two looks at that, doubling
_CONFLICT = 409


@dataclass
class Readiness:
    """One pre-processor on one agent.

    Args:
        client: The v1 client.
        agent: Id of the agent.
        pre_processor: The release.
        capacity: What the agent has room for; it also reaches the agent to take things down.
        timeout: Seconds that a start may take.
        tell: Takes sentences for the user.
        job_id: Job of this run, if it has one; the deployment's own tells more, where it is known.
    """

    client: BackendClient
    agent: int
    pre_processor: PreProcessor
    capacity: Capacity
    timeout: float
    tell: Callable[[str], None]
    job_id: str | None = None
    was_dispatched: bool = field(default=False, init=False)
    """Whether this run may have started it."""
    _before: frozenset[Any] = field(default=frozenset(), init=False)
    _job: str | None = field(default=None, init=False)

    def look(self) -> Standing:
        """Return where it stands.

        Raises:
            ClientError: The backend does not say.
        """
        rows = self._listed()
        standing = standing_of(rows)
        if standing.place is Place.ABSENT and any(map(self._is_queued, rows)):
            return Standing(Place.COMING, standing.status)  # it is asked for, and waits for room
        return standing

    def refuse_hopeless(self, *, auto_start: bool) -> Standing:
        """Look, and return where it stands unless it is clear that it is not going to run.

        Args:
            auto_start: Whether it may be started.

        Raises:
            NotActiveError: It is in a terminal state, or does not run and may not be started.
            ClientError: The backend does not say.
        """
        standing = self.look()
        if standing.place is Place.ENDED:
            raise NotActiveError(f"{self._named} is in terminal state ({standing.status})")
        if standing.place is not Place.RUNNING and not auto_start:
            status = standing.status or "NOT_STARTED"
            raise NotActiveError(f"{self._named} is {status}, and auto_start is off")
        return standing

    def ensure(self, *, auto_start: bool) -> None:
        """Return when it runs, having started it if need be.

        Args:
            auto_start: Whether it may be started.

        Raises:
            NotActiveError: It does not run, and the sentence says why: in a terminal state, out of time with the
                last known reason, not to be started, or without capacity.
            ClientError: The backend does not say, from the first look on.
        """
        standing = self.refuse_hopeless(auto_start=auto_start)
        started = self.client.clock.monotonic()
        reason: str | None = None
        looks = 0
        is_asked_for = False
        while True:
            if standing.place is Place.RUNNING:
                if looks:
                    self.tell(f"{self._named} is ready.")
                return
            if standing.place is Place.ENDED:
                told = f"; last-known reason: {reason}" if reason else ""
                raise NotActiveError(f"{self._named} reached terminal state ({standing.status}){told}")
            elapsed = self.client.clock.monotonic() - started
            if elapsed >= self.timeout:
                reason = self._reason(standing) or reason
                told = f"; last-known reason: {reason}" if reason else ""
                raise NotActiveError(
                    f"{self._named} did not become ready within timeout ({self.timeout:g} s){told}",
                    "Look at its deployment on the agent, or allow it more time with ready_timeout.",
                )
            if standing.place is Place.ABSENT and not is_asked_for:
                is_asked_for = self._dispatch()
            elif looks % DIAGNOSED_EVERY == DIAGNOSED_FROM:
                reason = self._reason(standing) or reason
            looks += 1
            self.tell(f"Waiting for {self._named}: {int(elapsed)} s{f', {reason}' if reason else ''}.")
            self.client.clock.sleep(min(POLL, self.timeout - elapsed))
            standing = self._standing(reason)

    def stop(self) -> None:
        """Take down what this run has started, and return when it is gone; nothing of others is touched.

        Raises:
            ClientError: It cannot be taken down.
            NotActiveError: It is still there after ``STOP_TIMEOUT``.
        """
        if not self.was_dispatched:
            return
        until = self.client.clock.monotonic() + STOP_TIMEOUT
        asked: set[Any] = set()
        pause, longest = STOP_POLLS
        while own := self._own(asked):
            for row in own:
                if row.get("id") not in asked and row.get("status") != "DELETING":
                    asked.add(row.get("id"))
                    self._take_down(row)
            if self.client.clock.monotonic() >= until:
                raise NotActiveError(f"{self._named} was started and could not be taken down", "Stop it on the agent.")
            self.client.clock.sleep(pause)
            pause = min(pause * 2, longest)
        self.was_dispatched = False
        self.tell(f"{self._named} was stopped again.")

    @property
    def _named(self) -> str:
        return f"Pre-processor {self.pre_processor.name}"

    def _listed(self) -> list[Row]:
        """Return its serve applications on the agent; other releases of the plugin are not it."""
        rows = self.client.list_serve_applications(self.pre_processor.code, self.agent)
        return [
            row for row in rows if row.get("plugin_release", self.pre_processor.release) == self.pre_processor.release
        ]

    def _standing(self, reason: str | None) -> Standing:
        """Return where it stands; a backend that does not answer for the moment counts as an unknown standing."""
        try:
            return self.look()
        except TRANSIENT:
            return Standing(Place.COMING, reason)

    def _dispatch(self) -> bool:
        """Ask for a deployment, again only when none has come of it; return whether it is this run's own."""
        self.capacity.ensure()
        self._before = frozenset(row.get("id") for row in self._listed())  # all idle, or there would be no start
        body = {
            "agent": self.agent,
            "action": "deployment",
            "version": self.pre_processor.version,
            "params": self.pre_processor.deployment_params,
            "language": "en",
        }
        self.tell(f"Starting {self._named} on agent {self.agent}.")
        self.was_dispatched = True
        for attempt in range(DISPATCHES):
            failure: ClientError
            try:
                answer = self.client.run_plugin(self.pre_processor.code, body)
            except ClientError as error:
                failure = error
            else:
                job = answer.get("id") if isinstance(answer, dict) else None
                self._job = None if job is None else str(job)
                return True
            if isinstance(failure, TRANSIENT) and self._arrived(failure):
                return True
            if not _may_be_sent_again(failure) or attempt + 1 == DISPATCHES:
                break
        self.was_dispatched = isinstance(failure, TRANSIENT)
        if failure.status == _CONFLICT:  # somebody else is at it
            return False
        raise NotActiveError(f"its deployment dispatch failed ({type(failure).__name__}): {failure}") from failure

    def _arrived(self, failure: ClientError) -> bool:
        """Return whether a deployment whose answer is lost has begun; only one that has not is asked for again."""
        self.client.clock.sleep(getattr(failure, "retry_after", None) or 0.0)
        for _ in range(ARRIVAL_LOOKS):
            self.client.clock.sleep(ARRIVAL_PAUSE)
            if self._own():
                return True
        return False

    def _own(self, asked: Collection[Any] = ()) -> list[Row]:
        """Return what this run's dispatch has made, or brought to life.

        Args:
            asked: Ids of those that were asked to go; one of them that idles has gone.
        """
        return [
            row
            for row in self._listed()
            if str(row.get("status") or "") not in IDLE or row.get("id") not in {*self._before, *asked}
        ]

    def _take_down(self, row: Row) -> None:
        """Stop an application on its agent, or through the backend where the agent cannot be asked or does not."""
        if self.capacity.agent is not None:
            try:
                self.capacity.agent.delete_serve_application(self.pre_processor.name)
            except ClientError:
                pass
            else:
                return
        try:
            self.client.delete_serve_application(row["id"])
        except NotFoundError:  # it went by itself
            return

    def _is_queued(self, row: Row) -> bool:
        """Return whether an application waits for room on the agent."""
        job = row.get("job")
        return job is not None and bool(self._queue(str(job)))

    def _queue(self, job: str) -> Row:
        """Return the place of a deployment's job in the queue; nothing where it has none, or nobody says so."""
        try:
            meta = self.client.get_job(job).get("meta")
        except ClientError:
            return {}
        queue = meta.get("queue") if isinstance(meta, dict) else None
        return queue if isinstance(queue, dict) and queue.get("position") is not None else {}

    def _reason(self, standing: Standing) -> str | None:
        """Return why a start takes long: capacity, the queue, or the roll-out itself, as far as it can be had."""
        told = self.capacity.shortage()
        job = self._job or self.job_id
        queue = {} if job is None else self._queue(job)
        if queue:
            why = "; ".join(texts(queue.get("reason") or queue.get("blockers")))
            told.append(f"position {queue['position']} in the queue{f' ({why})' if why else ''}")
        return "; ".join(told) or standing.status


def _may_be_sent_again(failure: ClientError) -> bool:
    """Return whether a deployment may be asked for again; one that timed out may be on its way, and begin late."""
    is_late = isinstance(failure, IncompleteResponseError) and failure.timed_out
    return isinstance(failure, TRANSIENT) and not is_late
