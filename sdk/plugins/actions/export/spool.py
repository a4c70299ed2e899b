"""Rows that are complete, kept in the order in which they came: ``rows.jsonl`` of a staging.

    {"key":7,"sha256":"<of the item's JSON>","item":{...}}

A line is written by one call, so a killed process leaves at most one torn line at the end; it is cut off. A line in
the middle that is no longer what was written ends what can be believed: it goes, and so does all behind it.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from typing import TYPE_CHECKING, Any, cast

from sdk.plugins.actions.export.errors import DestinationError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdk.plugins.actions.export.rows import Item

_LINE = re.compile(rb'\{"key":(-?\d{1,19}),"sha256":"([0-9a-f]{64})","item":(.*)\}\n', re.DOTALL)
_TAIL = b"}\n"
_STEP = 1 << 16  # bytes looked at together for the end of the last whole line


class Spool:
    """A file of completed items.

    Args:
        location: The file; it comes into being with the first item.

    Not thread-safe, and one process at a time: the staging's lock sees to that.
    """

    def __init__(self, location: Path) -> None:
        self._location = location
        self._descriptor = -1
        self._end = 0
        self._turn = 0
        if location.exists():
            self._open()

    @property
    def is_empty(self) -> bool:
        """Whether it holds no item."""
        return self._end == 0

    def append(self, item: Item) -> None:
        """Keep an item.

        Args:
            item: JSON through and through; its ``id`` is the key.

        Raises:
            DestinationError: The disk does not take it; the spool is what it was before.
        """
        # as json.loads reads bytes: half a character, which JSON may hold, comes back as it was
        text = json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        head = f'{{"key":{item["id"]},"sha256":"{hashlib.sha256(text).hexdigest()}","item":'.encode()
        size = len(head) + len(text) + len(_TAIL)
        try:
            if self._descriptor < 0:
                self._open()
            _write_whole(self._descriptor, (head, text, _TAIL), size)
        except BaseException as error:
            self._cut(self._end)
            if not isinstance(error, OSError):
                raise
            raise DestinationError(
                f"Row {item['id']} cannot be kept in {str(self._location)!r}: {error.strerror}."
            ) from error
        self._end += size

    def replay(self) -> Iterator[Item]:
        """Yield the items from the first on, each checked; where one cannot be believed, the spool ends."""
        if self._descriptor < 0:
            return
        offset = 0
        with self._location.open("rb") as source:
            for line in source:
                if offset >= self._end:
                    return
                item = _item(line)
                if item is None:
                    self._cut(offset)
                    return
                self._turn = offset
                offset += len(line)
                yield item

    def drop(self) -> None:
        """Drop the item that ``replay`` has yielded last, and all behind it."""
        self._cut(self._turn)

    def close(self) -> None:
        """Close the file; it stays where it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        self._descriptor = os.open(self._location, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._descriptor).st_size
        self._end = _whole(self._descriptor, size)
        if self._end < size:
            self._cut(self._end)

    def _cut(self, offset: int) -> None:
        self._end = offset
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, offset)


def _write_whole(descriptor: int, pieces: tuple[bytes, ...], size: int) -> None:
    if os.writev(descriptor, pieces) < size:  # there was room for a part of it
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _whole(descriptor: int, size: int) -> int:
    """Return where the last whole line ends."""
    end = size
    while end > 0:
        start = max(0, end - _STEP)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _item(line: bytes) -> Item | None:
    """Return the item of a line, or ``None`` when the line is not what was written."""
    found = _LINE.fullmatch(line)
    if found is None or hashlib.sha256(found[3]).hexdigest().encode() != found[2]:
        return None
    item: Any = json.loads(found[3])
    return cast("Item", item) if isinstance(item, dict) and item.get("id") == int(found[1]) else None
