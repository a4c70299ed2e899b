"""The raw bundle of a delegated export, read line by line and never as a whole.

A bundle is read twice. The scan counts the lines of each part and looks at the order of the ids; it reads no more of a
line than its id where it can. The reading proper takes the lines in that order when it is strictly descending, else
through an index on disk. Only then is a line's JSON parsed.

Source: contract.md 2.5; incidents.md 6.5 for parts that are shorter than declared.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdk.clients.payloads import is_wrapper
from sdk.plugins.actions.export.bundle_index import BundleIndex, Place
from sdk.plugins.actions.export.errors import BundleLineError, BundlePartError
from sdk.plugins.actions.export.lines import leading_key, payload_text
from sdk.storage import StorageNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.manifest import Manifest
    from sdk.plugins.actions.export.shelf import Shelf
    from sdk.storage import StorageRoot

type Check = Callable[[int, bytes, Row], None]
"""Compares a payload with what its row declares: the row's id, the payload's JSON as it stands, the row."""


@dataclass(frozen=True)
class PartFile:
    """A part on this machine.

    Args:
        name: Its path in the bundle.
        declared: Lines that the manifest says it has; ``None`` when it does not say.
        file: Where it lies.
    """

    name: str
    declared: int | None
    file: Path


@dataclass(frozen=True)
class Scan:
    """What a first look at a bundle tells.

    Args:
        counts: Lines of each part.
        is_descending: Whether the ids fall strictly from line to line; then none of them repeats.
    """

    counts: tuple[int, ...]
    is_descending: bool

    @property
    def total(self) -> int:
        """Lines of all parts."""
        return sum(self.counts)


class Bundle:
    """The rows of one bundle.

    Args:
        parts: Files in reading order.
        work: Directory for the index, if one is needed.
        key: Field that identifies a row.

    A bundle that changes while it is read is for the caller to notice, see ``verification.unchanged``.
    """

    def __init__(self, parts: tuple[PartFile, ...], work: Path, key: str = "id") -> None:
        self._parts = parts
        self._work = work
        self._key = key
        self._index: BundleIndex | None = None

    @classmethod
    def open(cls, root: StorageRoot, manifest: Manifest, work: Path, copies: Shelf | None = None) -> Bundle:
        """Return the bundle that a manifest describes; parts that are not on this machine are copied to it.

        Args:
            root: The storage.
            manifest: What to read.
            work: Directory for the index, and for copies that nobody keeps.
            copies: Where copies are kept, so that none is made twice.

        Raises:
            BundlePartError: A part is not there.
            StorageError: The storage cannot be read.
            OSError: There is no room for a copy.
        """
        files = []
        for number, part in enumerate(manifest.parts, 1):
            path = f"{manifest.prefix}/{part.path}"
            try:
                local = root.local_path(path)
                if local is None or not local.is_file():
                    local = (
                        _copy(root, path, work / f"part-{number}.jsonl")
                        if copies is None
                        else _kept(copies, root, path)
                    )
            except StorageNotFoundError as error:
                raise BundlePartError(f"The bundle's part {part.path!r} is not in the storage, at {path!r}.") from error
            files.append(PartFile(part.path, part.records, local))
        return cls(tuple(files), work, manifest.key)

    @property
    def parts(self) -> tuple[PartFile, ...]:
        """The parts in reading order."""
        return self._parts

    def scan(self) -> Scan:
        """Count the lines and look at the order.

        Raises:
            BundleLineError: A line has no id.
        """
        counts = [0] * len(self._parts)
        last: int | None = None
        falls = True
        for place, number in self._ids():
            counts[place.part] += 1
            falls = falls and (last is None or number < last)
            last = number
        return Scan(tuple(counts), falls)

    def index(self) -> None:
        """Find the places of all rows, for a bundle whose ids do not fall.

        Raises:
            RepeatedRowError: A row comes twice.
            BundleLineError: A line has no id.
        """
        names = [part.name for part in self._parts]
        self._index = BundleIndex.build(self._work / "bundle-index.sqlite", self._ids(), names)

    def ids(self) -> Iterator[int]:
        """Yield the ids in descending order; ``index`` first where the bundle's own order is another."""
        if self._index is not None:
            return self._index.ids()
        return (number for _, number in self._ids())

    def rows(self, check: Check | None = None) -> Iterator[Row]:
        """Yield the rows ``{id, data, files_manifest}`` in descending order, each parsed as it is reached.

        ``id`` is the key, whatever the lines call it.

        Args:
            check: Called with id, payload text and row for each payload that lies in its line and has a size or
                digest declared beside it; what it raises is raised here.

        Raises:
            BundleLineError: A line is no JSON object, or not the row that the scan saw there.
        """
        if self._index is None:
            for place, number, line in self._lines():
                yield self._row(place, number, line, check)
            return
        handles = [part.file.open("rb") for part in self._parts]
        try:
            for number, place in self._index.places():
                handles[place.part].seek(place.offset)
                yield self._row(place, number, handles[place.part].readline(), check)
        finally:
            for handle in handles:
                handle.close()

    def close(self) -> None:
        """Close the index."""
        if self._index is not None:
            self._index.close()

    def _ids(self) -> Iterator[tuple[Place, int]]:
        for place, number, _ in self._lines():
            yield place, number

    def _lines(self) -> Iterator[tuple[Place, int, bytes]]:
        for part, file in enumerate(self._parts):
            offset = 0
            with file.file.open("rb") as handle:
                for number, line in enumerate(handle, 1):
                    place = Place(part, number, offset)
                    offset += len(line)
                    if not line.isspace():
                        yield place, self._line_id(place, line), line

    def _line_id(self, place: Place, line: bytes) -> int:
        leading = leading_key(line, self._key)
        if leading is not None:
            return leading
        row = self._object(place, line)
        number = row.get(self._key)
        if isinstance(number, bool) or not isinstance(number, int):
            whose = "" if self._key == "id" else f", of ground truth {row.get('id')!r},"
            raise BundleLineError(
                f"{self._where(place)}{whose} has the {self._key} {number!r}; a whole number is needed."
            )
        return number

    def _row(self, place: Place, number: int, line: bytes, check: Check | None) -> Row:
        row = self._object(place, line)
        if row.get(self._key) != number:
            seen = row.get(self._key)
            raise BundleLineError(f"{self._where(place)} is row {seen!r} where row {number} was seen before.")
        if "data" not in row:
            raise BundleLineError(f"{self._where(place)}, row {number}, has no data.")
        if check is not None and ("data_digest" in row or "size" in row) and not is_wrapper(row["data"]):
            check(number, payload_text(line), row)
        return row if self._key == "id" else {**row, "id": number}

    def _object(self, place: Place, line: bytes) -> dict[str, Any]:
        try:
            row = json.loads(line)
        except ValueError as error:  # no JSON, or no UTF-8
            raise BundleLineError(f"{self._where(place)} is no JSON: {error}.{self._hint(line)}") from error
        if not isinstance(row, dict):
            raise BundleLineError(f"{self._where(place)} is a JSON {type(row).__name__}; an object is needed.")
        return row

    def _hint(self, line: bytes) -> str:
        number = leading_key(line, self._key)
        return "" if number is None else f" It begins as row {number}."

    def _where(self, place: Place) -> str:
        return f"Line {place.line} of the bundle's part {self._parts[place.part].name!r}"


def _kept(copies: Shelf, root: StorageRoot, path: str) -> Path:
    return Path(copies.find(path) or copies.keep(_copy(root, path, copies.incoming), path))


def _copy(root: StorageRoot, path: str, destination: Path) -> Path:
    with root.open_binary(path) as source, destination.open("wb") as sink:
        shutil.copyfileobj(source, sink, 1 << 20)
    return destination
