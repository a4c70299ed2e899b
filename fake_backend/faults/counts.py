"""Which of several: ``3``, ``"2-5"``, ``"4-"`` or ``"every 3"``."""

from __future__ import annotations

import re
from dataclasses import dataclass

PATTERN = r"^([1-9][0-9]{0,8}(-([1-9][0-9]{0,8})?)?|every [1-9][0-9]{0,8})$"
IN_WORDS = 'a number from 1, "2-5", "4-" or "every 3"'


@dataclass(frozen=True)
class Count:
    """Some of the natural numbers.

    Args:
        first: The least of them.
        last: The greatest; ``None`` for no end.
        step: Distance between two.
    """

    first: int
    last: int | None
    step: int = 1

    @classmethod
    def of(cls, told: int | str) -> Count:
        """Read a count as plans write it.

        Raises:
            ValueError: It is none.
        """
        text = str(told)
        if isinstance(told, bool) or not re.fullmatch(PATTERN, text):
            raise ValueError(f"{told!r} is no count; {IN_WORDS} would do")
        if text.startswith("every "):
            every = int(text.removeprefix("every "))
            return cls(every, None, every)
        first, dash, last = text.partition("-")
        if last and int(last) < int(first):
            raise ValueError(f"{told!r} ends before it begins; {IN_WORDS} would do")
        return cls(int(first), int(last) if last else None if dash else int(first))

    def __contains__(self, number: int) -> bool:
        """Return whether ``number`` is one of them."""
        return (
            number >= self.first
            and (self.last is None or number <= self.last)
            and (number - self.first) % self.step == 0
        )
