"""A storage that is a directory of this machine (provider ``file_system``)."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sdk.storage.errors import (
    StorageAccessError,
    StorageNotFoundError,
    StorageUnreachableError,
    UnsafePathError,
    UnsupportedStorageError,
)
from sdk.storage.paths import checked_path, file_path
from sdk.storage.root import StoredFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdk.storage.session import StorageSession

# What a network file system says whose server is not there.
_NOT_THERE = frozenset({errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.ENODEV})


class FileSystemStorage:
    """Files below one directory; a symbolic link that leads out of it is refused.

    Args:
        location: Absolute path of the directory; it is made when it is missing.

    Raises:
        UnsupportedStorageError: The location is not absolute.
        StorageAccessError: It cannot be made.
    """

    provider = "file_system"

    def __init__(self, location: str | Path) -> None:
        if not str(location) or not Path(location).is_absolute():
            raise UnsupportedStorageError(f"The storage's location is {str(location)!r}; an absolute path is needed.")
        try:
            Path(location).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StorageAccessError(f"The storage's location {location} cannot be made: {error.strerror}.") from error
        self._root = Path(location).resolve()

    @classmethod
    def from_session(cls, session: StorageSession) -> FileSystemStorage:
        """Open the storage that a session describes.

        Raises:
            UnsupportedStorageError: Its configuration has no ``location``.
        """
        location = session.configuration.get("location")
        if not isinstance(location, str) or not location:
            raise UnsupportedStorageError(f"Storage {session.id}: its configuration names no location.")
        return cls(location)

    def __repr__(self) -> str:
        return f"<FileSystemStorage at {self._root}>"

    def local_path(self, path: str) -> Path:
        """Return the absolute path of a file or directory; see ``StorageRoot.local_path``."""
        relative = checked_path(path)
        joined = self._root / relative
        try:
            real = joined.resolve()
        except (OSError, RuntimeError) as error:  # RuntimeError: a loop of links
            raise UnsafePathError(f"The storage path {path!r} cannot be followed.", path=path) from error
        if real != self._root and self._root not in real.parents:
            raise UnsafePathError(f"The storage path {path!r} leads through a link out of the root.", path=path)
        return joined

    def open_binary(self, path: str) -> BinaryIO:
        """Open a file for reading; see ``StorageRoot.open_binary``."""
        location = self._file(path)
        return self._try(path, lambda: location.open("rb"))

    def read_range(self, path: str, start: int, length: int) -> bytes:
        """Return a piece of a file; see ``StorageRoot.read_range``."""
        if start < 0 or length < 0:
            raise ValueError(f"start and length must not be negative, not {start} and {length}")
        with self.open_binary(path) as stream:
            stream.seek(start)
            return stream.read(length)

    def size(self, path: str) -> int:
        """Return a file's size; see ``StorageRoot.size``."""
        location = self._file(path)
        return self._try(path, lambda: location.stat().st_size)

    def exists(self, path: str) -> bool:
        """Return whether the file is there; see ``StorageRoot.exists``."""
        return self.local_path(file_path(path)).is_file()

    def list(self, prefix: str) -> Iterator[str]:
        """Yield paths below a directory; see ``StorageRoot.list``."""
        start = self.local_path(prefix)
        found: list[str] = []
        for directory, _, names in os.walk(start):
            for name in names:
                relative = (Path(directory) / name).relative_to(self._root).as_posix()
                self.local_path(relative)
                found.append(relative)
        yield from sorted(found)

    def entries(self, prefix: str) -> Iterator[StoredFile]:
        """Yield the files below a directory; see ``StorageRoot.entries``."""
        for path in self.list(prefix):
            found = self._try(path, self._file(path).stat)
            yield StoredFile(path, found.st_size, _tag(found))

    def write_file(self, local: Path | str, path: str) -> str:
        """Copy a file in; see ``StorageRoot.write_file``."""

        def fill(target: BinaryIO) -> None:
            with open(local, "rb") as source:  # noqa: PTH123
                shutil.copyfileobj(source, target)

        self._write(path, fill)
        return _tag(self._try(path, self._file(path).stat))

    def write_bytes(self, path: str, body: bytes) -> None:
        """Write a file; see ``StorageRoot.write_bytes``."""

        def fill(target: BinaryIO) -> None:
            target.write(body)

        self._write(path, fill)

    def delete(self, path: str) -> bool:
        """Remove one file; see ``StorageRoot.delete``. A link is removed, never what it leads to."""
        target = self.local_path(file_path(path))
        if not target.is_symlink() and not target.is_file():
            return False
        self._try(path, target.unlink)
        return True

    def delete_tree(self, prefix: str, *, prune_to: str | None = None) -> int:
        """Remove a tree; see ``StorageRoot.delete_tree``. Links are removed, never what they lead to."""
        relative = file_path(prefix)
        target = self.local_path(relative)
        removed = 0
        if target.is_symlink() or target.is_file():
            self._try(prefix, target.unlink)
            removed = 1
        elif target.is_dir():
            removed = sum(len(names) for _, _, names in os.walk(target))
            self._try(prefix, lambda: shutil.rmtree(target))
        if prune_to is not None:
            self._prune(target.parent, self.local_path(prune_to))
        return removed

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _file(self, path: str) -> Path:
        location = self.local_path(file_path(path))
        if not location.is_file():
            raise StorageNotFoundError(f"There is no file {path!r} in the storage.", path=path)
        return location

    def _write(self, path: str, fill: Callable[[BinaryIO], None]) -> None:
        """Fill a hidden neighbour and rename it, so that no reader sees half a file."""
        target = self.local_path(file_path(path))

        def write() -> None:
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.parent / f".part-{os.getpid()}-{threading.get_ident()}"  # one writer, one name
            try:
                with part.open("wb") as stream:
                    fill(stream)
                part.replace(target)
            except BaseException:
                part.unlink(missing_ok=True)
                raise

        self._try(path, write)

    def _try[T](self, path: str, act: Callable[[], T]) -> T:
        try:
            return act()
        except FileNotFoundError as error:
            raise StorageNotFoundError(f"There is no file {path!r} in the storage.", path=path) from error
        except OSError as error:
            kind = StorageUnreachableError if error.errno in _NOT_THERE else StorageAccessError
            raise kind(f"The storage path {path!r}: {error.strerror or error}.", path=path) from error

    def _prune(self, directory: Path, stop: Path) -> None:
        while stop in directory.parents:
            try:
                directory.rmdir()
            except OSError:  # not empty, or gone: someone else's by now
                return
            directory = directory.parent


def _tag(found: os.stat_result) -> str:
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"  # a clock of the file system may tick rarely
