"""Predictions from the moment at which a call is taken until somebody has them. Pure: time is passed in.

    under way ──> over ──> handed over
                   └─────> expired, after an hour in which nobody asked

A prediction outlives the connection that asked for it: when the gateway or the client cuts the line, the model goes on,
and the same call again, or a poll with its ticket, gets what it made. One that is handed over is forgotten, as the
published client's replicas forget it. A failure is handed over like a prediction, in words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT_SECONDS: Final = 3_600.0  # the published client's own life-time of a ticket


@dataclass(eq=False)
class Prediction:
    """One call that was taken.

    Args:
        tenant: Whose.
        application: Id of the application that took it.
        identity: What makes another call the same.
        value: What the model made, JSON; it counts once the prediction is over.
        error: Why there is none, in a sentence; blank where there is one.
        deferred_after: Seconds after which a call that waits is answered with a ticket; ``None`` for never.
        ticket: What a poll shows; ``None`` until the call was answered with one.
        made: Set when the model has returned, which takes no world time; nobody waits in world time before.
        over_at: Instant (seconds) at which it was over; ``None`` while it is under way.
    """

    tenant: str
    application: int
    identity: str
    deferred_after: float | None = None
    value: Any = None
    error: str = ""
    ticket: str | None = None
    made: Event = field(default_factory=Event, repr=False)
    over_at: float | None = None

    @property
    def is_over(self) -> bool:
        """Whether it can be handed over."""
        return self.over_at is not None

    def fail(self, reason: str) -> None:
        """Make it a failure, unless it is one already."""
        self.value, self.error = None, self.error or reason


@dataclass
class Predictions:
    """All of one world's, and what became of those that are no more."""

    _held: dict[tuple[str, str], Prediction] = field(default_factory=dict)
    _tickets: dict[str, Prediction] = field(default_factory=dict)
    _counts: Counter[str] = field(default_factory=Counter)

    def __iter__(self) -> Iterator[Prediction]:
        return iter(tuple(self._held.values()))

    def counts(self) -> dict[str, int]:
        """Return how many there were and are: ``taken`` is the sum of all others."""
        under_way = sum(not one.is_over for one in self)
        return {
            "taken": self._counts["taken"],
            "under_way": under_way,
            "waiting": len(self._held) - under_way,
            "handed_over": self._counts["handed_over"],
            "failed": self._counts["failed"],
            "expired": self._counts["expired"],
        }

    def take(self, tenant: str, application: int, identity: str, deferred_after: float | None = None) -> Prediction:
        """Begin one; the caller has looked for one of the same identity."""
        taken = Prediction(tenant, application, identity, deferred_after)
        self._held[tenant, identity] = taken
        self._counts["taken"] += 1
        return taken

    def find(self, tenant: str, identity: str, now: float) -> Prediction | None:
        """Return the one of a call that is the same."""
        self._expire(now)
        return self._held.get((tenant, identity))

    def give_ticket(self, prediction: Prediction, ticket: str) -> str:
        """Return the ticket of a prediction: ``ticket``, unless it has one."""
        if prediction.ticket is None:
            prediction.ticket = ticket
            self._tickets[ticket] = prediction
        return prediction.ticket

    def of_ticket(self, tenant: str, ticket: str, now: float) -> Prediction | None:
        """Return the prediction of a ticket, ``None`` for one that is unknown, expired or handed over."""
        self._expire(now)
        found = self._tickets.get(ticket)
        return found if found is not None and found.tenant == tenant else None

    def end(self, prediction: Prediction, now: float) -> None:
        """Let it be over; it waits to be handed over from now on."""
        if prediction.over_at is None:
            prediction.over_at = now

    def hand_over(self, prediction: Prediction) -> bool:
        """Forget one that is over, and return whether it was still there: one of two equal calls comes second."""
        if not self._forget(prediction):
            return False
        self._counts["failed" if prediction.error else "handed_over"] += 1
        return True

    def under_way(self, application: int) -> list[Prediction]:
        """Return those of an application that are not over."""
        return [one for one in self if one.application == application and not one.is_over]

    def clear(self) -> None:
        """Forget all, and how many there were."""
        self._held.clear()
        self._tickets.clear()
        self._counts.clear()

    def _expire(self, now: float) -> None:
        for one in self:
            if one.over_at is not None and now - one.over_at > KEPT_SECONDS and self._forget(one):
                self._counts["expired"] += 1

    def _forget(self, prediction: Prediction) -> bool:
        key = prediction.tenant, prediction.identity
        if self._held.get(key) is not prediction:
            return False
        del self._held[key]
        if prediction.ticket is not None:
            self._tickets.pop(prediction.ticket, None)
        return True
