"""What could not be saved: a list that may be as long as the export without being in memory."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Self

from sdk.plugins.actions.export.errors import DestinationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

IN_MEMORY = 1000  # entries; those behind are on disk


class FailureLog:
    """Failures as ``[name, message]`` in the order of the items; hooks append to it as to a list.

    Args:
        location: File for what does not stay in memory; made when it is needed, over one that is there.

    Not supported: taking entries out or changing them.
    """

    def __init__(self, location: Path) -> None:
        self._location = location
        self._first: list[Any] = []
        self._behind = 0

    def __len__(self) -> int:
        return len(self._first) + self._behind

    def __iter__(self) -> Iterator[Any]:
        yield from self._first
        if self._behind:
            with self._location.open("rb") as source:
                yield from map(json.loads, source)

    def __getitem__(self, index: int) -> Any:
        place = index if index >= 0 else len(self) + index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return next(islice(iter(self), place, None))

    def append(self, entry: Any) -> None:
        """Add a failure.

        Args:
            entry: ``[name, message]``, or what else a hook has to say; JSON.

        Raises:
            DestinationError: The disk does not take it.
        """
        if len(self._first) < IN_MEMORY:
            self._first.append(entry)
            return
        try:
            with self._location.open("ab" if self._behind else "wb") as sink:
                sink.write(json.dumps(entry).encode() + b"\n")
        except OSError as error:
            raise DestinationError(f"The list of failures cannot be written: {error.strerror}.") from error
        self._behind += 1

    def __iadd__(self, entries: Iterable[Any]) -> Self:
        self.extend(entries)
        return self

    def extend(self, entries: Iterable[Any]) -> None:
        """Add several failures."""
        for entry in entries:
            self.append(entry)


def write_failures(sink: BinaryIO, lists: Iterable[tuple[str, Iterable[Any]]]) -> None:
    """Write lists of failures as one compact JSON object, entry by entry.

    Args:
        sink: Where to.
        lists: By key.
    """
    for number, (key, entries) in enumerate(lists):
        sink.write(b"," if number else b"{")
        sink.write(_encoded(key) + b":[")
        sink.writelines((b"," if place else b"") + _encoded(entry) for place, entry in enumerate(entries))
        sink.write(b"]")
    sink.write(b"}")


def _encoded(value: object) -> bytes:
    # half a character, which a file name may hold and UTF-8 may not, shows as the escape that JSON has for it
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
