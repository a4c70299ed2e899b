"""Where an export is written before it stands: a directory beside its destination, published in one move.

    <path>/.<name>.partial/          on a file_system storage, a long name cut; a temporary directory for any other
        tree/<name>/                 what becomes <path>/<name>, or <name>(1), (2) ... when that is taken
        work/                        indexes and copies that only the run needs
        lock                         held while the run lasts

Until ``publish`` nothing stands at the destination, and whatever goes wrong, nothing ever half stands there.
Unix only: the lock keeps two exports of one name apart.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from sdk.plugins.actions.export.errors import DestinationError
from sdk.storage import checked_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.storage import StorageRoot


LOCK = "lock"
NAME_MAX = 255  # bytes of one name, of the usual file systems (NAME_MAX of Linux and macOS)
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})  # some network file systems


class Staging(ABC):
    """A place to write an export that is not yet.

    Args:
        base: Directory of the staging; exists and is empty.
        name: The export's name.
    """

    def __init__(self, base: Path, name: str) -> None:
        self._base = base
        self.name = name
        self.tree = base / "tree" / name
        """What is published: hooks know it as ``unique_export_path``."""
        self.work = base / "work"
        """What is not."""
        self.tree.mkdir(parents=True)
        self.work.mkdir()

    @abstractmethod
    def publish(self) -> str:
        """Make the tree stand at the first free destination and return where that is.

        Raises:
            StorageError: It cannot be written there; then nothing stands there.
        """

    def discard(self) -> None:
        """Remove the staging and all in it; once published, what is left of it."""
        shutil.rmtree(self._base, ignore_errors=True)


class DirectoryStaging(Staging):
    """Staging beside the destination, so that publishing is one rename.

    Args:
        parent: Directory of the destination; it is made, and removed again if nothing is published.
        name: The export's name.

    Raises:
        DestinationError: Another export of this name is running, or the directory cannot be written.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self._parent = parent
        self._made = [path for path in (parent, *parent.parents) if not path.exists()]
        base = parent / staging_name(name)
        try:
            parent.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(base)
        except OSError as error:
            raise DestinationError(f"Nothing can be written to {str(base)!r}: {error.strerror}.") from error
        try:
            for leftover in ("tree", "work"):  # of a run that ended without a word
                if (base / leftover).exists():
                    shutil.rmtree(base / leftover)
            super().__init__(base, name)
        except OSError as error:
            os.close(self._lock)
            raise DestinationError(f"Nothing can be written to {str(base)!r}: {error.strerror}.") from error

    def publish(self) -> str:
        """Rename the tree; see ``Staging.publish``."""
        for name in free_names(self.name):
            _ensure_fits(name)
            target = self._parent / name
            if os.path.lexists(target):
                continue
            try:
                self.tree.rename(target)
            except OSError as error:
                if error.errno in {errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR}:  # someone was faster
                    continue
                raise DestinationError(f"The export cannot be moved to {str(target)!r}: {error.strerror}.") from error
            return str(target)
        raise AssertionError  # pragma: no cover (names never end)

    def discard(self) -> None:
        """Remove the staging, and directories made for it that are empty."""
        if self._lock < 0:
            return
        super().discard()
        for path in self._made:
            try:
                path.rmdir()
            except OSError:  # not empty, or never made: then those above are neither
                break
        os.close(self._lock)
        self._lock = -1


class TemporaryStaging(Staging):
    """Staging on this machine for a storage that is elsewhere; publishing uploads.

    Args:
        root: The storage.
        path: Directory of the destination in it.
        name: The export's name.
    """

    def __init__(self, root: StorageRoot, path: str, name: str) -> None:
        self._root = root
        self._path = path
        super().__init__(Path(tempfile.mkdtemp(prefix="export-")), name)

    def publish(self) -> str:
        """Upload the tree; see ``Staging.publish``."""
        for name in free_names(self.name):
            target = "/".join(filter(None, (self._path, name)))
            if self._root.exists(target) or next(iter(self._root.list(target)), None) is not None:
                continue
            try:
                for file in sorted(file for file in self.tree.rglob("*") if file.is_file()):
                    self._root.write_file(file, f"{target}/{file.relative_to(self.tree).as_posix()}")
            except BaseException:
                self._root.delete_tree(target)
                raise
            return target
        raise AssertionError  # pragma: no cover (names never end)


def free_names(name: str) -> Iterator[str]:
    """Yield the names that a destination may get, in the order in which they are tried."""
    yield name
    for number in count(1):
        yield f"{name}({number})"


def staging_name(name: str) -> str:
    """Return ``.<name>.partial``; where that is too long, a beginning of the name and a digest of the whole.

    Args:
        name: The export's name.
    """
    usual = f".{name}.partial"
    if len(usual.encode()) <= NAME_MAX:
        return usual
    end = f"~{hashlib.sha256(name.encode()).hexdigest()[:32]}.partial"
    return f".{name.encode()[: NAME_MAX - 1 - len(end)].decode(errors='ignore')}{end}"


def _ensure_fits(name: str) -> None:
    size = len(name.encode())
    if size > NAME_MAX:
        raise DestinationError(
            f"The export cannot be called {name!r}, which is {size} bytes long; up to {NAME_MAX} are possible."
        )


def open_staging(root: StorageRoot, path: str, name: str) -> Staging:
    """Return a place to write the export ``<path>/<name>`` of a storage.

    Args:
        root: The storage.
        path: Directory of the destination, relative to the root; both separators count.
        name: The export's name: one path segment of at most 255 bytes.

    Raises:
        DestinationError: The name is no path segment or too long, or the place cannot be used.
        StorageError: The path would leave the storage.
    """
    if "/" in name or "\0" in name or name in {"", ".", ".."}:
        raise DestinationError(f"The export's name {name!r} is no directory name; use one without '/' and NUL.")
    _ensure_fits(name)
    relative = checked_path(path.replace("\\", "/"))
    parent = root.local_path(relative)
    try:
        return TemporaryStaging(root, relative, name) if parent is None else DirectoryStaging(parent, name)
    except OSError as error:
        raise DestinationError(f"There is no room for an export: {error.strerror}.") from error


def _locked(base: Path) -> int:
    """Return a descriptor that holds the directory's lock.

    Raises:
        DestinationError: Somebody else holds it.
        OSError: The directory cannot be made or written.
    """
    location = base / LOCK
    while True:
        base.mkdir(exist_ok=True)
        try:
            descriptor = os.open(location, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:  # the directory went with its last owner
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), location.stat()):
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise DestinationError(
                f"Another export is writing to {str(base)!r}; wait for it, or choose another name."
            ) from error
        except FileNotFoundError:  # as above, between opening and locking
            pass
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return descriptor
            os.close(descriptor)
            raise
        os.close(descriptor)
