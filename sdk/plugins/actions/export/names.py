"""Names of the files that rows write: a function of the set of rows, never of their order.

A name that one row has is kept. Where several rows would write one path, each writes ``<stem>__<id><suffix>``, and so
does a row whose own name is such a path. Rows come one by one, so the first row of a name keeps it until a second one
comes; then the first one's file is moved. The index of names is a database on disk, whatever the number of rows.

Source: incidents.md 1, SYN-7539 (15 files lost to one another's names).
"""

from __future__ import annotations

import sqlite3
import weakref
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self

from sdk.plugins.actions.export.errors import NameCollisionError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

_SCHEMA = """
CREATE TABLE claim (folder TEXT, name TEXT, row INTEGER, moved INTEGER NOT NULL, PRIMARY KEY (folder, name, row))
    WITHOUT ROWID;
CREATE TABLE generated (folder TEXT, path TEXT, row INTEGER NOT NULL, PRIMARY KEY (folder, path)) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Move:
    """A file that has to make room: its name within the folder, and its new one."""

    old: str
    new: str


@dataclass(frozen=True)
class Placement:
    """Where a row writes, and what has to be moved before it does, in this order."""

    name: str
    moves: tuple[Move, ...] = ()


def leaf(file_name: object) -> str | None:
    """Return the last segment of a file name, or ``None`` when it names no file.

    Args:
        file_name: ``file_name_original`` as the backend holds it; both separators count.
    """
    if not isinstance(file_name, str):
        return None
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return None if last in {"", ".", ".."} else last


def label_name(file_name: str | None, row: int | None) -> str:
    """Return the label's name for an original of this name; a row without one goes by its id."""
    stem = str(row) if file_name is None else PurePosixPath(file_name).stem
    return f"{stem}.json"


def generated_name(name: str, row: int) -> str:
    """Return ``<stem>__<id><suffix>``: what a row writes whose name is not its alone."""
    path = PurePosixPath(name)
    return f"{path.stem}__{row}{path.suffix}"


class NameBook:
    """Who writes what, folder by folder.

    Args:
        location: Database file, or ``None`` for one in memory (an exporter that is tried out by itself).

    Not thread-safe: one thread writes an export's files.
    """

    def __init__(self, location: Path | None = None) -> None:
        place = ":memory:" if location is None else location
        # A book that nobody closes is closed where it is collected, which may be another thread.
        self._database = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._end = weakref.finalize(self, self._database.close)
        # The index dies with the run that it serves: it needs neither a journal nor a safe disk.
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.executescript(_SCHEMA)
        self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; the file stays where it is."""
        self._end()

    def place(self, folder: str, name: str, row: int) -> Placement:
        """Return where a row writes, and which files of other rows move first.

        Args:
            folder: The directory, by any name that is always the same.
            name: What the row would be called if it were alone; one path segment.
            row: The row's id. Asked again for the same name and row, the answer is the same, without moves.

        Raises:
            NameCollisionError: The generated name is another row's generated name, which takes names that end in a
                dot and imitate ours.
        """
        known = self._row("SELECT moved FROM claim WHERE folder = ? AND name = ? AND row = ?", folder, name, row)
        if known is not None:
            return Placement(generated_name(name, row) if known[0] else name)
        others = self._row("SELECT row, moved FROM claim WHERE folder = ? AND name = ? LIMIT 1", folder, name)
        taken = self._row("SELECT row FROM generated WHERE folder = ? AND path = ?", folder, name)
        crowded = others is not None or taken is not None
        self._database.execute("INSERT INTO claim VALUES (?, ?, ?, ?)", (folder, name, row, int(crowded)))
        if not crowded:
            return Placement(name)
        moves: list[Move] = []
        if others is not None and not others[1]:  # it had the name alone until now
            self._displace(folder, name, others[0], moves)
        path = self._generate(folder, name, row, moves)
        return Placement(path, tuple(moves))

    def _displace(self, folder: str, name: str, row: int, moves: list[Move]) -> None:
        self._database.execute(
            "UPDATE claim SET moved = 1 WHERE folder = ? AND name = ? AND row = ?", (folder, name, row)
        )
        new = self._generate(folder, name, row, moves)
        moves.append(Move(name, new))

    def _generate(self, folder: str, name: str, row: int, moves: list[Move]) -> str:
        """Take a generated name; a row that has it by birth moves first. Each is longer than the last, so this ends."""
        path = generated_name(name, row)
        clash = self._row("SELECT row FROM generated WHERE folder = ? AND path = ?", folder, path)
        if clash is not None:
            raise NameCollisionError(
                f"Rows {clash[0]} and {row} would both write {path!r}, since neither {name!r} nor the other name is "
                f"free; rename one of the two files."
            )
        self._database.execute("INSERT INTO generated VALUES (?, ?, ?)", (folder, path, row))
        born = self._row("SELECT row FROM claim WHERE folder = ? AND name = ? AND moved = 0", folder, path)
        if born is not None:
            self._displace(folder, path, born[0], moves)
        return path

    def _row(self, query: str, *values: str | int) -> tuple[int, ...] | None:
        found: tuple[int, ...] | None = self._database.execute(query, values).fetchone()
        return found
