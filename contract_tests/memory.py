"""Where files go whose disk is not what is looked at: hundreds of small ones, written and removed."""

from __future__ import annotations

import shutil
from pathlib import Path

LEAST = 2**28  # bytes free: several times what a drawn run, or a benchmark's export, writes


def in_memory() -> Path | None:
    """Return a directory that lies in memory; ``None``, the usual place for temporary files, where there is no room."""
    shared = Path("/dev/shm")  # noqa: S108 (directories in it are made by tempfile)
    return shared if shared.is_dir() and shutil.disk_usage(shared).free > LEAST else None
