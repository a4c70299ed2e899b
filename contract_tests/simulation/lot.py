"""The only chance there is: draws from a stream that is named by the seed and the run."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Lot(random.Random):
    """Draws that repeat.

    Args:
        name: Two lots of one name draw the same, in any process and whatever ``PYTHONHASHSEED`` is.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name

    def __repr__(self) -> str:
        return f"<Lot {self.name!r}>"

    def other(self, name: str) -> Lot:
        """Return a stream of its own, so that what is drawn from it changes no other draws."""
        return Lot(f"{self.name}/{name}")

    def happens(self, share: float) -> bool:
        """Return whether something of this probability happens."""
        return self.random() < share

    def some[T](self, choices: Sequence[T], most: int) -> list[T]:
        """Return up to ``most`` different ones, in their own order."""
        count = self.randint(0, min(most, len(choices)))
        places = sorted(self.sample(range(len(choices)), count))
        return [choices[place] for place in places]
