"""Rows as answers carry them, checked before anything is believed about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.errors import ForeignRowError, IntegrityError, RepeatedRowError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sdk.clients.pagination import Row

type Item = dict[str, Any]


def row_key(row: Row, key: str, source: str) -> int:
    """Return what identifies a row.

    Args:
        row: A JSON object.
        key: The field that does: ``id``, or ``pgh_id`` of a ground-truth event.
        source: Where it comes from, for the sentence.

    Raises:
        IntegrityError: The field is not there, or is no whole number.
    """
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int):
        raise IntegrityError(f"{source} holds a row whose {key} is {value!r}; a whole number is needed.")
    return value


def by_key(rows: Iterable[Row], asked: Sequence[int], key: str, source: str) -> dict[int, Row]:
    """Return the rows of an answer by their keys; their order in the answer does not matter.

    Args:
        rows: The answer.
        asked: The keys that it was asked for.
        key: The field that identifies a row.
        source: What answered, for the sentence.

    Raises:
        RepeatedRowError: A row comes twice.
        ForeignRowError: A row comes that was not asked for.
        IntegrityError: A row has no key.
    """
    wanted = set(asked)
    found: dict[int, Row] = {}
    for row in rows:
        number = row_key(row, key, source)
        if number not in wanted:
            raise ForeignRowError(f"{source} holds row {number}, which was not asked for.")
        if number in found:
            raise RepeatedRowError(f"{source} holds row {number} twice.")
        found[number] = row
    return found
