"""The laws of a walk by cursor while others write, as pure checks of what was there and what was shown.

Named as the checkers of databases under test are: lost, duplicate, skipped, phantom, non-monotonic, non-terminating.
They know no backend: whoever keeps a ``History`` of a walk over any list can hold it against them.

Source: anchors.md 9, 2.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass
class History:
    """One walk, from its first page on.

    Args:
        rank: A row's place in the order of the list, by its key; unique, and greater for a row that comes later.
        size: Rows a page.
        empty_every: ``n`` where every nth page is known to be empty; 0 where none is.
        throughout: Keys of the rows that were there from the first page until now.
        ever: Keys of the rows that were there at any time since.
        pages: Keys that each page has shown.
        over: Whether the last page had no ``next``.
    """

    rank: Callable[[int], Any]
    size: int
    empty_every: int = 0
    throughout: set[int] = field(default_factory=set)
    ever: set[int] = field(default_factory=set)
    pages: list[list[int]] = field(default_factory=list)
    over: bool = False

    @property
    def shown(self) -> list[int]:
        """Keys of all rows that were shown, in that order."""
        return [key for page in self.pages for key in page]

    @property
    def most_pages(self) -> int:
        """The most pages that the walk may take: ceil(n/size)+1, and those that come empty by convention between."""
        full = -(-len(self.ever) // self.size) + 1
        return full + (full - 1) // (self.empty_every - 1) if self.empty_every else full


def broken(walk: History) -> list[str]:
    """Return the laws that a walk has broken so far, each with the rows that show it."""
    shown = walk.shown
    found = {
        "duplicate": sorted({key for key in shown if shown.count(key) > 1}),
        "phantom": sorted(set(shown) - walk.ever),
        "non-monotonic": list(_steps_back(shown, walk.rank)),
        "skipped": sorted(key for key in walk.throughout - set(shown) if _passed(key, shown, walk.rank)),
        "lost": sorted(walk.throughout - set(shown)) if walk.over else [],
    }
    told = [f"{law}: {keys}" for law, keys in found.items() if keys]
    if len(walk.pages) > walk.most_pages:
        told.append(f"non-terminating: {len(walk.pages)} pages of {walk.size} for {len(walk.ever)} rows")
    return told


def _steps_back(shown: Sequence[int], rank: Callable[[int], Any]) -> Iterator[tuple[int, int]]:
    return ((left, right) for left, right in pairwise(shown) if left != right and rank(left) > rank(right))


def _passed(key: int, shown: Sequence[int], rank: Callable[[int], Any]) -> bool:
    """Return whether the walk has shown a row that comes later."""
    return any(rank(other) > rank(key) for other in shown)
