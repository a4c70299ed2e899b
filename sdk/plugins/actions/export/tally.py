"""What tells one tree of files from another: how many entries, how many bytes, and a digest of what they are called.

Entries are added up, so that they may come in any order and none is remembered.
"""

from __future__ import annotations

import hashlib
import os
import stat
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_MODULUS = 1 << 256


class Tally:
    """Entries of a tree, added up."""

    def __init__(self) -> None:
        self._entries = 0
        self._bytes = 0
        self._sum = 0

    def add(self, path: str, size: int, *marks: object) -> None:
        """Add an entry.

        Args:
            path: Relative to the tree, with ``/`` between segments.
            size: Bytes.
            *marks: What else it is known by.
        """
        text = "\0".join((path, str(size), *map(str, marks)))
        self._entries += 1
        self._bytes += size
        self._sum += int.from_bytes(hashlib.sha256(os.fsencode(text)).digest())

    def as_json(self) -> dict[str, Any]:
        """Return the sums."""
        return {"entries": self._entries, "bytes": self._bytes, "sum": f"{self._sum % _MODULUS:064x}"}


def tally_of(tree: Path) -> dict[str, Any]:
    """Return the sums of a directory: names and kinds of all that is in it; sizes and times of what is a file or link.

    None of these is changed by a rename of the directory itself.

    Args:
        tree: The directory; links in it are not followed.

    Raises:
        OSError: It cannot be read.
    """
    tally = Tally()
    folders = [""]
    while folders:
        folder = folders.pop()
        with os.scandir(f"{tree}/{folder}") as entries:
            for entry in entries:
                path = f"{folder}{entry.name}"
                found = entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    tally.add(path, 0, "directory")
                    folders.append(f"{path}/")
                else:
                    tally.add(path, found.st_size, stat.S_IFMT(found.st_mode), found.st_mtime_ns)
    return tally.as_json()
