"""The one way in which the SDK reads time and waits."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable


@runtime_checkable
class Clock(Protocol):
    """What tells the time and waits; every back-off, throttle and stamp of the SDK goes through one.

    A fake's clock fits by structure, so that minutes of back-off pass in no time. It may be used from several
    threads at once.
    """

    def now(self) -> datetime:
        """Return the current instant, aware and in UTC."""
        ...

    def time(self) -> float:
        """Return the current instant in seconds since the epoch."""
        ...

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current instant, aware and in UTC."""
        return datetime.now(UTC)

    def time(self) -> float:
        """Return the current instant in seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass; zero or less returns at once."""
        if seconds > 0:
            time.sleep(seconds)

    def __repr__(self) -> str:
        return "SystemClock()"
