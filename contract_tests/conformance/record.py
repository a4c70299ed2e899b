"""Whether an installed package still is what its RECORD says: the proof that it runs unmodified."""

from __future__ import annotations

import base64
import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True)
class RecordCheck:
    """What came of comparing a package with its RECORD.

    Args:
        files: Files whose hash was compared.
        modified: Files that are gone, have another hash, or are in the package without being in RECORD.
    """

    files: int
    modified: Sequence[str]

    @property
    def matches(self) -> bool:
        """Whether every file is as installed and none was added."""
        return self.files > 0 and not self.modified


def check_record(site: Path, package: str, version: str) -> RecordCheck:
    """Compare every file of an installed package with the hash in its RECORD.

    Args:
        site: A ``site-packages`` directory.
        package: Import name, which is also the name of the distribution with ``-`` written as ``_``.
        version: As installed.

    Raises:
        FileNotFoundError: That version is not installed there.

    Source: the "Recording installed projects" specification: ``path,algorithm=hash,size``, the hash in URL-safe
    base64 without padding. Compiled files have no hash.
    """
    with (site / f"{package}-{version}.dist-info" / "RECORD").open(encoding="utf-8", newline="") as file:
        recorded = {row[0]: row[1] for row in csv.reader(file)}
    hashed = {path: digest for path, digest in recorded.items() if digest}
    modified = [path for path, digest in hashed.items() if _digest(site / path) != digest]
    present = (path.relative_to(site).as_posix() for path in (site / package).rglob("*") if path.is_file())
    added = [path for path in present if path not in recorded and "__pycache__" not in path]
    return RecordCheck(len(hashed), sorted([*modified, *added]))


def _digest(path: Path) -> str | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
