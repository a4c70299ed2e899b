"""Names of the files that rows write: a function of the set of rows, never of their order.

A name that one row has is kept. Where several rows would write one path, each writes ``<stem>__<id><suffix>``, and so
does a row whose own name is such a path. Rows come one by one, so the first row of a name keeps it until a second one
comes; then the first one's file is moved. The index of names is a database on disk, whatever the number of rows.

Names are compared as the file system compares them that they are written to: where it holds ``A.jpg`` and ``a.jpg`` for
one name, so does the index. Elsewhere they are two names, as they are in the backend and in a bucket.

Source: incidents.md 1, SYN-7539 (15 files lost to one another's names).
"""

from __future__ import annotations

import sqlite3
import unicodedata
import weakref
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Self

from sdk.plugins.actions.export.errors import DestinationError, NameCollisionError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

# A slot is a name that somebody has or had. ``state``: whose it is, see below; ``name``: as its holder spells it.
# A row of ``moved`` writes its generated name, since its own is not its alone.
_SCHEMA = """
CREATE TABLE slot (folder INTEGER, key TEXT, row INTEGER NOT NULL, state INTEGER NOT NULL, name TEXT NOT NULL,
    PRIMARY KEY (folder, key)) WITHOUT ROWID;
CREATE TABLE moved (folder INTEGER, key TEXT, row INTEGER, PRIMARY KEY (folder, key, row)) WITHOUT ROWID;
"""
_BORN, _SHARED, _GENERATED = 0, 1, 2  # the one row's that would have it; nobody's; a row's that had to make way


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
    return f"{_segment(row) if file_name is None else _stem(file_name)}.json"


def _segment(row: object) -> str:
    """Return an id as a part of a file name: a source of a plugin's own may give ids that are no numbers."""
    return str(row) if isinstance(row, int) else str(row).replace("/", "_").replace("\\", "_").replace("\0", "_")


def _stem(name: str) -> str:
    """Return what pathlib calls the stem; of a plain name without making a path of it."""
    if "/" in name or name == ".":
        return PurePosixPath(name).stem
    at = name.rfind(".")
    return name[:at] if 0 < at < len(name) - 1 else name


def generated_name(name: str, row: int) -> str:
    """Return ``<stem>__<id><suffix>``: what a row writes whose name is not its alone."""
    path = PurePosixPath(name)
    return f"{path.stem}__{_segment(row)}{path.suffix}"


def folded(name: str) -> str:
    """Return a name as a file system holds it that tells neither case nor composition of characters apart."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())


def comparison_of(directory: Path) -> Callable[[str], str]:
    """Return how a directory's file system compares names: as they are, or ``folded``.

    Args:
        directory: Where files may be made for a moment.

    Raises:
        OSError: They may not.
    """
    probe = directory / "Probe-\u00e9"
    probe.touch()
    try:
        return folded if (directory / "pROBE-\u00e9").exists() or (directory / "Probe-e\u0301").exists() else str
    finally:
        probe.unlink()


class NameBook:
    """Who writes what, folder by folder.

    Args:
        location: Database file, or ``None`` for one in memory (an exporter that is tried out by itself).
        comparison: Returns what names are compared by; see ``comparison_of``.

    Not thread-safe: one thread writes an export's files.
    """

    def __init__(self, location: Path | None = None, comparison: Callable[[str], str] = str) -> None:
        place = ":memory:" if location is None else location
        # A book that nobody closes is closed where it is collected, which may be another thread.
        self._database = sqlite3.connect(place, isolation_level=None, check_same_thread=False)
        self._end = weakref.finalize(self, self._database.close)
        self._key = comparison
        self._folders: dict[str, int] = {}
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
            DestinationError: The index cannot be written.
        """
        try:
            return self._place(self._folders.setdefault(folder, len(self._folders)), name, row)
        except sqlite3.Error as error:
            raise DestinationError(f"The index of names cannot be written: {error}.") from error

    def _place(self, folder: int, name: str, row: int) -> Placement:
        key = self._key(name)
        if self._database.execute(
            "INSERT INTO slot VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", (folder, key, row, _BORN, name)
        ).rowcount:
            return Placement(name)
        holder, state, spelt = self._slot(folder, key)
        if state == _BORN and holder == row:
            return Placement(spelt)
        if not self._move(folder, key, row):
            return Placement(generated_name(name, row))
        moves: list[Move] = []
        if state == _BORN:  # its holder had the name alone until now
            self._set(folder, key, holder, _SHARED, spelt)
            self._displace(folder, spelt, holder, moves)
        path = self._generate(folder, name, row, moves)
        return Placement(path, tuple(moves))

    def _displace(self, folder: int, name: str, row: int, moves: list[Move]) -> None:
        self._move(folder, self._key(name), row)
        new = self._generate(folder, name, row, moves)
        moves.append(Move(name, new))

    def _generate(self, folder: int, name: str, row: int, moves: list[Move]) -> str:
        """Take a generated name; a row that has it by birth moves first. Each is longer than the last, so this ends."""
        path = generated_name(name, row)
        key = self._key(path)
        if self._database.execute(
            "INSERT INTO slot VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", (folder, key, row, _GENERATED, path)
        ).rowcount:
            return path
        holder, state, spelt = self._slot(folder, key)
        if state == _GENERATED:
            raise NameCollisionError(
                f"Rows {holder} and {row} would both write {path!r}, since neither {name!r} nor the other name is "
                f"free; rename one of the two files."
            )
        self._set(folder, key, row, _GENERATED, path)
        if state == _BORN:
            self._displace(folder, spelt, holder, moves)
        return path

    def _slot(self, folder: int, key: str) -> tuple[int, int, str]:
        found: tuple[int, int, str] = self._database.execute(
            "SELECT row, state, name FROM slot WHERE folder = ? AND key = ?", (folder, key)
        ).fetchone()
        return found

    def _set(self, folder: int, key: str, row: int, state: int, name: str) -> None:
        self._database.execute(
            "UPDATE slot SET row = ?, state = ?, name = ? WHERE folder = ? AND key = ?", (row, state, name, folder, key)
        )

    def _move(self, folder: int, key: str, row: int) -> bool:
        """Note that a row writes its generated name, and return whether that is news."""
        noted = self._database.execute("INSERT INTO moved VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (folder, key, row))
        return noted.rowcount > 0
