"""Numbers in decimal digits, as long as somebody cares to write them."""

from __future__ import annotations

from typing import Final

BEYOND: Final = 10**18  # above any size, count or place there is; Python reads no more than 4,300 digits
_DIGITS: Final = 18


def whole(digits: str) -> int:
    """Return the number that ASCII digits spell; one above ``BEYOND`` is ``BEYOND``."""
    significant = digits.lstrip("0") or "0"
    return int(significant) if len(significant) <= _DIGITS else BEYOND
