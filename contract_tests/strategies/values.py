"""Values of filters, in the spellings that are accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from contract_tests.strategies.surroundings import INSTANTS, STATUSES

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

IDS = st.integers(1, 16)  # few, so that filters and names hit; the same for all targets, so that mixing them up shows
RELATED_IDS = st.integers(1, 4)
# How many rows. A search tries the first of a choice far more often than the others, and of integers none: so it is
# four here, which is enough for pages and clashes and still few to look at.
COUNTS = st.sampled_from([4, 8, 12, 6, 3, 2, 1, 10, 5, 0])
BOUNDS = ("gt", "gte", "lt", "lte")
SEARCHES = st.sampled_from(["a", "JPG", "고양", "café", "b c", "dir/", ".", "_", "%", "nothing"])


def comma_lists(numbers: SearchStrategy[int]) -> SearchStrategy[str | list[int]]:
    """Return lists of numbers in the spellings that a filter takes: a JSON list, or text with stray white space."""
    drawn = st.lists(numbers, min_size=1, max_size=6)
    spaced = st.builds(lambda items, gap: gap.join(map(str, items)), drawn, st.sampled_from([",", ", ", " ,\t"]))
    return drawn | spaced


def id_ranges() -> SearchStrategy[str]:
    """Return comma lists of ids and inclusive ranges, as ``ids`` and ``ids_ex`` take them."""
    span = st.tuples(IDS, st.integers(0, 6)).map(lambda pair: f"{pair[0]}-{pair[0] + pair[1]}")
    return st.lists(IDS.map(str) | span, min_size=1, max_size=4).map(",".join)


def booleans() -> SearchStrategy[bool | str | int]:
    """Return boolean filter values in every spelling that is accepted."""
    return st.booleans() | st.sampled_from(["true", "False", "TRUE", "0", "1", 0, 1])


def instants() -> SearchStrategy[str]:
    """Return moments that occur, and days around them, with and without a zone."""
    return st.sampled_from([*INSTANTS, "2026-01-15", "2026-01-16", "2026-01-15T15:00:00", "2026-01-15T18:00:00+09:00"])


def statuses(*more: str) -> SearchStrategy[str | list[str]]:
    """Return one status or several.

    Args:
        *more: Statuses beside those that every row may have.
    """
    known = st.sampled_from([*STATUSES, *more])
    return known | st.lists(known, min_size=1, max_size=3)
