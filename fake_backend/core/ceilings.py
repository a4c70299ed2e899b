"""Ceilings of progress streams: of one member, and of the whole hub (SYN-7304)."""

from __future__ import annotations

import threading
from collections import Counter
from enum import StrEnum


class Ceiling(StrEnum):
    """What a stream that is one too many runs into."""

    hub = "hub"
    member = "member"


class StreamPlaces:
    """Who has how many streams open; safe between threads.

    A member who has too many is told so whether or not the hub has room: that limit is theirs to keep.

    Args:
        hub: Streams that may be open at once.
        member: Streams of one member that may.
    """

    def __init__(self, hub: int, member: int) -> None:
        self._hub = hub
        self._member = member
        self._open: Counter[int] = Counter()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<StreamPlaces {self._open.total()} of {self._hub} taken>"

    def take(self, member: int) -> Ceiling | None:
        """Take a place for a member; return the ceiling that is reached instead, if one is."""
        with self._lock:
            if self._open[member] >= self._member:
                return Ceiling.member
            if self._open.total() >= self._hub:
                return Ceiling.hub
            self._open[member] += 1
        return None

    def give_back(self, member: int) -> None:
        """Give a member's place back."""
        with self._lock:
            self._open[member] -= 1
            if not self._open[member]:
                del self._open[member]
