"""How far a run is, and what it came to (to_task guide, Metrics Categories)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ANNOTATE = "annotate_task_data"
"""Under which annotating is reported (to_task guide, Real-time Progress Updates)."""


@dataclass
class Tally:
    """Counts of tasks. At every moment ``total = success + failed + stand_by``.

    Tasks that are annotated already are not the run's to do: they are counted in ``skipped_existing`` alone, and leave
    ``total`` when it shows only at their turn.

    Args:
        total: Tasks that the run is to annotate.
        success: Tasks that were annotated.
        failed: Tasks that could not be, and are as they were.
        skipped_existing: Tasks that were annotated already.
    """

    total: int = 0
    success: int = 0
    failed: int = 0
    skipped_existing: int = 0

    @property
    def stand_by(self) -> int:
        """Tasks whose turn has not come."""
        return self.total - self.success - self.failed

    @property
    def done(self) -> int:
        """Tasks whose turn is over."""
        return self.success + self.failed

    def skip(self) -> None:
        """Take a task of ``total`` out that proves to be annotated already."""
        self.total -= 1
        self.skipped_existing += 1

    def metrics(self) -> dict[str, int]:
        """Return the four counts of the guide, by name."""
        return {"total": self.total, "success": self.success, "failed": self.failed, "stand_by": self.stand_by}

    def progress(self) -> str:
        """Return how far the run is, as the guide shows it: ``25.0% (25/100)``."""
        share = 100 * self.done / self.total if self.total else 100.0
        return f"{share:.1f}% ({self.done}/{self.total})"


def result_of(tally: Tally, first_failure: str | None = None) -> dict[str, Any]:
    """Return what a finished run hands back.

    Args:
        tally: The counts at its end.
        first_failure: The first line about a task that failed.

    Returns:
        ``status``: ``"SUCCEEDED"`` with at least one success, or nothing left to do; ``"FAILED"`` when all tasks that
        were attempted failed.
        ``message``: One sentence for a person.
        ``total``, ``success``, ``failed``, ``stand_by``: As the metrics; ``stand_by`` is 0 in the end.
        ``skipped_existing``: Tasks that matched and were annotated already; they are not in ``total``.
    """
    status: Literal["SUCCEEDED", "FAILED"] = "SUCCEEDED" if tally.success or not tally.total else "FAILED"
    return {
        "status": status,
        "message": _sentence(tally, first_failure),
        **tally.metrics(),
        "skipped_existing": tally.skipped_existing,
    }


def _sentence(tally: Tally, first_failure: str | None) -> str:
    skipped = f" {tally.skipped_existing} annotated already." if tally.skipped_existing else ""
    if not tally.total:
        return f"Nothing left to do.{skipped}"
    if tally.failed == tally.total:
        reason = f" The first: {first_failure}" if first_failure else ""
        return f"None of {tally.total} task(s) could be annotated.{skipped}{reason}"
    failed = f" {tally.failed} failed." if tally.failed else ""
    return f"Annotated {tally.success} of {tally.total} task(s).{failed}{skipped}"
