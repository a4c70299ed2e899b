"""How an export writes a file, and what a failure to do so means: for one row, or for all."""

from __future__ import annotations

import errno
import json
import os
from io import FileIO
from pathlib import Path

from sdk.clients.errors import TRANSIENT, OriginalUnreachableError
from sdk.plugins.actions.export.errors import DestinationError, IntegrityError, UnreachableError
from sdk.storage import StorageUnreachableError

# What a file system has against a name; everything else that it refuses concerns all files, such as a full disk.
NAME_ERRORS = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST})
# Nobody has said that the file is not there: its storage, its host or the backend is not.
OUTAGES = (*TRANSIENT, OriginalUnreachableError, StorageUnreachableError)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encoded(value: object) -> bytes:
    """Return JSON as exports write it: compact, UTF-8, nothing after the last bracket."""
    return _COMPACT.encode(value).encode()


def ensure_free(path: str) -> None:
    """Refuse a path that no file can be written to because of its name.

    Args:
        path: Names of rows are apart, unless the file system holds two of them for one.

    Raises:
        OSError: Something is there, or the name is none that the file system takes.
        ValueError: The name holds a NUL.
    """
    try:
        os.lstat(path)
    except FileNotFoundError:
        return
    raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path.rpartition("/")[2])


def write_new(path: str | Path, body: bytes) -> None:
    """Write a file that must not be there yet; half a file is removed again.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written.
    """
    try:
        with FileIO(path, "x") as sink:
            written = sink.write(body)
            while written < len(body):  # a disk that is nearly full takes a part
                written += sink.write(memoryview(body)[written:])
    except FileExistsError:
        raise
    except BaseException:
        Path(path).unlink(missing_ok=True)
        raise


def failure_of_row(failure: Exception, row_id: int) -> str:
    """Return what failed for one row, in words.

    Args:
        failure: What was raised while its files were saved.
        row_id: The row.

    Raises:
        DestinationError: It concerns every row: then the export ends.
        UnreachableError: As above; a thousand rows without their files would look like an export.
        IntegrityError: An answer contradicts itself.
    """
    if isinstance(failure, IntegrityError | DestinationError):
        raise failure
    if isinstance(failure, OUTAGES):
        raise UnreachableError(f"The files of row {row_id} cannot be had for now: {failure}") from failure
    if not isinstance(failure, OSError):
        return str(failure) or type(failure).__name__
    if failure.errno not in NAME_ERRORS:
        raise DestinationError(
            f"The files of row {row_id} cannot be written: {failure.strerror or failure}."
        ) from failure
    return failure.strerror or str(failure)
