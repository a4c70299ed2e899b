"""How far the files of an export are: by file, and in numbers."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum


class ExportStatus(StrEnum):
    """What became of one file."""

    SUCCESS = "success"
    FAILED = "failed"
    STAND_BY = "stand_by"


@dataclass
class MetricsRecord:
    """Counts of files by what became of them.

    Args:
        stand_by: Files that are still to come.
        success: Files that were saved.
        failed: Files that were not.
    """

    stand_by: int = 0
    success: int = 0
    failed: int = 0

    def count(self, status: ExportStatus) -> None:
        """Move one file from ``stand_by`` to its outcome."""
        self.stand_by -= 1
        if status is ExportStatus.FAILED:
            self.failed += 1
        else:
            self.success += 1

    def to_dict(self) -> dict[str, int]:
        """Return the three counts by name."""
        return asdict(self)
