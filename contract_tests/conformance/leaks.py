"""Whether a run has left a secret on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def leaks(folder: Path, secrets: Iterable[str]) -> list[Path]:
    """Return the files below a folder that hold any of the secrets, in order of path.

    Args:
        folder: Searched with all that is in it.
        secrets: Tokens; blank ones are left out.
    """
    sought = [secret.encode() for secret in secrets if secret]
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _holds(path, sought)]


def _holds(path: Path, sought: list[bytes]) -> bool:
    try:
        content = path.read_bytes()
    except FileNotFoundError:  # somebody else tidies up below build/
        return False
    return any(secret in content for secret in sought)
