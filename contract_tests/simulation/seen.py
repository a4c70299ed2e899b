"""Which bugs of the backend a simulation has to see."""

from __future__ import annotations

from typing import Any

from fake_backend import KNOWN_BUGS


def seen_by_simulation() -> list[str]:
    """Return the named bugs that say that a drawn run of the SDK breaks a law by them; all, as long as none says so."""
    told: dict[str, Any] = dict(KNOWN_BUGS)
    return [name for name, bug in told.items() if getattr(bug, "seen_by_simulation", False)] or list(told)
