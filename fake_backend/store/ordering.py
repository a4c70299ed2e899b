"""The order of a list, and what a cursor's position means in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fake_backend.core.errors import InvalidCursor
from fake_backend.core.filter_values import MAX_ID, MIN_ID
from fake_backend.store.instants import restored, stored

if TYPE_CHECKING:
    from collections.abc import Mapping

CREATED = "created"


@dataclass(frozen=True)
class Ordering:
    """The order of a list: by its unique key, or by ``created``, keys breaking ties the same way.

    Args:
        field: The key's column, or ``created``.
        descending: Whether the greatest come first.
        exact: Whether positions by ``created`` have the key behind them, so that no two rows have one; Django REST
            framework's have not.
        ties_turned: Whether the key breaks ties in the other direction, as in ``created,-id``.
    """

    field: str
    descending: bool = True
    exact: bool = False

    @property
    def name(self) -> str:
        """The order as a query spells it."""
        return f"-{self.field}" if self.descending else self.field

    @property
    def is_composite(self) -> bool:
        """Whether a position is two values."""
        return self.exact and self.field == CREATED

    ties_turned: bool = False

    def position(self, row: Mapping[str, Any]) -> str:
        """Return the ordering value of a row as a cursor carries it: ``str`` of what Django's model holds."""
        if self.field != CREATED:
            return str(row["key"])
        moment = str(restored(row[CREATED]))
        return f"{moment} {row['key']}" if self.exact else moment

    def values(self, position: str) -> tuple[int, ...]:
        """Return the values of a cursor's position: the column's, and the key's where a position has both.

        Raises:
            InvalidCursor: The position is of another ordering, or none at all.
        """
        if not self.is_composite:
            return (self.value(position),)
        moment, _, key = position.rpartition(" ")
        return self.value(moment), Ordering("key").value(key)

    def value(self, position: str) -> int:
        """Return the column's value for a cursor's position.

        Raises:
            InvalidCursor: The position is of another ordering, or none at all.
        """
        try:
            if self.field != CREATED:
                return max(MIN_ID, min(int(position), MAX_ID))
            moment = datetime.fromisoformat(position)
            return stored(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        except (ValueError, OverflowError) as error:
            expected = "an instant" if self.field == CREATED else "an id"
            raise InvalidCursor("Invalid cursor", received=position, expected=expected) from error
