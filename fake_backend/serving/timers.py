"""What is to happen to each serve application next: one timed event at most, on the world's scheduler."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend.core.clock import Clock, Event


class Timers:
    """One timer for each application; a new one takes the place of the old one.

    Args:
        clock: The world's time.

    Attributes:
        turn: Held by whoever changes an application, and while a timer's step runs. It comes after the clock's turn and
            before the database's lock.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._events: dict[int, Event] = {}
        self.turn = threading.RLock()

    def __contains__(self, application_id: int) -> bool:
        return application_id in self._events

    def __len__(self) -> int:
        return len(self._events)

    def after(self, application_id: int, seconds: float, step: Callable[[int], None]) -> None:
        """Let ``step`` follow, with the application's id, unless another timer is set or this one is cancelled."""

        def due() -> None:
            with self.turn:
                if self._events.get(application_id) is event:
                    del self._events[application_id]
                    step(application_id)

        with self.turn:
            self.cancel(application_id)
            event = self._clock.scheduler.after(seconds, due, label=f"serve application {application_id}")
            self._events[application_id] = event

    def cancel(self, application_id: int) -> None:
        """Let nothing follow."""
        with self.turn:
            event = self._events.pop(application_id, None)
            if event is not None:
                event.cancel()

    def clear(self) -> None:
        """Let nothing follow, for any application."""
        with self.turn:
            for application_id in tuple(self._events):
                self.cancel(application_id)
