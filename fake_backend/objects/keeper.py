"""What keeps objects beyond the life of a process: a store tells it every change, and asks it once, at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime

    from fake_backend.core.kept import Kept


class Keeper(Protocol):
    """A place for objects; uploads under way are not kept, their clients begin anew."""

    def together(self) -> AbstractContextManager[object]:
        """Hold the place: all that is told meanwhile is kept, or nothing of it."""

    def add_bucket(self, name: str, created: datetime) -> None:
        """Keep a bucket; one that is kept already stays as it is."""

    def keep(self, kept: Kept) -> None:
        """Keep an object, in place of an earlier one of its key."""

    def forget(self, bucket: str, key: str) -> None:
        """Keep an object no longer."""

    def clear(self) -> None:
        """Keep nothing."""

    def buckets(self) -> dict[str, datetime]:
        """Return when each bucket was made."""

    def objects(self) -> Iterable[Kept]:
        """Return every object."""
