"""How an export writes a file, and what a failure to do so means: for one row, or for all."""

from __future__ import annotations

import errno
import json
from typing import TYPE_CHECKING

from sdk.plugins.actions.export.errors import DestinationError

if TYPE_CHECKING:
    from pathlib import Path

# What a file system has against a name; everything else that it refuses concerns all files, such as a full disk.
NAME_ERRORS = frozenset({errno.ENAMETOOLONG, errno.EILSEQ, errno.EINVAL, errno.EEXIST})


def encoded(value: object) -> bytes:
    """Return JSON as exports write it: compact, UTF-8, nothing after the last bracket."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def write_new(path: Path, body: bytes) -> None:
    """Write a file that must not be there yet; half a file is removed again.

    Raises:
        FileExistsError: It is there.
        OSError: It cannot be written.
    """
    try:
        with path.open("xb") as sink:
            sink.write(body)
    except FileExistsError:
        raise
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def failure_of_row(failure: Exception, row_id: int) -> str:
    """Return what failed for one row, in words.

    Args:
        failure: What was raised while its files were saved.
        row_id: The row.

    Raises:
        DestinationError: It concerns every row: then the export ends.
    """
    if not isinstance(failure, OSError):
        return str(failure) or type(failure).__name__
    if failure.errno not in NAME_ERRORS:
        raise DestinationError(
            f"The files of row {row_id} cannot be written: {failure.strerror or failure}."
        ) from failure
    return failure.strerror or str(failure)
