"""How numbers are taken: side by side, alternating, the median of several."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

ROUNDS = 3


def timed(act: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def medians(cases: Mapping[str, Callable[[], float]], rounds: int = ROUNDS) -> dict[str, float]:
    """Take each number ``rounds`` times, in turn, and return the median of each.

    What slows the machine for a while so slows all cases, not one.

    Args:
        cases: What to measure, by name; each call returns one number.
        rounds: How often.
    """
    taken: dict[str, list[float]] = {name: [] for name in cases}
    for _ in range(rounds):
        for name, measure in cases.items():
            taken[name].append(measure())
    return {name: statistics.median(numbers) for name, numbers in taken.items()}
