"""When to report: often enough to watch, seldom enough not to be the work (incidents.md 4, SYN-7436 and SYN-7161)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sdk.clock import Clock


class Pace:
    """Says whether a report is due: after so many items or so much time, whichever comes first.

    Args:
        clock: What measures the time.
        items: Items between two reports.
        seconds: Seconds between two reports; one is due early when they have passed.
    """

    def __init__(self, clock: Clock, *, items: int = 25, seconds: float = 0.5) -> None:
        self._clock = clock
        self._items = items
        self._seconds = seconds
        self._last_item = 0
        self._last_time = clock.monotonic()

    def due(self, item: int) -> bool:
        """Return whether to report now, and if so count from here.

        Args:
            item: Number of items done, from 1 on; the first is always due.
        """
        now = self._clock.monotonic()
        if item > 1 and item - self._last_item < self._items and now - self._last_time < self._seconds:
            return False
        self._last_item, self._last_time = item, now
        return True
