"""A rename that never replaces anything.

rename(2) of a directory replaces an empty one that has its new name (POSIX). Linux and macOS have calls that do not;
where the file system has none of them (some network file systems), the name is claimed by mkdir(2), which only one can
succeed in, and the claim alone is replaced. A process that is killed between the two leaves an empty directory.
"""

from __future__ import annotations

import ctypes
import errno
import os
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_AT_FDCWD = -100  # linux/fcntl.h
_RENAME_NOREPLACE = 1  # linux/fs.h
_RENAME_EXCL = 4  # sys/stdio.h of macOS
_NOT_HERE = frozenset({errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})


def move(tree: Path, target: Path) -> None:
    """Give a directory a new name on its file system; what has that name already stays as it is.

    Args:
        tree: The directory.
        target: Its new place.

    Raises:
        FileExistsError: Something has that name, be it an empty directory or a dangling link.
        OSError: It cannot be moved.
    """
    number = _rename_exclusively(os.fsencode(tree), os.fsencode(target))
    if number == 0:
        return
    if number not in _NOT_HERE:
        raise OSError(number, os.strerror(number), str(tree), None, str(target))
    _claim_and_rename(tree, target)


def _rename_exclusively(tree: bytes, target: bytes) -> int:
    """Rename by the system's own call; return 0, or the number of the error: ``ENOSYS`` where there is none."""
    system = ctypes.CDLL(None, use_errno=True)
    if (linux := getattr(system, "renameat2", None)) is not None:
        failed = linux(_AT_FDCWD, tree, _AT_FDCWD, target, _RENAME_NOREPLACE)
    elif (macos := getattr(system, "renamex_np", None)) is not None:
        failed = macos(tree, target, _RENAME_EXCL)
    else:
        return errno.ENOSYS
    return ctypes.get_errno() if failed else 0


def _claim_and_rename(tree: Path, target: Path) -> None:
    target.mkdir()
    try:
        tree.rename(target)
    except BaseException as error:
        with suppress(OSError):  # not empty: it is moved, or somebody else has put something there
            target.rmdir()
        if isinstance(error, OSError) and error.errno in {errno.ENOTEMPTY, errno.ENOTDIR}:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target)) from error
        raise
