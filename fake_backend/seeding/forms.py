"""The forms of single values in a seed document: ids, codes, instants, base64."""

import base64
import re
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

CODE = r"^[A-Za-z0-9._-]+$"
HEADER_VALUE = r"^[\x20-\x7e]+$"
TOKEN = r"^[\x21-\x7e]+$"  # noqa: S105 - the form of a token, not a token
NO_NUL = r"^[^\x00]+$"
WORDS = r"^[^\x00]*$"
JOB_ID = r"^([0-9]+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"

IN_WORDS: Final = {
    CODE: "letters, digits, dots, underscores or hyphens",  # travels in a header: contract.md 1.1
    HEADER_VALUE: "printable ASCII, such as image/png",
    TOKEN: "printable ASCII without blanks",
    WORDS: "text without NUL",  # PostgreSQL has no room for it
    NO_NUL: "text of at least one character, none of them NUL",
    JOB_ID: "a UUID or a whole number, as text",
}
"""What each pattern of the format means to a person."""


def _instant(value: object) -> datetime:
    """Return the moment that ``value`` names, in UTC."""
    if isinstance(value, str) and re.fullmatch(_INSTANT, value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):  # the 30th of February; the year 0 in UTC
            pass
    raise PydanticCustomError("seed", "a date and time with its zone, such as 2026-01-15T09:00:00Z")


def _distinct[Item](items: tuple[Item, ...]) -> tuple[Item, ...]:
    """Return ``items`` when none repeats."""
    if len(set(items)) < len(items):
        twice = next(item for item in items if items.count(item) > 1)
        raise PydanticCustomError("seed", "a list that names {twice} once, not again", {"twice": twice})
    return items


def _calls(value: object) -> object:
    """Return ``value`` when it names calls: all of them, or some by their numbers."""
    if value == "all":
        return value
    numbers = value if isinstance(value, list) else [None]
    if all(isinstance(number, int) and not isinstance(number, bool) and number >= 1 for number in numbers):
        return _distinct(tuple(numbers))
    raise PydanticCustomError("seed", '"all" or a list of whole numbers from 1')


def _base64(value: object) -> object:
    """Return ``value`` when it is base64 text or no text at all (the string check then speaks)."""
    if value is None:
        raise PydanticCustomError("seed", "base64 text")
    if isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            raise PydanticCustomError("seed", "base64 text (RFC 4648, with padding)") from None
    return value


class Absent:
    """The type of :data:`ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""Stands for a key that was not given where ``null`` is a value of its own."""


def absent() -> Absent:
    """Return :data:`ABSENT`, as the factory of a default."""
    return ABSENT


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]  # the signed 64-bit key of the API's database
Ids = Annotated[tuple[Id, ...], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})]
Words = Annotated[str, Field(pattern=WORDS)]
Texts = Annotated[tuple[Words, ...], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})]
Code = Annotated[str, Field(pattern=CODE)]
Name = Annotated[str, Field(pattern=NO_NUL)]
Instant = Annotated[
    datetime | None,
    PlainValidator(lambda value: None if value is None else _instant(value)),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time", "pattern": _INSTANT}, {"type": "null"}]}),
]
Calls = Annotated[
    tuple[int, ...] | Literal["all"],
    PlainValidator(_calls),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": "all"},
                {"type": "array", "items": {"type": "integer", "minimum": 1}, "uniqueItems": True},
            ]
        }
    ),
]
Seconds = Annotated[float, Field(ge=0.0, le=1e9)]
Amount = Annotated[float, Field(ge=0.0, le=1e6)]  # of processors
Bytes = Annotated[int, Field(ge=0, le=2**63 - 1)]
Count = Annotated[int, Field(ge=0, le=10**6)]
Replicas = Annotated[int, Field(ge=1, le=10**6)]
Base64 = Annotated[
    str | None, BeforeValidator(_base64), WithJsonSchema({"type": "string", "contentEncoding": "base64"})
]
