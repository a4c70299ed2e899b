"""Rows as answers carry them, checked before anything is believed about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.errors import ForeignRowError, IntegrityError, RepeatedRowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sdk.clients.pagination import Row

type Item = dict[str, Any]


def row_id(row: Row, source: str) -> int:
    """Return the id of a row.

    Args:
        row: A JSON object.
        source: Where it comes from, for the sentence.

    Raises:
        IntegrityError: It has no id, or one that is no whole number.
    """
    value = row.get("id")
    if isinstance(value, bool) or not isinstance(value, int):
        raise IntegrityError(f"{source} holds a row whose id is {value!r}; a whole number is needed.")
    return value


def by_id(rows: Iterable[Row], asked: Sequence[int], source: str) -> dict[int, Row]:
    """Return the rows of an answer by id; their order in the answer does not matter.

    Args:
        rows: The answer.
        asked: The ids that it was asked for.
        source: What answered, for the sentence.

    Raises:
        RepeatedRowError: A row comes twice.
        ForeignRowError: A row comes that was not asked for.
        IntegrityError: A row has no id.
    """
    wanted = set(asked)
    found: dict[int, Row] = {}
    for row in rows:
        number = row_id(row, source)
        if number not in wanted:
            raise ForeignRowError(f"{source} holds row {number}, which was not asked for.")
        if number in found:
            raise RepeatedRowError(f"{source} holds row {number} twice.")
        found[number] = row
    return found
