"""The kinds of filter keys that lists declare, named after what they compare; each is a parser of the key's value.

============================= ============================================================
here                          in django-filter
============================= ============================================================
``number_is``                 ``NumberFilter``
``numbers_in``                ``BaseInFilter`` with ``NumberFilter``: one comma list
``texts_in``, ``names_in``    ``BaseInFilter`` with ``CharFilter``: one comma list
``truth_is``, ``holding``     ``BooleanFilter`` of its ``rest_framework`` package
``moment_is``                 ``IsoDateTimeFilter``
``choice_of``                 ``ChoiceFilter``
``choices_of``                ``MultipleChoiceFilter``, comma lists and repeated keys
``numbers_among``             ``TypedMultipleChoiceFilter(coerce=int)``, the same
``text_is``                   ``CharFilter``
``file_named``                Django REST framework's ``SearchFilter``
``numbers_within``            the backend's own ``ids`` and ``ids_ex``, with ranges
============================= ============================================================

Which of them the real backend uses for a key is told by the OpenAPI file's parameters (a ``BaseInFilter`` is an array
with ``explode: false``, a multiple choice one with ``explode: true``, a ``NumberFilter`` a number) and by the comments
of the published client 2026.2.17 (``MultipleFilter(coerce=int)``, ``IsoDateTimeFromToRangeFilter``, ``SearchFilter``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from fake_backend.core.filter_values import (
    MAX_ID,
    MIN_ID,
    boolean,
    instant,
    integer,
    items,
    key_number,
    number,
    search_terms,
    text_of,
)
from fake_backend.core.filters import Comparison, Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fake_backend.core.filters import Parser

MAX_RANGES = 500  # SQLite nests expressions 1,000 deep; a selection of more than so many ranges is not typed by anybody
MAX_TERMS = 400  # of a search, for the same reason
_RANGE = re.compile(r"([0-9]+)\s*-\s*([0-9]+)")
_PASS_ABOVE = frozenset({Comparison.BELOW, Comparison.AT_MOST})
_PASS_BELOW = frozenset({Comparison.ABOVE, Comparison.AT_LEAST})


def number_is(name: str, test: Comparison = Comparison.EQUALS) -> Parser:
    """Return the parser of a key that compares an integer column; a number beyond 64 bits passes all rows or none."""

    def parse(text: str) -> Condition | None:
        asked = number(text)
        if MIN_ID <= asked <= MAX_ID:
            return Condition(name, test, asked)
        passes = _PASS_ABOVE if asked > MAX_ID else _PASS_BELOW
        return None if test in passes else Condition(name, Comparison.WITHIN, ())

    return parse


def numbers_in(name: str) -> Parser:
    """Return the parser of one comma list of numbers, of which a column has any; empty items are none of them."""
    return lambda text: Condition(
        name, Comparison.WITHIN, tuple((one, one) for one in _held(number(item) for item in text.split(",") if item))
    )


def texts_in(name: str) -> Parser:
    """Return the parser of one comma list of texts, of which a column has any."""
    return lambda text: Condition(name, Comparison.ANY_OF, tuple(text_of(item) for item in text.split(",")))


def names_in(relation: str) -> Parser:
    """Return the parser of one comma list of names of a relation, of which a row has any."""
    return lambda text: Condition(relation, Comparison.RELATED, tuple(text_of(item) for item in text.split(",")))


def truth_is(name: str) -> Parser:
    """Return the parser of a key that compares a boolean column."""
    return lambda text: Condition(name, Comparison.EQUALS, boolean(text))


def moment_is(name: str, test: Comparison) -> Parser:
    """Return the parser of a key that compares an instant."""
    return lambda text: Condition(name, test, instant(text))


def choice_of(name: str, *choices: str) -> Parser:
    """Return the parser of a key that takes one of ``choices``, to the letter."""
    return lambda text: Condition(name, Comparison.EQUALS, chosen(text, choices))


def choices_of(name: str, *choices: str) -> Parser:
    """Return the parser of a key that takes one or more of ``choices``."""
    return _any(name, lambda item: chosen(item, choices))


def numbers_among(name: str) -> Parser:
    """Return the parser of ids, of which a column has any; a range is none of them."""

    def parse(text: str) -> Condition | None:
        named = items(text)
        ranges = tuple((one, one) for one in _held(key_number(item) for item in named))
        return Condition(name, Comparison.WITHIN, ranges) if named else None

    return parse


def related_to(relation: str) -> Parser:
    """Return the parser of ids of a relation, of which a row has any."""

    def parse(text: str) -> Condition | None:
        named = items(text)
        return Condition(relation, Comparison.RELATED, _held(key_number(item) for item in named)) if named else None

    return parse


def related_to_one(relation: str) -> Parser:
    """Return the parser of one id of a relation."""
    return lambda text: Condition(relation, Comparison.RELATED, _held([number(text)]))


def related_by_truth(relation: str) -> Parser:
    """Return the parser of a key that some row of a relation must have as its boolean."""
    return lambda text: Condition(relation, Comparison.RELATED, (boolean(text),))


def holding(relation: str) -> Parser:
    """Return the parser of a key that asks whether a row has any of a relation."""
    return lambda text: Condition(relation, Comparison.HELD, boolean(text))


def text_is(name: str) -> Parser:
    """Return the parser of a key that compares a column with a text, without the blanks around it."""

    def parse(text: str) -> Condition | None:
        asked = text_of(text)
        return Condition(name, Comparison.EQUALS, asked) if asked else None

    return parse


def file_named(text: str) -> Condition | None:
    """Return the condition that the name of one of a row's files has all that is searched for."""
    terms = tuple(dict.fromkeys(search_terms(text)))
    if len(terms) > MAX_TERMS:
        raise ValueError(f"At most {MAX_TERMS} words.")
    return Condition("files", Comparison.FILE_NAME, terms) if terms else None


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


def chosen(item: str, choices: tuple[str, ...]) -> str:
    """Return a choice.

    Raises:
        ValueError: It is none; the sentence is Django's.
    """
    if item not in choices:
        raise ValueError(f"Select a valid choice. {item} is not one of the available choices.")
    return item


def _any(name: str, read: Callable[[str], str]) -> Parser:
    def parse(text: str) -> Condition | None:
        wanted = tuple(read(item) for item in items(text))
        return Condition(name, Comparison.ANY_OF, wanted) if wanted else None

    return parse


def _held(numbers: Iterable[int]) -> tuple[int, ...]:
    """Return the numbers that a key column can hold; the others name no row."""
    return tuple(one for one in numbers if MIN_ID <= one <= MAX_ID)
