"""Rows that are complete, kept in the order in which they came: ``rows.jsonl`` of a staging.

    {"key":7,"sha256":"<of the line before's, and the item's JSON>","item":{...}}

A line is written by one call, so a killed process leaves at most one torn line at the end; it is cut off. A line in
the middle that is no longer what was written, or is missing, ends what can be believed: it goes, and so does all behind
it. Each digest includes the one before, so lines that are whole but in other places are noticed too.
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

_LINE_HEAD = re.compile(rb'\{"key":(-?\d{1,19}),"sha256":"([0-9a-f]{64})","item":')
_LINE = re.compile(_LINE_HEAD.pattern + rb"(.*)\}\n", re.DOTALL)
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
        self._last = b""
        self._turn = 0, b""
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
        try:
            if self._descriptor < 0:
                self._open()
            digest = _digest(self._last, text)
            head = b'{"key":%d,"sha256":"%s","item":' % (item["id"], digest)
            size = len(head) + len(text) + len(_TAIL)
            _write_whole(self._descriptor, (head, text, _TAIL), size)
        except BaseException as error:
            self._cut(self._end, self._last)
            if not isinstance(error, OSError):
                raise
            raise DestinationError(
                f"Row {item['id']} cannot be kept in {str(self._location)!r}: {error.strerror}."
            ) from error
        self._end += size
        self._last = digest

    def replay(self) -> Iterator[Item]:
        """Yield the items from the first on, each checked; where one cannot be believed, the spool ends."""
        if self._descriptor < 0:
            return
        offset, digest = 0, b""
        with self._location.open("rb") as source:
            for line in source:
                if offset >= self._end:
                    return
                self._turn = offset, digest
                read = _read(line, digest)
                if read is None:
                    self._cut(offset, digest)
                    return
                offset += len(line)
                item, digest = read
                yield item

    def drop(self) -> None:
        """Drop the item that ``replay`` has yielded last, and all behind it."""
        self._cut(*self._turn)

    def close(self) -> None:
        """Close the file; it stays where it is."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _open(self) -> None:
        self._descriptor = os.open(self._location, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        size = os.fstat(self._descriptor).st_size
        self._end = _line_end(self._descriptor, size)
        start = _line_end(self._descriptor, self._end - 1)
        found = _LINE_HEAD.match(os.pread(self._descriptor, min(_STEP, self._end - start), start))
        self._last = found[2] if found else b""  # a line that is none is cut off by ``replay``
        if self._end < size:
            self._cut(self._end, self._last)

    def _cut(self, offset: int, digest: bytes) -> None:
        """Let the spool end at an offset, behind a line of this digest."""
        self._end = offset
        self._last = digest
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, offset)


def _write_whole(descriptor: int, pieces: tuple[bytes, ...], size: int) -> None:
    if os.writev(descriptor, pieces) < size:  # there was room for a part of it
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _line_end(descriptor: int, size: int) -> int:
    """Return where the last whole line of the first ``size`` bytes ends."""
    end = max(size, 0)
    while end > 0:
        start = max(0, end - _STEP)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def _digest(last: bytes, text: bytes) -> bytes:
    """Return the digest of a line: of what it says and of all lines before it."""
    return hashlib.sha256(last + text).hexdigest().encode()


def _read(line: bytes, last: bytes) -> tuple[Item, bytes] | None:
    """Return item and digest of a line, or ``None`` when it is not what was written behind the line before."""
    found = _LINE.fullmatch(line)
    if found is None or _digest(last, found[3]) != found[2]:
        return None
    item: Any = json.loads(found[3])
    return (cast("Item", item), found[2]) if isinstance(item, dict) and item.get("id") == int(found[1]) else None
