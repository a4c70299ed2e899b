"""What a check of references looks up: keys that occur once, rows by their keys, and what there was to choose from."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.shape import path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

NAMED = 5  # ids that a sentence lists before it counts the rest


class HasId(Protocol):
    """A row with an id."""

    @property
    def id(self) -> int:
        """Key of the row."""


def once[Key](resource: str, key: str, values: Sequence[Key]) -> Collection[Key]:
    """Return ``values``, quick to look up and in their order, refusing the first that repeats."""
    seen = dict.fromkeys(values)
    if len(seen) < len(values):
        before: set[Key] = set()
        for index, value in enumerate(values):
            if value in before:
                raise SeedInvalid(path((resource, index, key)), value, f"another {key} than those of rows before it")
            before.add(value)
    return seen.keys()


def by_id[Row](resource: str, rows: Sequence[HasId], values: Sequence[Row]) -> dict[int, Row]:
    """Return ``values`` by the ids of ``rows``, refusing an id that repeats."""
    ids = [row.id for row in rows]
    once(resource, "id", ids)
    return dict(zip(ids, values, strict=True))


def among(values: Collection[int] | Collection[str]) -> str:
    """Return what there is to choose from, such as ``(1, 2, 3 and 37 more)``."""
    if not values:
        return "(there is none)"
    named = ", ".join(str(value) for value in islice(values, NAMED))
    rest = len(values) - NAMED
    return f"({named} and {rest} more)" if rest > 0 else f"({named})"
