"""Sizes of cases (a) and (b), and where files go whose disk is not what is measured."""

from __future__ import annotations

from pathlib import Path

ROWS = 400_000
DEPTH = 200_000  # rows before the deep page
PAGE = 50  # rows of a page
ROUNDS = 30


def in_memory() -> Path | None:
    """Return a directory that lies in memory; ``None``, the usual place for temporary files, where there is none."""
    shared = Path("/dev/shm")  # noqa: S108 (directories in it are made by tempfile)
    return shared if shared.is_dir() else None
