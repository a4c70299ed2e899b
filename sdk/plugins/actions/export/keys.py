"""Which rows a bundle holds, in a few bytes: what is read later is held against what was verified."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True)
class Keys:
    """The keys of some rows.

    Args:
        count: How many.
        sha256: Of the keys in descending order, in decimal, each with a newline after it.
    """

    count: int
    sha256: str


class KeyTally:
    """Takes keys one by one, in descending order."""

    def __init__(self) -> None:
        self._count = 0
        self._digest = hashlib.sha256()

    def take(self, number: int) -> None:
        """Take the next key."""
        self._count += 1
        self._digest.update(b"%d\n" % number)

    def over(self, numbers: Iterable[int]) -> Iterator[int]:
        """Yield keys and take each."""
        for number in numbers:
            self.take(number)
            yield number

    @property
    def keys(self) -> Keys:
        """Those that were taken."""
        return Keys(self._count, self._digest.hexdigest())
