"""The traversal guard: paths inside a storage, and none that leave it (contract.md 2.5)."""

from __future__ import annotations

import re

from sdk.storage.errors import UnsafePathError

_SEPARATORS = re.compile(r"[/\\]")
_DRIVE = re.compile(r"[A-Za-z]:")


def checked_path(path: str) -> str:
    """Return a storage-relative path with ``/`` between its segments, or refuse it.

    Empty and ``.`` segments are dropped. A backslash that is no traversal stays part of its name.

    Args:
        path: Relative path; ``""`` is the root itself.

    Raises:
        UnsafePathError: It is absolute, has a ``..`` segment between separators of either kind, or a NUL.
    """
    if "\0" in path:
        raise UnsafePathError(f"The storage path {path!r} holds a NUL character.", path=path)
    if ".." in _SEPARATORS.split(path):
        raise UnsafePathError(f"The storage path {path!r} has a '..' segment and could leave the root.", path=path)
    relative = "/".join(segment for segment in path.split("/") if segment not in {"", "."})
    if path.startswith("/") or relative.startswith("\\") or _DRIVE.match(relative):
        raise UnsafePathError(f"The storage path {path!r} is absolute; one relative to the root is needed.", path=path)
    return relative


def file_path(path: str) -> str:
    """Return ``checked_path`` of a file's or tree's path, which cannot be the root itself.

    Raises:
        UnsafePathError: As ``checked_path``, or the path names the root.
    """
    relative = checked_path(path)
    if not relative:
        raise UnsafePathError(f"The storage path {path!r} names the root itself; a path below it is needed.", path=path)
    return relative
