"""What every storage can do, whichever provider holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class StoredFile(NamedTuple):
    """A file as a storage lists it.

    Args:
        path: Relative to the storage's root, with ``/`` between segments.
        size: Bytes.
        tag: Another whenever the file is written with other bytes: an object's ETag, a file's time and size.
    """

    path: str
    size: int
    tag: str


class StorageRoot(Protocol):
    """Files below the root of one storage; paths are relative to it, with ``/`` between segments.

    Every method that takes a path raises ``UnsafePathError`` for one that would leave the root, and the other children
    of ``StorageError`` for what the storage refuses.
    """

    provider: str

    def open_binary(self, path: str) -> BinaryIO:
        """Open a file for reading as a stream; the caller closes it.

        Raises:
            StorageNotFoundError: There is no such file.
        """
        ...

    def read_range(self, path: str, start: int, length: int) -> bytes:
        """Return at most ``length`` bytes from byte ``start`` on; fewer at the file's end, none behind it.

        Raises:
            StorageNotFoundError: There is no such file.
        """
        ...

    def size(self, path: str) -> int:
        """Return the size of a file in bytes.

        Raises:
            StorageNotFoundError: There is no such file.
        """
        ...

    def exists(self, path: str) -> bool:
        """Return whether there is a file of this path; a directory is none."""
        ...

    def list(self, prefix: str) -> Iterator[str]:
        """Yield the paths of all files below a directory, sorted; ``""`` is the root."""
        ...

    def entries(self, prefix: str) -> Iterator[StoredFile]:
        """Yield all files below a directory, sorted by path; ``""`` is the root."""
        ...

    def write_file(self, local: Path | str, path: str) -> str:
        """Copy a local file into the storage; directories come into being, the file appears whole or not at all.

        Returns:
            The tag that ``entries`` gives the file until somebody writes it anew.
        """
        ...

    def write_bytes(self, path: str, body: bytes) -> None:
        """Write a file; directories come into being, the file appears whole or not at all."""
        ...

    def delete(self, path: str) -> bool:
        """Remove one file and nothing below its name; return whether it was there."""
        ...

    def delete_tree(self, prefix: str, *, prune_to: str | None = None) -> int:
        """Remove a directory, or a file, and all below it.

        Args:
            prefix: What to remove; the root itself is refused.
            prune_to: Also remove the directories above it that are empty now, up to but without this one; ``""`` is
                the root. Object stores have no directories, so there it changes nothing.

        Returns:
            Number of files removed; 0 when there was nothing.
        """
        ...

    def local_path(self, path: str) -> Path | None:
        """Return where a file or directory lies on this machine; ``None`` when the storage is not local."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...
