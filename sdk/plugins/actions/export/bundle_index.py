"""Where each row of a bundle lies, on disk: for bundles whose rows are not in descending order."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, NamedTuple

from sdk.plugins.actions.export.errors import RepeatedRowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path


class Place(NamedTuple):  # there is one for each line
    """A line of a bundle.

    Args:
        part: Number of the part, from 0.
        line: Number of the line in it, from 1.
        offset: Its first byte.
    """

    part: int
    line: int
    offset: int


class BundleIndex:
    """Rows by id.

    Args:
        location: Database file; it must not exist.
        parts: Names of the parts, for the sentence of a refusal.
    """

    def __init__(self, location: Path, parts: Sequence[str]) -> None:
        self._parts = parts
        self._database = sqlite3.connect(location, isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")  # the index dies with the run
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE row (id INTEGER PRIMARY KEY, part INTEGER, line INTEGER, offset INTEGER)")
        self._database.execute("BEGIN")

    @classmethod
    def build(cls, location: Path, rows: Iterable[tuple[Place, int]], parts: Sequence[str]) -> BundleIndex:
        """Return the index of rows, written as they come.

        Args:
            location: Database file.
            rows: Place and id of each line.
            parts: Names of the parts.

        Raises:
            RepeatedRowError: An id comes twice; both places are named.
        """
        index = cls(location, parts)
        try:
            for place, number in rows:
                index.add(place, number)
        except BaseException:
            index.close()
            raise
        return index

    def add(self, place: Place, number: int) -> None:
        """Take a row.

        Raises:
            RepeatedRowError: It is there already.
        """
        values = (number, place.part, place.line, place.offset)
        if not self._database.execute("INSERT INTO row VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", values).rowcount:
            first = self.place(number)
            raise RepeatedRowError(
                f"The bundle holds row {number} twice: in line {first.line} of part {self._parts[first.part]!r} and "
                f"in line {place.line} of part {self._parts[place.part]!r}."
            )

    def place(self, number: int) -> Place:
        """Return where a row lies."""
        return Place(*self._database.execute("SELECT part, line, offset FROM row WHERE id = ?", (number,)).fetchone())

    def places(self) -> Iterator[tuple[int, Place]]:
        """Yield all rows in descending order of id."""
        for number, *place in self._database.execute("SELECT id, part, line, offset FROM row ORDER BY id DESC"):
            yield number, Place(*place)

    def ids(self) -> Iterator[int]:
        """Yield all ids in descending order."""
        return (number for number, _ in self.places())

    def close(self) -> None:
        """Close the database."""
        self._database.close()
