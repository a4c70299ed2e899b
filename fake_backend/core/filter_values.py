"""What the text of a filter means: the readings of Django's form fields and of Django REST framework's search.

They are odd in places, and a client meets exactly these: a number may be ``1e2``, ``1.9`` or in Arabic digits and loses
its fraction, a boolean in another spelling than four is no filter at all, and a ``+`` that was not percent-encoded
turns the zone of an instant into nonsense.

Source: django 6.1 (``DecimalField``, ``DateTimeField``, ``TypedMultipleChoiceField``), django-filter 26.2
(``BooleanWidget``, ``IsoDateTimeField``), djangorestframework 3.18 (``SearchFilter``); ``tests/differential`` holds the
two side by side.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal, DecimalException

MAX_ID = 2**63 - 1  # what a 64-bit key column holds
MIN_ID = -(2**63)
_MOST = Decimal(10) ** 50  # django-filter's NumberFilter takes no greater number
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}

# What an instant may be beside ISO 8601: one digit for two, blanks before the zone, a comma before the fraction.
_DATE = r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:[.,](?P<fraction>\d{1,6})\d{0,6})?)?"
_ZONE = r"(?:(?P<utc>Z)|(?P<sign>[+-])(?P<hours>\d{2})(?::?(?P<minutes>\d{2}))?)?"
_LOOSE_INSTANT = re.compile(rf"{_DATE}[T ]{_TIME}\s*{_ZONE}")

_QUOTED = r'"(?:[^"\\]|\\.)*"|' + r"'(?:[^'\\]|\\.)*'"
_BARE = r"[^\s'\"]*"
_SEARCH_TOKEN = re.compile(rf"(?:{_BARE}(?:{_QUOTED}))+{_BARE}|\S+")


class Disregarded(ValueError):  # noqa: N818 (nothing is wrong, and that is what is wrong)
    """A value that a key does not know, and that is taken for no filter at all; it says what the key knows."""


def number(text: str) -> int:
    """Return the whole part of the number that ``text`` spells, at most one beyond what a key column holds.

    Raises:
        ValueError: It spells none, or one above 10⁵⁰.
    """
    try:
        value = Decimal(text)
    except DecimalException as error:
        raise ValueError("Enter a number.") from error
    if not value.is_finite():
        raise ValueError("Enter a number.")
    if value > _MOST:
        raise ValueError("Ensure this value is less than or equal to 1e+50.")
    return max(int(max(value, -_MOST)), MIN_ID - 1) if value < MAX_ID else min(int(value), MAX_ID + 1)


def key_number(text: str) -> int:
    """Return the number of an item of a multiple choice: what Python's ``int`` reads, and so no ``1.0``.

    Raises:
        ValueError: It reads none.
    """
    try:
        return int(text)
    except ValueError as error:
        raise ValueError(f"Select a valid choice. {text} is not one of the available choices.") from error


def integer(text: str) -> int:
    """Return the integer that ``text`` spells, in ASCII, with nothing but noughts behind a point.

    Raises:
        ValueError: It spells none, or one that no key column holds.
    """
    stripped = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,19}(\.0*)?", stripped) or abs(found := int(stripped.split(".")[0])) > MAX_ID:
        raise ValueError("Enter a number.")
    return found


def boolean(text: str) -> bool:
    """Return the truth value that ``text`` spells: true, false, 1 or 0, in any case.

    Raises:
        Disregarded: It is anything else, blanks around it included.
    """
    truth = _TRUTHS.get(text.lower())
    if truth is None:
        raise Disregarded("true, false, 1 or 0")
    return truth


def instant(text: str) -> datetime:
    """Return the instant that ``text`` spells; without a zone it is UTC, without a time midnight.

    Raises:
        ValueError: It spells none.
    """
    stripped = text.strip()
    try:
        moment = datetime.fromisoformat(stripped)
    except ValueError:
        moment = _loose_instant(stripped)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def text_of(text: str) -> str:
    """Return a text without the blanks around it.

    Raises:
        ValueError: There is a NUL in it.
    """
    if "\0" in text:
        raise ValueError("Null characters are not allowed.")
    return text.strip()


def items(text: str) -> list[str]:
    """Return the items of a comma list, stripped of blanks and tabs; empty ones mean nothing (SYN-7574)."""
    return [item for part in text.split(",") if (item := part.strip())]


def search_terms(text: str) -> tuple[str, ...]:
    """Return what a search looks for: words between blanks and commas; quotes keep a phrase together.

    Raises:
        ValueError: There is a NUL in it.
    """
    if "\0" in text:
        raise ValueError("Null characters are not allowed.")
    terms: list[str] = []
    for token in (found[0].strip(",") for found in _SEARCH_TOKEN.finditer(text)):
        if token[:1] in {'"', "'"} and token[:1] == token[-1:]:
            terms.append(token[1:-1].replace("\\" + token[0], token[0]).replace("\\\\", "\\"))
        else:
            terms += [part.strip() for part in token.split(",") if part]
    return tuple(terms)


def _loose_instant(text: str) -> datetime:
    found = _LOOSE_INSTANT.fullmatch(text)
    if found is None:
        raise ValueError("Enter a valid date/time.")
    zone: timezone | None = UTC if found["utc"] else None
    if found["sign"]:
        away = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
        zone = timezone(-away if found["sign"] == "-" else away) if away < timedelta(days=1) else None
        if zone is None:
            raise ValueError("Enter a valid date/time.")
    parts = {name: int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")}
    try:
        return datetime(**parts, microsecond=int((found["fraction"] or "0").ljust(6, "0")), tzinfo=zone)
    except ValueError as error:
        raise ValueError("Enter a valid date/time.") from error
