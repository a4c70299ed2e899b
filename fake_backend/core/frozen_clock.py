"""Time as a user's ``freeze_time`` has it: ``frozen.tick(900)`` is a quarter of an hour for the world too."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from fake_backend.core.clock import Clock, SystemClock, VirtualClock
from fake_backend.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable


class FrozenClock(VirtualClock):
    """A virtual clock that stands where freezegun's stands, and moves freezegun's along when it is moved.

    Events that fall into a tick are run at their instants when somebody next looks. Outside of ``freeze_time`` it
    stands. It reads what is frozen, wherever in the process that was done, and changes no other clock's time.

    A ``freeze_time`` that is entered, or come back to, at an earlier date sets it back, as one sets a wall clock:
    ``monotonic`` does not go back, and what is scheduled keeps its delay. Within one ``freeze_time`` it moves forward
    only.

    Raises:
        BadRequest: freezegun is not installed.
    """

    _is_moving = False  # while it is, what events read is where they are

    def __init__(self) -> None:
        try:
            from freezegun import api  # noqa: PLC0415 - a package of its own, for those who want this
        except ImportError as error:
            raise BadRequest(
                "clock='freezegun' needs the package freezegun.", expected="pip install freezegun"
            ) from error
        self._factories = api.freeze_factories
        self._followed = self._innermost()
        super().__init__(self._frozen())

    def __repr__(self) -> str:
        return f"<FrozenClock {self.now().isoformat()}, {len(self.scheduler)} events>"

    def now(self) -> datetime:
        """Return the frozen instant, aware, in UTC."""
        self._catch_up()
        return super().now()

    def time(self) -> float:
        """Return seconds since the epoch."""
        self._catch_up()
        return super().time()

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        self._catch_up()
        return super().monotonic()

    def wait_until(self, ready: Callable[[], bool], *, deadline: float, autojump: bool) -> bool:
        """Wait for ``ready()``; see ``VirtualClock``."""
        self._catch_up()
        return super().wait_until(ready, deadline=deadline, autojump=autojump)

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``, and what is frozen with it."""
        self._catch_up()
        super().advance(seconds)

    def advance_to_next(self) -> bool:
        """Move to the next event, and what is frozen with it."""
        self._catch_up()
        return super().advance_to_next()

    def _innermost(self) -> object:
        return self._factories[-1] if self._factories else None

    def _frozen(self) -> datetime | None:
        """Return what freezegun's innermost ``freeze_time`` tells; ``None`` where nothing is frozen."""
        if not self._factories:
            return None
        told: datetime = self._factories[-1].time_to_freeze
        return datetime(*told.timetuple()[:6], told.microsecond, tzinfo=UTC)  # freezegun's own class tells frozen time

    def _catch_up(self) -> None:
        """Run what has fallen due since the last look."""
        frozen = self._frozen()
        if frozen is None or self._is_moving:
            return
        with self._turn:
            ahead = (frozen - self._start).total_seconds() - self._elapsed
            entered, self._followed = self._followed is not self._innermost(), self._innermost()
            if ahead > 0:
                self._move_to(self._elapsed + ahead)
            elif entered:
                self._set_back(-ahead)

    def _set_back(self, seconds: float) -> None:
        self._start -= timedelta(seconds=seconds)
        self._epoch -= seconds

    def _move_to(self, target: float) -> None:
        before, self._is_moving = self._is_moving, True
        try:
            super()._move_to(target)
        finally:
            self._is_moving = before
        if self._factories:
            behind = (self._start + timedelta(seconds=self._elapsed)) - (self._frozen() or self._start)
            if behind > timedelta():
                self._factories[-1].tick(behind)


def follows_clients(clock: Clock) -> bool:
    """Return whether a clock tells what clients of this machine tell, so that theirs can be held against it."""
    return isinstance(clock, FrozenClock) or (isinstance(clock, SystemClock) and clock.speed == 1)
