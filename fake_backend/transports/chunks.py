"""A chunked request body, read strictly (RFC 9112 7.1): cheroot takes ``-5`` and ``0x5`` for sizes, and copies much."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Protocol

    class Stream(Protocol):
        """What bodies are read from."""

        def read(self, size: int, /) -> bytes:
            """Return ``size`` bytes, fewer at the end."""

        def readline(self, size: int, /) -> bytes:
            """Return a line, or its first ``size`` bytes."""


_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(;[^\r\n]*)?\r\n")
LINE = 8192  # bytes of a chunk's head and of a trailer


class Chunks:
    """The bytes of one body; its trailers are read and dropped.

    Args:
        stream: The connection.
        most: Bytes that are taken at most.
    """

    def __init__(self, stream: Stream, most: int) -> None:
        self._stream = stream
        self._most = most
        self._left = 0  # of the chunk that is being read
        self.over = False

    def read(self, size: int | None) -> bytes:
        """Return ``size`` bytes, fewer at the end; all that is left for ``None``.

        Raises:
            ValueError: The framing is none, breaks off, or the body is too large.
        """
        pieces: list[bytes] = []
        wanted = self._most + 1 if size is None else size
        while wanted > 0 and not self.over:
            if not self._left:
                self._begin()
                continue
            piece = self._stream.read(min(wanted, self._left))
            if not piece:
                raise ValueError("a chunk breaks off")
            self._left -= len(piece)
            self._most -= len(piece)
            wanted -= len(piece)
            pieces.append(piece)
            if self._most < 0:
                raise ValueError("it is larger than this server takes")
            if not self._left and self._stream.read(2) != b"\r\n":
                raise ValueError("a chunk is longer than its size")
        return b"".join(pieces)

    def _begin(self) -> None:
        line = self._stream.readline(LINE)
        size = _SIZE.fullmatch(line)
        if size is None:
            raise ValueError(f"a chunk begins with {line[:40]!r}, which is no size")
        self._left = int(size[1], 16)
        if not self._left:
            while (line := self._stream.readline(LINE)) != b"\r\n":
                if not line.endswith(b"\r\n"):
                    raise ValueError("it breaks off in its trailers")
            self.over = True
