"""An object as it is kept beyond the life of a process: what the store of objects and that of rows have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Kept(NamedTuple):
    """An object with all that is stored about it.

    Args:
        bucket: Name of its bucket.
        key: Its key.
        body: Its bytes.
        modified: When it was written.
        headers: What is kept along with it.
        etag: Entity tag without quotes, ``None`` where it is the MD5 of the bytes.
        checksum: Headers of the answer that tell the checksum.
    """

    bucket: str
    key: str
    body: bytes
    modified: datetime
    headers: Mapping[str, str]
    etag: str | None
    checksum: Mapping[str, str]
