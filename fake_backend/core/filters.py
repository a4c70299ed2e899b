"""Filter sets: which query keys a list declares, and what a query asks for.

A filter set turns query pairs (or the JSON filter of a job) into conditions that the store runs as SQL. Keys that it
does not declare are ignored, as the real backend ignores them (incidents.md 1, SYN-7398), and returned by name so that
the journal can say so; so is a value that its key takes for no filter at all. A value that does not parse is refused
with the words of django-filter, all of them at once.

Source: contract.md 3.2. Kinds of keys stand in ``filter_keys.py``, what each list declares in ``filter_sets.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from fake_backend.core.errors import BadRequest
from fake_backend.core.filter_values import MAX_ID, Disregarded

__all__ = ["MAX_ID", "Comparison", "Condition", "FilterSet", "Parser", "Ranges", "Selection", "Value"]


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
    FILE_NAME = "file-name"  # one file's original name has all of the substrings, whatever the case


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
        declared: Parser of each key's value; an empty value is no filter.
        lists: Keys that may be given more than once, whose values add up. Of any other key the last pair counts.
        called: By what name a key is refused, where that is not its own.
    """

    declared: Mapping[str, Parser]
    lists: frozenset[str] = field(default_factory=frozenset)
    called: Mapping[str, str] = field(default_factory=dict)

    def select(self, pairs: Iterable[tuple[str, str]], known: frozenset[str] = frozenset()) -> Selection:
        """Return the selection that query ``pairs`` ask for.

        Args:
            pairs: Key and value, decoded, in the order of the query string.
            known: Keys that mean something else to the list (``page_size`` ...): neither filters nor ignored.

        Raises:
            BadRequest: A value does not parse; the sentence is django-filter's. Every such key is in ``every``.
        """
        values: dict[str, str] = {}
        ignored: dict[str, None] = {}
        for key, value in pairs:
            if key in self.declared:
                values[key] = f"{values[key]},{value}" if key in self.lists and key in values else value
            elif key not in known:
                ignored[key] = None
        conditions: list[Condition] = []
        refused: dict[tuple[str, str], BadRequest] = {}
        for key, value in values.items():
            if not value:
                continue
            try:
                condition = self.declared[key](value)
            except Disregarded:
                ignored[key] = None
            except ValueError as error:
                place = (self.called.get(key, key), str(error))
                refused.setdefault(place, BadRequest(str(error), received=value, field=place[0]))
            else:
                conditions += [] if condition is None else [condition]
        if refused:
            raise BadRequest.of(list(refused.values()))
        return Selection(tuple(conditions), tuple(ignored))

    def without(self, *keys: str) -> FilterSet:
        """Return the same set, which does not declare some keys."""
        return replace(self, declared={key: one for key, one in self.declared.items() if key not in keys})

    def renamed(self, key: str, other: str) -> FilterSet:
        """Return the same set, which takes another key for one that it declares too."""
        if key not in self.declared:
            return self
        return replace(self, declared={**self.declared, other: self.declared[key]})

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
