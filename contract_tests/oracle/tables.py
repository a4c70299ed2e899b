"""One target's rows and filters, as plain predicates over the document."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests.oracle.lookup import Lookup
from contract_tests.oracle.values import comma_list, instant, text_of

if TYPE_CHECKING:
    from datetime import datetime

    from contract_tests.oracle.document import Json, SeedDocument

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}

type Predicate[Row] = Callable[[Row, Lookup], bool]
type Rule[Row] = Callable[[str], Predicate[Row]]  # from a filter value's text


def rule[Row, Value](parse: Callable[[str], Value], keeps: Callable[[Value, Row, Lookup], bool]) -> Rule[Row]:
    """Return the rule that reads its value once and then judges each row by it."""

    def predicate(text: str) -> Predicate[Row]:
        value = parse(text)
        return lambda row, lookup: keeps(value, row, lookup)

    return predicate


def bounds[Row](key: str, moment: Callable[[Row], str | None]) -> dict[str, Rule[Row]]:
    """Return the four rules that hold an instant against a bound; a row that has none passes no bound.

    Args:
        key: The field's name, as in ``<key>__gte``.
        moment: Reads the field.
    """

    def against(passes: Callable[[datetime, datetime], bool]) -> Rule[Row]:
        def keeps(asked: datetime, row: Row, _: Lookup) -> bool:
            text = moment(row)
            return text is not None and passes(instant(text), asked)

        return rule(instant, keeps)

    return {f"{key}__{name}": against(passes) for name, passes in COMPARISONS.items()}


@dataclass(frozen=True)
class Selected:
    """A row that a filter selects.

    Args:
        key: What it is listed, paged and named by: ``id``, of a ground-truth event ``pgh_id``.
        data: The payload; ``None`` means that there is none.
        data_unit: Whose files are its own, or ``None``.
    """

    key: int
    data: Json
    data_unit: int | None


@dataclass(frozen=True)
class Table[Row]:
    """Everything that is special to one target.

    Args:
        name: As an export's ``target``.
        rows: All of its rows in a document.
        tenant: Whose a row is.
        selected: What an export sees of a row.
        rules: Each filter key's meaning.
        single: The keys whose value is one value, in which a comma is a comma.
    """

    name: str
    rows: Callable[[SeedDocument], list[Row]]
    tenant: Callable[[Row, Lookup], str | None]
    selected: Callable[[Row, Lookup], Selected]
    rules: Mapping[str, Rule[Row]]
    single: frozenset[str]

    def select(self, document: SeedDocument, scope: Mapping[str, object], tenant: str | None) -> list[Selected]:
        """Return the rows that a filter selects, by descending key.

        Args:
            document: A seed document.
            scope: The filter; values are scalars or lists, a blank one selects everything.
            tenant: Whose rows exist; ``None`` means everybody's.

        Raises:
            ValueError: An unknown key, or a value that is no number, boolean or date where one is needed.
        """
        if unknown := sorted(set(scope) - set(self.rules)):
            raise ValueError(f"no {self.name} filter: {', '.join(unknown)}; those are {', '.join(sorted(self.rules))}")
        texts = {key: text_of(value) for key, value in scope.items()}
        predicates = [self.rules[key](text) for key, text in texts.items() if not self.is_blank(key, text)]
        lookup = Lookup(document)
        rows = [
            self.selected(row, lookup)
            for row in self.rows(document)
            if tenant in {None, self.tenant(row, lookup)} and all(keeps(row, lookup) for keeps in predicates)
        ]
        return sorted(rows, key=lambda row: row.key, reverse=True)

    def is_blank(self, key: str, text: str) -> bool:
        """Return whether a value says nothing: white space, and in a comma list commas too."""
        return not text.strip() if key in self.single else not comma_list(text)
