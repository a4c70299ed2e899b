"""What happens to serve applications: each move is legal, takes its time on the scheduler, and finds room or waits."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from fake_backend.core.errors import Conflict, NotFound
from fake_backend.serving.capacity import Account
from fake_backend.serving.errors import AgentDown
from fake_backend.serving.lifecycle import Status
from fake_backend.serving.release import PHASES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fake_backend.core.clock import Clock
    from fake_backend.serving.application import Application, Needs
    from fake_backend.serving.holdings import Holdings
    from fake_backend.serving.predictions import Predictions
    from fake_backend.serving.release import Release
    from fake_backend.serving.timers import Timers

TOLD: Final = {"image_pull": "Pulling the image.", "start": "Starting.", "warm_up": "Warming up."}
FAILURES: Final = {
    "image_pull": "ImagePullFailed: the image cannot be pulled.",
    "start": "StartFailed: the container exits at its start.",
    "warm_up": "WarmUpFailed: the model does not load.",
}
LOST: Final = "AgentLost: the agent is gone."
INTERRUPTED: Final = "ProcessEnded: the roll-out ended with the process that drove it."


class Board:
    """Moves the serve applications of a world.

    Args:
        clock: The world's time.
        holdings: The applications.
        timers: What is to happen to them.
        predictions: What is under way; an application that is deleted waits for it.
    """

    def __init__(self, clock: Clock, holdings: Holdings, timers: Timers, predictions: Predictions) -> None:
        self._clock = clock
        self._holdings = holdings
        self._timers = timers
        self._predictions = predictions

    def __repr__(self) -> str:
        return f"<Board {len(self._timers)} applications on the move>"

    def deploy(
        self, release: Release, agent: Mapping[str, Any], needs: Needs, job_id: str | None = None
    ) -> Application:
        """Bring a release up on an agent, or into the queue where there is no room; twice is as good as once.

        Args:
            release: What.
            agent: Row of the agent.
            needs: With what; an application that broke keeps what it holds.
            job_id: Job in whose course it is asked for; a new one is made when left out.

        Raises:
            AgentDown: The agent does not answer.
            Conflict: It is being deleted.
        """
        held = self._holdings
        with self._timers.turn:
            if agent["failure"] == "down":
                raise AgentDown("The agent does not answer.", received=agent["id"])
            found = next((one for one in held.all(agent_id=agent["id"]) if one.plugin_release_id == release.id), None)
            application = found or held.make(release, agent["id"], needs)
            if application.status is Status.DELETING:
                raise Conflict("The serve application is being deleted.", received=application.id)
            if application.is_waiting or application.status in {Status.DEPLOYING, Status.RUNNING}:
                return application
            if application.status is Status.DEPLOY_FAILED:
                application = application.moved(Status.NOT_STARTED, held.now())
            application = held.with_job(application, job_id)
            if application.status is not Status.NOT_STARTED:
                return self._start(application)
            application = replace(application, needs=needs)
            never = Account(held.account(agent).owned).shortages(needs.all)
            if never:
                return self._fail(application, f"AgentTooSmall: {'; '.join(map(str, never))}.")
            last = max((one.queued or 0 for one in held.queue(agent["id"])), default=0)
            held.save(application.waiting(last + 1, held.now()))
            self._advance(agent["id"])
            return held.one(application.id)

    def delete(self, application_id: int, reason: str = "") -> None:
        """Take an application down: it refuses new calls, and goes when those under way are over.

        Raises:
            NotFound: There is none.
        """
        held = self._holdings
        with self._timers.turn:
            application = held.one(application_id)
            match application.status:
                case Status.DELETING:
                    return
                case Status.NOT_STARTED:
                    if application.is_waiting:
                        held.report(application, "STOPPED")
                    held.rest(application.waiting(None, held.now()))
                case Status.DEPLOY_FAILED:
                    held.rest(application.moved(Status.NOT_STARTED, held.now()))
                case _:
                    if application.status is Status.DEPLOYING:
                        held.report(application, "STOPPED")
                    held.save(application.moved(Status.DELETING, held.now(), reason=reason))
                    self._drain(application)
            self._advance(application.agent_id)

    def break_down(self, application: Application, target: Status, reason: str) -> None:
        """Make an application that came up ``UNHEALTHY`` or ``UNAVAILABLE``; it may recover, as its release says."""
        with self._timers.turn:
            self._holdings.save(application.moved(target, self._holdings.now(), reason=reason))
            self._await_recovery(application)

    def lose(self, agent_id: int) -> None:
        """Let an agent be down: what it serves is unavailable, what rolls out has failed.

        Raises:
            NotFound: There is no such agent.
        """
        held = self._holdings
        with self._timers.turn:
            held.agent(agent_id)
            held.set_failure(agent_id, "down")
            for application in held.all(agent_id=agent_id):
                self.fail_calls(application.id, LOST)
                self._timers.cancel(application.id)
                match application.status:
                    case Status.RUNNING | Status.UNHEALTHY:
                        held.save(application.moved(Status.UNAVAILABLE, held.now(), reason=LOST))
                    case Status.DEPLOYING:
                        self._fail(application, LOST)
                    case Status.DELETING:
                        held.rest(application.moved(Status.NOT_STARTED, held.now()))
            self._advance(agent_id)

    def restore(self, agent_id: int) -> None:
        """Let an agent answer again: what was unavailable runs, and who waits for room may have it.

        Raises:
            NotFound: There is no such agent.
        """
        held = self._holdings
        with self._timers.turn:
            held.agent(agent_id)
            held.set_failure(agent_id, None)
            for application in held.all(agent_id=agent_id):
                if application.status is Status.UNAVAILABLE:
                    self._timers.cancel(application.id)
                    held.save(application.moved(Status.RUNNING, held.now()))
            self._advance(agent_id)

    def fail_calls(self, application_id: int, reason: str) -> None:
        """End all calls that an application has under way, as failures."""
        for prediction in self._predictions.under_way(application_id):
            prediction.fail(reason)
            self._predictions.end(prediction, self._clock.monotonic())
        self._clock.changed()

    def call_over(self, application_id: int) -> None:
        """Let an application that is being deleted go, if this was its last call and its time to drain is over."""
        with self._timers.turn:
            if application_id not in self._timers:
                self._drained(application_id)

    def adopt(self, ids: Iterable[int]) -> None:
        """Let applications go on that a seed document has put where they are."""
        for application_id in ids:
            application = self._holdings.one(application_id)
            self._timers.cancel(application_id)
            match application.status:
                case Status.DEPLOYING:
                    self._await_phase(application)
                case Status.DELETING:
                    self._drain(application)
                case Status.UNHEALTHY | Status.UNAVAILABLE:
                    self._await_recovery(application)

    def recover(self) -> None:
        """End what an earlier process was about: roll-outs and waits for room have failed, deletions are over."""
        held = self._holdings
        for application in held.all():
            if application.status is Status.DEPLOYING or application.is_waiting:
                held.save(application.moved(Status.DEPLOY_FAILED, held.now(), reason=INTERRUPTED))
                held.report(application, "FAILED", INTERRUPTED)
            elif application.status is Status.DELETING:
                held.rest(application.moved(Status.NOT_STARTED, held.now()))
            elif application.status in {Status.UNHEALTHY, Status.UNAVAILABLE}:
                self._await_recovery(application)

    def _advance(self, agent_id: int) -> None:
        """Start who waits for room on an agent, in their order, until one finds none."""
        held = self._holdings
        agent = held.agent(agent_id)
        for application in held.queue(agent_id):
            told = ", ".join(held.blockers(agent, application))
            if told:
                if application.reason != told:
                    held.save(application.waiting(application.queued, held.now(), told))
                return
            self._start(application)

    def _start(self, application: Application) -> Application:
        rolling = application.moved(Status.DEPLOYING, self._holdings.now(), phase=PHASES[0], reason=TOLD[PHASES[0]])
        self._holdings.save(rolling)
        self._holdings.report(rolling, "RUNNING")
        self._await_phase(rolling)
        return rolling

    def _await_phase(self, application: Application) -> None:
        seconds = self._holdings.release(application).seconds_of(application.phase)
        self._timers.after(application.id, seconds, self._phase_over)

    def _phase_over(self, application_id: int) -> None:
        """End a part of a roll-out: the next one begins, or the application is up, or it has failed."""
        held = self._holdings
        application = held.one(application_id)
        if held.release(application).fails_at == application.phase:
            self._fail(application, FAILURES[application.phase])
            return
        rest = PHASES[PHASES.index(application.phase) + 1 :]
        if rest:
            moved = application.moved(Status.DEPLOYING, held.now(), phase=rest[0], reason=TOLD[rest[0]])
            self._await_phase(held.save(moved))
            return
        held.save(application.moved(Status.RUNNING, held.now()))
        held.report(application, "SUCCEEDED")
        self._advance(application.agent_id)  # it needs no slot of a roll-out any more

    def _fail(self, application: Application, reason: str) -> Application:
        failed = self._holdings.save(application.moved(Status.DEPLOY_FAILED, self._holdings.now(), reason=reason))
        self._holdings.report(failed, "FAILED", reason)
        self._advance(failed.agent_id)
        return failed

    def _await_recovery(self, application: Application) -> None:
        seconds = self._holdings.release(application).recovers_after
        if seconds is not None:
            self._timers.after(application.id, seconds, self._recovered)

    def _recovered(self, application_id: int) -> None:
        held = self._holdings
        held.save(held.one(application_id).moved(Status.RUNNING, held.now()))

    def _drain(self, application: Application) -> None:
        self._timers.cancel(application.id)
        seconds = self._holdings.release(application).drain_seconds
        if seconds > 0:
            self._timers.after(application.id, seconds, self._drained)
        else:
            self._drained(application.id)

    def _drained(self, application_id: int) -> None:
        """Let an application go that is being deleted, unless it has a call under way; the last call lets it then."""
        try:
            application = self._holdings.one(application_id)
        except NotFound:  # it went with its agent
            return
        if application.status is Status.DELETING and not self._predictions.under_way(application_id):
            self._holdings.rest(application.moved(Status.NOT_STARTED, self._holdings.now()))
            self._advance(application.agent_id)
