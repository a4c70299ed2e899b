"""The SDK's clock: the world's, with an eye on every wait, and with the jumps of the clock script."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from fake_backend import Clock


class EndlessWaiting(BaseException):
    """The SDK waits and waits; no ``except Exception`` of its own may hide that."""


class Watch:
    """A clock that counts.

    Args:
        clock: The world's.
        jumps: Number of a wait, from 1, to the seconds by which it lasts longer: a laptop that sleeps meanwhile.
        limit: Waits and looks at the time after which it is endless.
    """

    def __init__(self, clock: Clock, jumps: Mapping[str, float], limit: int) -> None:
        self._clock = clock
        self._jumps = jumps
        self._left = limit
        self.waits = 0
        self.longest = 0.0
        self.jumped = 0.0

    def now(self) -> datetime:
        """Return the world's instant."""
        return self._clock.now()

    def time(self) -> float:
        """Return the world's seconds since the epoch."""
        return self._clock.time()

    def monotonic(self) -> float:
        """Return seconds since the world began."""
        self._spend()
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass, and what the clock script adds to this wait."""
        self._spend()
        self.waits += 1
        self.longest = max(self.longest, seconds)
        more = self._jumps.get(str(self.waits), 0.0)
        self.jumped += more
        self._clock.sleep(seconds + more)

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise EndlessWaiting
