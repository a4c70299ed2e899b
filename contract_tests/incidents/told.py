"""What a process that ran an incident tells of it, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.incidents import missed

if TYPE_CHECKING:
    from fake_backend.incidents import Evidence, Incident


def told(incident: Incident, seen: Evidence, seconds: float) -> dict[str, Any]:
    """Return the verdict and what it rests on.

    Args:
        incident: Which one.
        seen: What the client left behind.
        seconds: Real time that it took.
    """
    return {
        "id": incident.id,
        "bites": not missed(incident.symptom, seen),
        "missed": missed(incident.symptom, seen),
        "uncured": missed(incident.cured, seen),
        "error": seen.ended.error,
        "fired": dict(seen.fired),
        "summary": summary(seen),
        "seconds": round(seconds, 2),
    }


def summary(seen: Evidence) -> str:
    """Return in a line what there is to see."""
    rows = {row for row in seen.rows() if row is not None}
    return (
        f"{len(rows)} rows, {len(seen.tree)} files, {len(seen.requests)} requests, {seen.seconds:.1f} virtual s, "
        f"{'error' if seen.ended.error else f'reports {seen.ended.reported}'}"
    )
