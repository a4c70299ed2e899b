"""The filter of an export: which keys are allowed, what a value may be, and what says nothing.

The list endpoints answer an unknown key with every row they have (incidents.md 1, SYN-7398), so a key that is not on
the list of its target is refused here, before anything is requested.
"""

from __future__ import annotations

import math
from datetime import date
from typing import TYPE_CHECKING

from sdk.clients.lists import is_nothing
from sdk.clients.query import MAX_QUERY_BYTES, query_bytes
from sdk.plugins.actions.export.errors import UnsupportedFilterError
from sdk.plugins.actions.export.targets import LIST_KEYS, NAME_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.plugins.actions.export.targets import Target

type Scalar = str | int | float | bool
type FilterValue = Scalar | list[Scalar]
type Filters = dict[str, FilterValue]

OWN_QUERY_BYTES = 400  # what the SDK's own keys and a page's cursor add to a query, generously


def checked_filters(target: Target, filters: Mapping[str, object]) -> Filters:
    """Return the filter as it is sent: known keys under the list's own names, plain values, blank ones left out.

    Args:
        target: Whose allow-list counts.
        filters: The export's filter; lists, tuples and sets are comma lists, dates become ISO 8601.

    Raises:
        UnsupportedFilterError: A key is not on the list; a value is no scalar or list of scalars, is a list of
            nothing, or a number or text that no query and no JSON carries; versions are no ids, or two names of one
            filter disagree; or the query that carries them would be over 10,000 bytes (contract.md 3.2).
    """
    unknown = sorted(set(filters) - target.filters)
    if unknown:
        raise UnsupportedFilterError(
            f"Unsupported export filter key(s) for target {target.name!r}: {', '.join(map(repr, unknown))}; "
            f"supported are {', '.join(sorted(target.filters))}."
        )
    plain = {key: _plain(key, value) for key, value in filters.items() if value is not None}
    try:
        kept = target.rows.named({key: value for key, value in plain.items() if not is_blank(key, value)})
    except ValueError as error:
        raise UnsupportedFilterError(str(error).replace("The filter", "The export filter", 1)) from error
    size = query_bytes(kept)
    if size > MAX_QUERY_BYTES - OWN_QUERY_BYTES:
        longest = max(kept, key=lambda key: query_bytes({key: kept[key]}))
        raise UnsupportedFilterError(
            f"The export's filter is {size} bytes long as a query, mostly by {longest!r}; "
            f"up to {MAX_QUERY_BYTES - OWN_QUERY_BYTES} bytes are taken: select fewer ids or use a range."
        )
    return kept


def blank_keys(filters: Mapping[str, object]) -> list[str]:
    """Return the keys that are given without a value and therefore select nothing away."""
    return sorted(key for key, value in filters.items() if value is None or is_blank(key, value))


def is_blank(key: str, value: object) -> bool:
    """Return whether a value is no filter: white space, and in a comma list commas too.

    Args:
        key: Says whether a comma separates or is a comma.
        value: A scalar; a list always says something, since one of nothing is refused.
    """
    return isinstance(value, str) and not (value.replace(",", " ") if key in LIST_KEYS else value).strip()


def _plain(key: str, value: object) -> FilterValue:
    if is_nothing(value):
        # a selection that was computed and came out empty must not widen to everything (incidents.md 1, SYN-7438)
        raise UnsupportedFilterError(
            f"The export filter {key!r} is {value!r}, a list of nothing; leave the key out to select all."
        )
    if isinstance(value, list | tuple | set | frozenset) and key in NAME_KEYS:
        split = next((item for item in value if isinstance(item, str) and "," in item), None)
        if split is not None:
            raise UnsupportedFilterError(
                f"The export filter {key!r} holds {split!r}; the backend takes a comma list here and would read it as "
                "several names."
            )
    if isinstance(value, list | tuple):
        return [_scalar(key, item) for item in value if item is not None]
    if isinstance(value, set | frozenset):
        return sorted((_scalar(key, item) for item in value if item is not None), key=str)
    return _scalar(key, value)


def _scalar(key: str, value: object) -> Scalar:
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise UnsupportedFilterError(f"The export filter {key!r} is {value!r}; a finite number is needed.")
    if isinstance(value, str) and not _is_text(value):
        raise UnsupportedFilterError(
            f"The export filter {key!r} is {value!r}, which holds half a character; text that UTF-8 can hold is needed."
        )
    if isinstance(value, str | int | float):
        return value
    raise UnsupportedFilterError(
        f"The export filter {key!r} is of type {type(value).__name__}; a string, a number, a boolean, a date or a list "
        f"of them would do."
    )


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
