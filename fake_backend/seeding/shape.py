"""The shape of a seed document: JSON, known keys, right types. Pure; what rows say of each other is ``references.py``.

The document goes through its own JSON text: what cannot be written as JSON is found, nothing is shared with the
caller's objects afterwards, and pydantic's validator reads 10,000 rows in some 30 ms.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from fake_backend.core.places import written
from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.forms import ABSENT, IN_WORDS
from fake_backend.seeding.rows import ROWS, FileRow, SeedDocument

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pydantic_core import ErrorDetails

ADAPTER: Final = TypeAdapter(SeedDocument)
"""The compiled validator; compiled once, when this module is first needed."""

MAX_DEPTH = 200  # containers within each other that pydantic's JSON reader takes
MAX_BITS = 14_000  # a little under the 4,300 digits that Python converts
MAX_PATH = 200  # characters of a path that a sentence has room for

Place = tuple[str | int, ...]

WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "bool_type": lambda _: "true or false",
    "dataclass_type": lambda _: "an object",
    "dict_type": lambda _: "an object",
    "float_type": lambda _: "a number",
    "greater_than_equal": lambda told: f"{_number(told['ge'])} of at least {told['ge']}",
    "int_type": lambda _: "a whole number",
    "less_than_equal": lambda told: f"{_number(told['le'])} of at most {told['le']}",
    "literal_error": lambda told: told["expected"].replace("'", '"'),
    "string_pattern_mismatch": lambda told: IN_WORDS[told["pattern"]],
    "string_type": lambda _: "text",
    "tuple_type": lambda _: "a list",
}
"""What would have been valid, by pydantic's type of error."""


def _number(bound: object) -> str:
    return "a number" if isinstance(bound, float) else "a whole number"


def shaped(document: object) -> SeedDocument:
    """Return ``document`` as rows with every default filled in.

    Args:
        document: The JSON object as Python values.

    Raises:
        SeedInvalid: It is not JSON, a key is unknown or missing, or a value is of the wrong type or form.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False).encode("utf-8")
        rows = ADAPTER.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise (_not_json(document) if first["type"] == "json_invalid" else _refusal(first)) from None
    except (TypeError, ValueError, RecursionError):
        raise _not_json(document) from None
    for index, unit in enumerate(rows.data_units):
        for name, file in unit.files.items():
            if (file.content is ABSENT) == (file.content_base64 is None):
                received = "neither" if file.content is ABSENT else "both"
                place = path(("data_units", index, "files", name))
                expected = "content (JSON) or content_base64"
                raise SeedInvalid(
                    place, received, expected, message=f"{place} must hold {expected}; it has {received}."
                )
    return rows


def path(place: Place) -> str:
    """Return ``place`` as people write it, such as ``data_units[0].files["a b"].content``; the root is ``document``."""
    whole = written(place) or "document"
    return whole if len(whole) <= MAX_PATH else whole[:MAX_PATH] + "…"


def _refusal(error: ErrorDetails) -> SeedInvalid:
    """Return what a person needs to know of pydantic's first finding."""
    place = error["loc"][:-1] if error["loc"][-1:] == ("[key]",) else error["loc"]
    where = path(place)
    if error["type"] == "unexpected_keyword_argument":
        valid = ", ".join(key.name for key in fields(_row_class(place[:-1])))
        owner = path(place[:-1])
        key = str(place[-1])
        return SeedInvalid(where, key, f"one of {valid}", message=f"{where} is not a key of {owner}; keys are {valid}.")
    if error["type"] == "missing":
        return SeedInvalid(where, None, "given", message=f"{where} is missing; it must be given.")
    told = error.get("ctx", {})
    expected = WORDS[error["type"]](told) if error["type"] in WORDS else error["msg"]
    return SeedInvalid(where, "***" if _is_secret(place) else error["input"], expected)


def _row_class(place: Place) -> type:
    """Return the class that an object at ``place`` is read as."""
    if not place:
        return SeedDocument
    return FileRow if "files" in place[2:3] else ROWS[str(place[0])]


def _is_secret(place: Place) -> bool:
    """Return whether a value at ``place`` may be a credential: tokens, and what a storage is opened with."""
    open_keys = {
        "tokens": {"user", "kind", "expires"},
        "storages": {key.name for key in fields(ROWS["storages"])},
        "agents": {key.name for key in fields(ROWS["agents"])} - {"token"},
    }
    if not place or place[0] not in open_keys:
        return False
    return len(place) < 3 or place[2] not in open_keys[str(place[0])] or "configuration" in place[2:]


def _not_json(document: object) -> SeedInvalid:
    """Return the refusal of the first value that JSON has no form for."""
    for place, value, expected in _walk(document):
        if expected is not None:
            return SeedInvalid(path(place), "***" if _is_secret(place) else value, expected)
    return SeedInvalid("document", document, "a JSON object")


def _walk(document: object) -> Iterator[tuple[Place, object, str | None]]:
    """Yield each value in the document's order with its place, and what it must be where JSON cannot hold it."""
    waiting: list[tuple[Place, object]] = [((), document)]
    while waiting:
        place, value = waiting.pop()
        yield place, value, _beyond_json(value, len(place) + 1)
        if isinstance(value, dict):
            waiting += [((*place, str(key)), item) for key, item in reversed(value.items())]
            yield from ((place, key, _not_a_key(key)) for key in value)
        elif isinstance(value, (list, tuple)):
            waiting += [((*place, index), item) for index, item in reversed([*enumerate(value)])]


def _not_a_key(key: object) -> str | None:
    """Return what would do in place of ``key`` as the key of an object."""
    return _beyond_json(key, 0) if isinstance(key, str) else "an object whose keys are text"


def _beyond_json(value: object, depth: int) -> str | None:
    """Return what would do in place of ``value`` where JSON text, in UTF-8, cannot hold it."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            return "text that UTF-8 can hold (no lone surrogates)"
        return None
    if isinstance(value, (dict, list, tuple)):
        return None if depth <= MAX_DEPTH else f"nested at most {MAX_DEPTH} levels deep"
    if isinstance(value, float):
        return None if math.isfinite(value) else "a finite number"
    if isinstance(value, int):
        return None if value.bit_length() <= MAX_BITS else "a number of at most 4,200 digits"
    return None if value is None else "a JSON value"
