"""Which objects of an export have been sent, in a database of its staging: one transaction an object.

It survives the process, not the machine's power: nothing is flushed.
"""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_SCHEMA = """
CREATE TABLE IF NOT EXISTS object (
    path TEXT PRIMARY KEY, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
    tag TEXT, wanted INTEGER NOT NULL, there INTEGER NOT NULL
) WITHOUT ROWID
"""


@dataclass(frozen=True)
class TreeFile:
    """A file of the tree.

    Args:
        path: Relative to the tree, with ``/`` between segments.
        location: Where it lies.
        size: Its bytes.
        sha256: Of its bytes, in lower-case hex.
    """

    path: str
    location: str
    size: int
    sha256: str

    @classmethod
    def of(cls, path: str, location: str) -> TreeFile:
        """Return a file with its size and digest."""
        with open(location, "rb") as source:  # noqa: PTH123
            digest = hashlib.file_digest(source, "sha256").hexdigest()
            return cls(path, location, source.tell(), digest)


class UploadLog:
    """The objects of one upload.

    Args:
        location: Database file; made when it is not there.

    Raises:
        sqlite3.Error: As from every method: it cannot be read or written.
    """

    def __init__(self, location: Path) -> None:
        self._database = sqlite3.connect(location, isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute(_SCHEMA)

    def close(self) -> None:
        """Close the database; the file stays where it is."""
        self._database.close()

    def has(self, file: TreeFile) -> bool:
        """Return whether this very file has been sent whole; if so it is wanted."""
        changed = self._database.execute(
            "UPDATE object SET wanted = 1 WHERE path = ? AND size = ? AND sha256 = ? AND tag IS NOT NULL",
            (file.path, file.size, file.sha256),
        )
        return changed.rowcount > 0

    def begin(self, file: TreeFile) -> None:
        """Note that a file is about to be sent: from now on an object of its name is ours."""
        self._database.execute(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, NULL, 1, 0)", (file.path, file.size, file.sha256)
        )

    def finish(self, file: TreeFile, tag: str) -> None:
        """Note that a file has been sent whole, and the tag under which the storage has it now."""
        self._database.execute("UPDATE object SET tag = ? WHERE path = ?", (tag, file.path))

    def forget_wanted(self) -> None:
        """Begin anew to find out which objects belong to the tree."""
        self._database.execute("UPDATE object SET wanted = 0")

    def unwanted(self) -> Iterator[str]:
        """Yield the paths of objects that were sent and do not belong to the tree; each is forgotten after it."""
        for (path,) in self._database.execute("SELECT path FROM object WHERE wanted = 0").fetchall():
            yield path
            self._database.execute("DELETE FROM object WHERE path = ?", (path,))

    def paths(self) -> Iterator[str]:
        """Yield the paths of all objects that were sent, whole or not."""
        for (path,) in self._database.execute("SELECT path FROM object"):
            yield path

    @contextmanager
    def looking(self) -> Iterator[Callable[[str, str], bool]]:
        """Yield what takes path and tag of each object that stands, and returns whether its name is one of ours.

        At the end, objects that were not seen, or were written by somebody else since, count as not sent.
        """
        self._database.execute("BEGIN")
        self._database.execute("UPDATE object SET there = 0")

        def seen(path: str, tag: str) -> bool:
            self._database.execute("UPDATE object SET there = 1 WHERE path = ? AND tag = ?", (path, tag))
            return self._database.execute("SELECT 1 FROM object WHERE path = ?", (path,)).fetchone() is not None

        try:
            yield seen
            self._database.execute("UPDATE object SET tag = NULL WHERE there = 0")
        finally:
            self._database.execute("COMMIT")

    def clear(self) -> None:
        """Forget everything."""
        self._database.execute("DELETE FROM object")
