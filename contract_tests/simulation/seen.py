"""Which bugs of the backend a simulation has to see."""

from __future__ import annotations

from fake_backend import KNOWN_BUGS

WORDS = "seen by simulation"


def seen_by_simulation() -> list[str]:
    """Return the named bugs whose description says so; all of them as long as none does."""
    said = [name for name, told in KNOWN_BUGS.items() if WORDS in str(told).lower()]
    return said or list(KNOWN_BUGS)
