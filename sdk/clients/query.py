"""Query parameters as the backend reads them: comma lists, repeated ``expand``, lower-case booleans.

Source: contract.md 3.1 and 3.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import urlencode

MAX_QUERY_BYTES = 10_000  # contract.md 3.2; the real front end fails from 11,568 bytes on (incidents.md 5, SYN-7408)
REPEATED = frozenset({"expand"})  # sent once for each value; every other list is a comma list


class Repeated(tuple[object, ...]):
    """Values of one parameter that is sent once for each (OpenAPI: ``style: form, explode: true``)."""

    __slots__ = ()


Params = Mapping[str, object]
"""Query parameters: strings, numbers, booleans, dates, or lists of them; ``None`` is left out."""


def encode(params: Params) -> str:
    """Return the encoded query string.

    Args:
        params: Names and values; ``None`` is left out, lists become comma lists, ``expand`` and
            ``Repeated`` are repeated.

    Raises:
        TypeError: A value is an object of another kind; the key is named.
        ValueError: A value holds half of a surrogate pair, which no query can carry; the key is named.
    """
    pairs: list[tuple[str, str]] = []
    for name, value in params.items():
        if value is None:
            continue
        if isinstance(value, list | tuple | set | frozenset | range):
            items = [_text(name, item) for item in (sorted(value) if isinstance(value, set | frozenset) else value)]
            again = name in REPEATED or isinstance(value, Repeated)
            pairs += [(name, item) for item in items] if again else [(name, ",".join(items))]
        else:
            pairs.append((name, _text(name, value)))
    return urlencode(pairs, safe=",:")


def query_bytes(params: Params) -> int:
    """Return the length of the encoded query in bytes; at most ``MAX_QUERY_BYTES`` are sent."""
    return len(encode(params))


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _whole(name, value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(f"The query parameter {name!r} is a {type(value).__name__}; text, numbers, dates or lists go.")


def _whole(name: str, text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"The query parameter {name!r} is {text!r}; half a character, as at position {error.start}, cannot be sent."
        ) from None
    return text
