"""Threads that sleep in virtual time: the clock moves to the first that wakes, and not before all of them wait.

Eight threads that sleep a second cost one second. A thread that waits in a lock, for a future or at a socket does not
sleep, and cannot wake by itself either; that it waits is seen by its stack, which stays where it is, and on Linux by
its state: one that could run and has not been let is not taken for one that waits.
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend.core.clock import VirtualClock

LOOK: Final = 0.0005  # real seconds between two looks at what the others do
STILL: Final = 10  # looks in which nobody moved, after which all are taken to wait
STATES: Final = Path("/proc/self/task")  # of each thread of this process, where there is such a thing
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
        self._looks = 0
        self._closed = False

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of the world's time pass for this thread.

        Raises:
            ValueError: Time does not go back, and nothing is no number of seconds.
        """
        if not seconds >= 0:
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

    def _others(self) -> dict[int, tuple[int, int, int]]:
        """Return where each thread stands that neither sleeps here nor is ours: its frame, its place there, a count.

        The count differs from look to look while the thread could run, so that it is not taken to stand still.
        """
        with self._lock:
            asleep = set(self._wakes)
        self._looks += 1
        frames = sys._current_frames()  # noqa: SLF001 (documented, and the only view of another thread)
        found = {}
        for thread in threading.enumerate():
            frame = frames.get(thread.ident or 0)
            if frame is not None and thread.ident not in asleep and not thread.name.startswith(OURS):
                count = self._looks if _could_run(thread.native_id) else 0
                found[thread.ident or 0] = (id(frame), frame.f_lasti, count)
        return found


def _could_run(native_id: int | None) -> bool:
    """Return whether the system says that a thread could run now; where it does not say, ``False``."""
    try:
        state = (STATES / str(native_id) / "stat").read_text(encoding="ascii").rpartition(") ")[2][:1]
    except (OSError, ValueError):
        return False
    return state == "R"
