"""Filter sets: which query keys a list declares, and what their values mean.

A filter set turns query pairs (or the JSON filter of a job) into conditions that the store runs as SQL. Keys that it
does not declare are ignored, as the real backend ignores them (incidents.md 1, SYN-7398), and returned by name so that
the journal can say so. A value that does not parse is refused with the words of django-filter.

Source: contract.md 3.2; ``ids``, ``ids_ex`` with ranges from the OpenAPI file's parameter texts. Which keys each list
declares stands in ``filter_sets.py``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from fake_backend.core.errors import BadRequest

MAX_ID = 2**63 - 1  # what a 64-bit key column holds
_RANGE = re.compile(r"([0-9]+)\s*-\s*([0-9]+)")
MAX_RANGES = 500  # SQLite nests expressions 1,000 deep; a selection of more than so many ranges is not typed by anybody


class Comparison(StrEnum):
    """How a condition tests its field."""

    EQUALS = "equals"
    BELOW = "below"
    AT_MOST = "at-most"
    ABOVE = "above"
    AT_LEAST = "at-least"
    WITHIN = "within"  # any of the inclusive ranges
    OUTSIDE = "outside"  # none of the inclusive ranges
    ANY_OF = "any-of"
    RELATED = "related"  # some row of the relation has one of the values
    HELD = "held"  # whether there is any row of the relation
    FILE_NAME = "file-name"  # case-insensitive substring of a file's original name


type Ranges = tuple[tuple[int, int], ...]
type Value = int | float | bool | str | datetime | tuple[int, ...] | tuple[str, ...] | Ranges


@dataclass(frozen=True)
class Condition:
    """One test that a row must pass.

    Args:
        field: What is tested: a column, a relation's name or ``files``.
        test: How.
        value: With what; instants are aware datetimes.
    """

    field: str
    test: Comparison
    value: Value


type Parser = Callable[[str], Condition | None]


@dataclass(frozen=True)
class Selection:
    """What a query asked for: the conditions (all must hold) and the keys that meant nothing here."""

    conditions: tuple[Condition, ...] = ()
    ignored: tuple[str, ...] = ()

    def within(self, conditions: tuple[Condition, ...]) -> Selection:
        """Return the selection with further conditions, which nobody asked for."""
        return Selection((*self.conditions, *conditions), self.ignored)


@dataclass(frozen=True)
class FilterSet:
    """The declared keys of one list.

    Args:
        declared: Parser of each key's value; a blank value is no filter.
        lists: Keys whose value is a comma list; several pairs of one key add up. Of any other key the last pair counts.
    """

    declared: Mapping[str, Parser]
    lists: frozenset[str] = field(default_factory=frozenset)

    def select(self, pairs: Iterable[tuple[str, str]], known: frozenset[str] = frozenset()) -> Selection:
        """Return the selection that query ``pairs`` ask for.

        Args:
            pairs: Key and value, decoded, in the order of the query string.
            known: Keys that mean something else to the list (``page_size`` ...): neither filters nor ignored.

        Raises:
            BadRequest: A value does not parse; the sentence is django-filter's.
        """
        values: dict[str, str] = {}
        ignored: dict[str, None] = {}
        for key, value in pairs:
            if key in self.declared:
                values[key] = f"{values[key]},{value}" if key in self.lists and key in values else value
            elif key not in known:
                ignored[key] = None
        conditions = []
        for key, value in values.items():
            if not (items(value) if key in self.lists else value.strip()):
                continue
            if "\0" in value:
                raise BadRequest("Null characters are not allowed.", received=value, field=key)
            try:
                condition = self.declared[key](value)
            except ValueError as error:
                raise BadRequest(str(error), received=value, field=key) from error
            if condition is not None:
                conditions.append(condition)
        return Selection(tuple(conditions), tuple(ignored))

    def select_json(self, document: Mapping[str, object]) -> Selection:
        """Return the selection that a job's JSON filter asks for: lists are comma lists, ``null`` is no filter."""
        return self.select((key, _text(key, value)) for key, value in document.items())


def _text(key: str, value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, str)):
        return str(value)
    if isinstance(value, (list, tuple)) and all(isinstance(item, (int, float, str)) for item in value):
        return ",".join(_text(key, item) for item in value)
    raise BadRequest(
        f"A filter's value is a string, a number, a boolean, null or a list of them: {key}.",
        received=value,
        field=f"filter.{key}",
    )


