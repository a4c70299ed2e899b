"""Which path each exported row writes, as a function of the set of rows alone."""

from __future__ import annotations

from collections import Counter
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def leaf(file_name: str | None) -> str | None:
    """Return the last path segment of a file name, or ``None`` when it names no file.

    Args:
        file_name: ``file_name_original`` as the backend holds it; both separators count.

    Source: export guide, bundle-read contract (output names come from ``file_name_original``).
    """
    if not file_name:
        return None
    last = file_name.replace("\\", "/").rpartition("/")[2]
    return None if last in {"", ".", ".."} else last


def generated_name(row: int, name: str) -> str:
    """Return the name that a row writes when its own is not its alone: ``<stem>__<id><suffix>``."""
    path = PurePosixPath(name)
    return f"{path.stem}__{row}{path.suffix}"


def assign_names(claims: Mapping[int, str]) -> dict[int, str]:
    """Return the name that each row writes in one directory.

    A name that one row claims is kept. Rows that share a name all write their generated names, and so does a row
    whose own name is one of those; that may generate a further name, hence the loop. Two generated names are never
    equal, because what follows the last ``__`` of the stem is the row's id.

    Not supported: names that end in a dot, which have no suffix and can so imitate a generated name.

    Args:
        claims: Row id to the name that the row would write if it were alone.
    """
    count = Counter(claims.values())
    displaced = {row for row, name in claims.items() if count[name] > 1}
    while True:
        generated = {generated_name(row, claims[row]) for row in displaced}
        more = {row for row, name in claims.items() if name in generated} - displaced
        if not more:
            break
        displaced |= more
    return {row: generated_name(row, name) if row in displaced else name for row, name in claims.items()}
