"""Threads that sleep in virtual time: the clock moves to the first that wakes, and not before all of them wait.

Eight threads that sleep a second cost one second. A thread that waits in a lock, for a future or at a socket does not
sleep, and cannot wake by itself either; that it waits is seen by its stack, which stays where it is.
"""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend.core.clock import VirtualClock

LOOK: Final = 0.0002  # real seconds between two looks at what the others do
STILL: Final = 6  # looks in which nobody moved, after which all are taken to wait
OURS: Final = ("fake-backend", "execnet", "pytest", "cheroot", "CP Server")  # threads that are nobody's client


class Sleepers:
    """Those who sleep on one clock.

    Args:
        clock: The world's time.
        real_sleep: Waits in real time.
    """

    def __init__(self, clock: VirtualClock, real_sleep: Callable[[float], None]) -> None:
        self.clock = clock
        self._real_sleep = real_sleep
        self._lock = threading.Lock()
        self._wakes: dict[int, float] = {}  # by thread, on the clock's monotonic scale
        self._closed = False

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of the world's time pass for this thread.

        Raises:
            ValueError: Time does not go back.
        """
        if seconds < 0:
            raise ValueError("sleep length must be non-negative")
        me = threading.get_ident()
        wakes = self.clock.monotonic() + seconds
        with self._lock:
            self._wakes[me] = wakes
        try:
            self._sleep_until(wakes)
        finally:
            with self._lock:
                self._wakes.pop(me, None)

    def close(self) -> None:
        """Wake everybody."""
        self._closed = True

    def _sleep_until(self, wakes: float) -> None:
        still, before = 0, self._others()
        while self.clock.monotonic() < wakes and not self._closed:
            if not before or still >= STILL:
                self._move()
                still = 0
                continue
            self._real_sleep(LOOK)
            now = self._others()
            still = still + 1 if now == before else 0
            before = now

    def _move(self) -> None:
        """Move the clock to the first who wakes; one thread does, for all."""
        with self._lock:
            first = min(self._wakes.values(), default=0.0)
            seconds = first - self.clock.monotonic()
            if seconds > 0:
                self.clock.advance(seconds)

    def _others(self) -> dict[int, tuple[int, int]]:
        """Return where each thread stands that neither sleeps here nor is ours: its frame and the place in it."""
        with self._lock:
            asleep = set(self._wakes)
        ours = {thread.ident for thread in threading.enumerate() if thread.name.startswith(OURS)}
        frames = sys._current_frames()  # noqa: SLF001 (documented, and the only view of another thread)
        return {ident: (id(frame), frame.f_lasti) for ident, frame in frames.items() if ident not in asleep | ours}