def integer(text: str) -> int:
    """Return the integer that ``text`` spells.

    Raises:
        ValueError: It spells none, or one that no key column holds.
    """
    stripped = text.strip()
    if not re.fullmatch(r"[+-]?[0-9]{1,19}(\.0*)?", stripped) or abs(number := int(stripped.split(".")[0])) > MAX_ID:
        raise ValueError("Enter a number.")
    return number


def boolean(text: str) -> bool:
    """Return the truth value that ``text`` spells: true, false, 1 or 0 in any case.

    Raises:
        ValueError: It spells none.
    """
    lowered = text.strip().lower()
    if lowered in {"true", "1"}:
        return True
    if lowered in {"false", "0"}:
        return False
    raise ValueError("Select a valid choice: true or false.")


def instant(text: str) -> datetime:
    """Return the instant that ``text`` spells in ISO 8601; without a zone it is UTC, without a time midnight.

    Raises:
        ValueError: It spells none.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError("Enter a valid date/time.") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("Enter a valid date/time.") from error


def items(text: str) -> list[str]:
    """Return the items of a comma list, stripped of blanks and tabs; empty ones mean nothing (SYN-7574)."""
    return [item for part in text.split(",") if (item := part.strip())]


def number_is(name: str, test: Comparison = Comparison.EQUALS) -> Parser:
    """Return the parser of a key that compares an integer column."""
    return lambda text: Condition(name, test, integer(text))


def truth_is(name: str) -> Parser:
    """Return the parser of a key that compares a boolean column."""
    return lambda text: Condition(name, Comparison.EQUALS, boolean(text))


def moment_is(name: str, test: Comparison) -> Parser:
    """Return the parser of a key that compares an instant."""
    return lambda text: Condition(name, test, instant(text))


def choice_of(name: str, *choices: str) -> Parser:
    """Return the parser of a key that takes one or more of ``choices``, comma separated."""

    def parse(text: str) -> Condition:
        wanted = tuple(items(text))
        for item in wanted:
            if item not in choices:
                raise ValueError(f"Select a valid choice. {item} is not one of the available choices.")
        return Condition(name, Comparison.ANY_OF, wanted)

    return parse


def numbers_within(name: str, test: Comparison = Comparison.WITHIN) -> Parser:
    """Return the parser of a comma list of ids, in which ``3-7`` is a range."""

    def parse(text: str) -> Condition | None:
        ranges = []
        for item in items(text):
            span = _RANGE.fullmatch(item)
            low, high = (integer(span[1]), integer(span[2])) if span else (integer(item), integer(item))
            ranges.append((low, high))
        if sum(low != high for low, high in ranges) > MAX_RANGES:
            raise ValueError(f"At most {MAX_RANGES} ranges of ids.")
        return Condition(name, test, tuple(ranges)) if ranges else None

    return parse


def numbers_among(name: str) -> Parser:
    """Return the parser of a comma list of ids, of which a column has any; a range is none of them."""
    return lambda text: Condition(name, Comparison.WITHIN, tuple((one, one) for one in map(integer, items(text))))


def text_is(name: str) -> Parser:
    """Return the parser of a key that compares a column with the text as it came, blanks included."""
    return lambda text: Condition(name, Comparison.EQUALS, text)


def texts_among(name: str) -> Parser:
    """Return the parser of a comma list of texts, of which a column has any."""
    return lambda text: Condition(name, Comparison.ANY_OF, tuple(items(text)))


def related_to(relation: str) -> Parser:
    """Return the parser of a comma list of ids of a relation, of which a row has any."""
    return lambda text: Condition(relation, Comparison.RELATED, tuple(integer(item) for item in items(text)))


def related_to_one(relation: str) -> Parser:
    """Return the parser of one id of a relation."""
    return lambda text: Condition(relation, Comparison.RELATED, (integer(text),))


def related_by_name(relation: str) -> Parser:
    """Return the parser of a comma list of names of a relation, of which a row has any."""
    return lambda text: Condition(relation, Comparison.RELATED, tuple(items(text)))


def related_by_truth(relation: str) -> Parser:
    """Return the parser of a key that some row of a relation must have as its boolean."""
    return lambda text: Condition(relation, Comparison.RELATED, (boolean(text),))


def holding(relation: str) -> Parser:
    """Return the parser of a key that asks whether a row has any of a relation."""
    return lambda text: Condition(relation, Comparison.HELD, boolean(text))


def file_named(text: str) -> Condition:
    """Return the condition on the names of a row's files."""
    return Condition("files", Comparison.FILE_NAME, text)
