"""Calls of a running application: taken, run by a model, over in the world's own time, and broken as a release says.

A call is taken under the turn; its model runs outside of it, in the thread of the caller, and at once. The prediction
is over when as much world time has passed as the release says that its answer takes, whoever still waits for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fake_backend.core.errors import NotFound
from fake_backend.serving.errors import AgentDown, ModelFailed, NotServing, OutOfMemory
from fake_backend.serving.lifecycle import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.clock import Clock
    from fake_backend.core.ids import Draws
    from fake_backend.serving.application import Application
    from fake_backend.serving.board import Board
    from fake_backend.serving.holdings import Holdings
    from fake_backend.serving.models import InferenceRequest, Models
    from fake_backend.serving.predictions import Prediction, Predictions
    from fake_backend.serving.release import Call, Release
    from fake_backend.serving.timers import Timers

DEFERRED_KEY: Final = "__synapse_deferred__"  # contract.md 4, deferred inference
POLL_KEY: Final = "__synapse_poll__"
REFUSED_BY_RELEASE: Final = "The model failed, as its release says of this call."


class Calls:
    """Takes calls and hands predictions over.

    Args:
        clock: The world's time.
        draws: Tickets.
        holdings: The applications.
        board: What moves them.
        timers: Whose turn it is.
        models: What makes predictions.
        predictions: Where they wait.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        draws: Draws,
        holdings: Holdings,
        board: Board,
        timers: Timers,
        models: Models,
        predictions: Predictions,
    ) -> None:
        self._clock = clock
        self._draws = draws
        self._holdings = holdings
        self._board = board
        self._turn = timers.turn
        self._models = models
        self._predictions = predictions

    def take(self, releases: Sequence[Release], agent_id: int, request: InferenceRequest) -> Prediction:
        """Take a call, or find the same call that was taken before and nobody has the prediction of; return it made.

        Args:
            releases: Those that may answer it, the one that is liked best first.
            agent_id: Where.
            request: What the model is called with.

        Raises:
            NotServing: None of them runs there now.
            OutOfMemory: The batch is too large; the replica is dead.
            AgentDown: The agent does not answer.
        """
        with self._turn:
            same = self._find(releases, agent_id, request)
            if same is None:
                prediction, release, call = self._take(releases, agent_id, request)
        if same is not None:
            same.made.wait()  # a model that runs takes no world time, so the clock must not jump meanwhile
            return same
        try:
            self._run(prediction, release, request, call)
        except BaseException:  # the caller's thread is being ended; the call is not to stay under way for ever
            with self._turn:
                prediction.fail("The model was interrupted.")
                self._predictions.end(prediction, self._clock.monotonic())
            raise
        finally:
            prediction.made.set()
        return prediction

    def hand_over(self, prediction: Prediction) -> Any:
        """Return what a prediction that is over says.

        Raises:
            ModelFailed: There is none, and why.
        """
        with self._turn:
            self._predictions.hand_over(prediction)
        if prediction.error:
            raise ModelFailed(prediction.error)
        return prediction.value

    def defer(self, prediction: Prediction) -> dict[str, Any]:
        """Return the envelope that says where the prediction can be asked for."""
        with self._turn:
            ticket = self._predictions.give_ticket(prediction, self._draws.uuid("tickets"))
        return {DEFERRED_KEY: True, "status": "pending", "ticket": ticket}

    def poll(self, tenant: str | None, ticket: object) -> Any:
        """Return the prediction of a ticket, or the envelope that says why there is none yet, or none at all."""
        told = str(ticket)
        with self._turn:
            found = self._predictions.of_ticket(tenant or "", told, self._clock.monotonic())
            if found is None:
                return {DEFERRED_KEY: True, "status": "not_found", "ticket": told}
            if not found.is_over:
                return {DEFERRED_KEY: True, "status": "pending", "ticket": told}
            self._predictions.hand_over(found)
        if found.error:
            return {DEFERRED_KEY: True, "status": "failed", "error": found.error}
        return found.value

    def _find(self, releases: Sequence[Release], agent_id: int, request: InferenceRequest) -> Prediction | None:
        """Return the prediction of the same call, while it is under way or waits."""
        now = self._clock.monotonic()
        identities = ((release.tenant, _identity(release, agent_id, request)) for release in releases)
        found = (self._predictions.find(tenant, identity, now) for tenant, identity in identities)
        return next((one for one in found if one is not None), None)

    def _take(
        self, releases: Sequence[Release], agent_id: int, request: InferenceRequest
    ) -> tuple[Prediction, Release, Call]:
        """Take a call that is new, and count it."""
        application, release = self._serving(releases, agent_id)
        self._check_memory(application, release, request.batch_size)
        application = self._holdings.save(application.called())
        identity = _identity(release, agent_id, request)
        prediction = self._predictions.take(application.tenant, application.id, identity, release.deferred_after)
        if application.calls == release.drains_after:
            self._board.delete(application.id, reason="Drained.")
        return prediction, release, release.call(application.calls)

    def _serving(self, releases: Sequence[Release], agent_id: int) -> tuple[Application, Release]:
        """Return the application that answers, after it has broken if its release says that it has by now."""
        agent = self._holdings.agent(agent_id)
        if agent["failure"] == "down":
            raise AgentDown("The agent does not answer.", received=agent_id)
        by_id = {release.id: release for release in releases}
        there = [one for one in self._holdings.all(agent_id=agent_id) if one.plugin_release_id in by_id]
        running = sorted(
            (one for one in there if one.status is Status.RUNNING),
            key=lambda one: [*by_id].index(one.plugin_release_id),
        )
        for application in running:
            release = by_id[application.plugin_release_id]
            if not self._break(application, release):
                return application, release
        found = ", ".join(str(self._holdings.one(one.id).status) for one in there) or "not deployed"
        raise NotServing(f"The pre-processor is not running ({found}).", received=agent_id, expected="RUNNING")

    def _break(self, application: Application, release: Release) -> bool:
        """Break an application that has taken as many calls as it takes; return whether it broke."""
        for most, status in (
            (release.unhealthy_after, Status.UNHEALTHY),
            (release.unavailable_after, Status.UNAVAILABLE),
        ):
            if most is not None and application.calls >= most:
                self._board.break_down(application, status, f"{status} after {most} calls.")
                return True
        return False

    def _check_memory(self, application: Application, release: Release, size: int) -> None:
        most = release.out_of_memory_above
        if most is not None and size > most:
            reason = f"OutOfMemory: a batch of {size} where {most} fit."
            self._board.fail_calls(application.id, reason)
            self._board.break_down(application, Status.UNHEALTHY, reason)
            raise OutOfMemory(reason, received=size, expected=f"a batch_size of at most {most}")

    def _run(self, prediction: Prediction, release: Release, request: InferenceRequest, call: Call) -> None:
        """Have a prediction made, and let it be over when its time has passed."""
        due = self._clock.monotonic() + call.seconds
        value, error = {}, REFUSED_BY_RELEASE if call.fails else ""
        if not (call.fails or call.is_empty):
            try:
                value = self._models.run(release.model, request)
            except ModelFailed as failure:
                error = str(failure)
        with self._turn:
            if not prediction.is_over:  # its replica may have died meanwhile
                prediction.value, prediction.error = value, error
        left = due - self._clock.monotonic()
        if left > 0:
            self._clock.scheduler.after(left, lambda: self._over(prediction), label="prediction")
        else:
            self._over(prediction)

    def _over(self, prediction: Prediction) -> None:
        with self._turn:
            self._predictions.end(prediction, self._clock.monotonic())
            try:
                application = self._holdings.one(prediction.application)
                release = self._holdings.release(application)
            except NotFound:  # it went with its agent, or the world was reset
                return
            if application.status is Status.RUNNING and not self._predictions.under_way(application.id):
                self._break(application, release)
            self._board.call_over(application.id)
        self._clock.changed()


def _identity(release: Release, agent_id: int, request: InferenceRequest) -> str:
    return f"{release.id} {agent_id} {request.identity}"
