"""Where a fault can strike: the requests that a run without faults makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_backend.faults.arrival import target_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_backend.core.journal import Entry
    from fake_backend.faults.rules import Target


@dataclass(frozen=True)
class Point:
    """One request of a run: which of those with its method and path it is.

    Args:
        target: Who is asked.
        method: HTTP method.
        path: Without the query.
        number: From 1, among those of one method and path.
        sent: Bytes of its answer's body.
    """

    target: Target
    method: str
    path: str
    number: int
    sent: int

    def __str__(self) -> str:
        """Return the point as the table has it."""
        return f"{self.method} {self.path}" + (f" ({self.number})" if self.number > 1 else "")

    @property
    def match(self) -> dict[str, Any]:
        """What a fault plan says to strike it."""
        return {"target": self.target, "method": self.method, "route": self.path, "call": self.number}


def points(entries: Iterable[Entry]) -> list[Point]:
    """Return the points of a run, in the order in which its requests came."""
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for entry in entries:
        target = target_of(entry.party, entry.path)
        key = (target, entry.method, entry.path)
        seen[key] += 1
        found.append(Point(target, entry.method, entry.path, seen[key], entry.sent))
    return found
