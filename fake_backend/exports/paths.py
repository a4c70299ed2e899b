"""Paths that come from outside, made safe: relative, downward, printable to a file system."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from fake_backend.core.errors import UnsafePath

NAME_MAX = 255  # bytes, of the usual file systems; a bucket has no such limit
_DRIVE = re.compile(r"[A-Za-z]:")
_EXPECTED = "a relative path below the storage's root, such as exports/run-1"


def relative(path: object, field: str = "path") -> PurePosixPath:
    """Return ``path`` as segments below a storage's root.

    Raises:
        UnsafePath: It is no string, empty, absolute, has a NUL or a ``..`` segment (either kind of separator), or a
            segment that no file system takes.
    """
    if not isinstance(path, str) or not path.strip("/ "):
        raise UnsafePath("A path is a string that names something.", received=path, expected=_EXPECTED, field=field)
    normal = path.replace("\\", "/")
    if "\0" in normal or normal.startswith("/") or _DRIVE.match(normal):
        raise UnsafePath("A path must be relative and without NUL.", received=path, expected=_EXPECTED, field=field)
    segments = [segment for segment in normal.split("/") if segment not in {"", "."}]
    if ".." in segments:
        raise UnsafePath("A path must not climb with '..'.", received=path, expected=_EXPECTED, field=field)
    if not segments:
        raise UnsafePath("A path is a string that names something.", received=path, expected=_EXPECTED, field=field)
    return PurePosixPath(*segments)


def below(root: Path, path: PurePosixPath, field: str = "path") -> Path:
    """Return ``path`` below ``root`` on the file system.

    Raises:
        UnsafePath: A symbolic link on the way leaves the root.
    """
    if any(len(segment.encode()) > NAME_MAX for segment in path.parts):
        raise UnsafePath(
            f"A segment of the path is longer than {NAME_MAX} bytes.",
            received=str(path),
            expected=_EXPECTED,
            field=field,
        )
    real_root = root.resolve()
    target = root.joinpath(*path.parts)
    try:
        real = target.resolve()
    except (OSError, RuntimeError) as error:  # links in a circle
        raise UnsafePath(
            "The path cannot be followed to its end.", received=str(path), expected=_EXPECTED, field=field
        ) from error
    if not real.is_relative_to(real_root):
        raise UnsafePath(
            "A symbolic link on the path leaves the storage.", received=str(path), expected=_EXPECTED, field=field
        )
    return target
