"""What a search has looked at, so that a run can say so."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable


class Tally:
    """Counts the cases of a search, and the filter keys, or what else there is several of, that were among them.

    Args:
        keys: Every key that there is.
        what: What they are.
    """

    def __init__(self, keys: Collection[str], what: str = "filter keys") -> None:
        self._what = what
        self._keys = frozenset(keys)
        self._drawn: set[str] = set()
        self._cases: Counter[str] = Counter()

    def __str__(self) -> str:
        """Tell how many cases there were, of what kinds, and how many of the keys."""
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self._cases.items()))
        return f"{self._cases.total()} cases ({kinds}), {len(self._drawn)} of {len(self._keys)} {self._what}"

    @property
    def missing(self) -> frozenset[str]:
        """The keys that no case has had."""
        return self._keys - self._drawn

    def add(self, kind: str, keys: Iterable[str]) -> None:
        """Count one case.

        Args:
            kind: What it is counted as.
            keys: The filter keys that it has.
        """
        self._cases[kind] += 1
        self._drawn |= self._keys.intersection(keys)
