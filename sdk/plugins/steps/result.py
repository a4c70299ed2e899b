"""What a step returns."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass
class StepResult:
    """Outcome of one step (export guide, StepResult).

    Args:
        success: Whether the step did what it is for.
        data: What it hands to later steps.
        error: What went wrong, when it did.
        rollback_data: What ``rollback`` needs to undo it.
        skipped: Whether it was passed over.
        timestamp: When it was done; the orchestrator puts its context's clock in here.
    """

    success: bool = True
    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
    rollback_data: dict[str, Any] = field(default_factory=dict)
    skipped: bool = False
    timestamp: datetime = field(default_factory=_utc_now)
