"""What a filter's value means: plain readings of the text that a query string would carry."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def text_of(value: object) -> str:
    """Return a filter value as a query string would carry it; a list becomes a comma list, ``None`` a blank.

    Raises:
        ValueError: A list names nothing: whoever computed it did not mean everything.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        items = [text_of(item) for item in value]
        if not any(item.strip() for item in items):
            raise ValueError(f"{value!r} selects nothing; leave the key out to select everything")
        return ",".join(items)
    return str(value)


def capitals(text: str) -> str:
    """Return the text as PostgreSQL compares it without case: each letter its capital, where that is one letter."""
    return "".join(letter if len(letter.upper()) > 1 else letter.upper() for letter in text)


def comma_list(text: str) -> list[str]:
    """Return the items of a comma list without the blanks and tabs around them; empty items say nothing."""
    return [item.strip() for item in text.split(",") if item.strip()]


def words(text: str) -> list[str]:
    """Return the words of a search without case: blanks and commas separate them (quotes are not drawn)."""
    return capitals(text).replace(",", " ").split()


def whole(text: str) -> int:
    """Return a whole number, which may be spelt with a point and nothing but noughts behind it.

    Raises:
        ValueError: The text is no number, or one with a fraction.
    """
    before, _, behind = text.strip().partition(".")
    if behind.strip("0"):
        raise ValueError(f"{text!r} is no whole number")
    return int(before)


def numbers(text: str) -> set[int]:
    """Return the whole numbers of a comma list."""
    return {whole(item) for item in comma_list(text)}


def id_ranges(text: str) -> Callable[[int], bool]:
    """Return whether an id is named by a comma list of ids and inclusive ranges, as in ``1-100,205``."""
    parts = [item.partition("-") for item in comma_list(text)]
    spans = [(int(first), int(last)) if dash else (whole(first), whole(first)) for first, dash, last in parts]
    return lambda number: any(first <= number <= last for first, last in spans)


def truth(text: str) -> bool:
    """Return a boolean filter value.

    Raises:
        ValueError: The text is none of true, false, 1 and 0.
    """
    word = text.strip().lower()
    if word not in {"true", "false", "1", "0"}:
        raise ValueError(f"{text!r} is not a boolean; true, false, 1 or 0 would be")
    return word in {"true", "1"}


def instant(text: str) -> datetime:
    """Return a moment in UTC; a value without a zone is UTC, a date alone its midnight."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def discarded_flags(text: str) -> set[bool]:
    """Return which values of ``is_discarded`` a ``discarded_filter`` lets through."""
    return {"all": {True, False}, "discarded": {True}, "not_discarded": {False}, "active": {False}}[
        text.strip().lower()
    ]
