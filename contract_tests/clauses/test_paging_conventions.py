"""Walks under every convention of paging: which pages come, what they say, and that no row is lost or repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import Page, walk
from contract_tests.oracle import expected_rows
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import DataObject

SHARED_OUT = settings(max_examples=settings().max_examples // len(TARGETS))  # the profile's number is that of all
FEW = settings(max_examples=settings().max_examples // 2)
SIZES = st.integers(1, 4)
for_each_target = pytest.mark.parametrize("target", TARGETS)


@dataclass(frozen=True)
class Walked:
    """A walk to the end, and the one back from there, of a drawn list by a drawn order.

    Args:
        target: Whose list.
        size: Rows a page.
        expected: Keys of its rows, in the order of the walk if that is by key, else in ascending order.
        by_key: Whether it is.
        pages: The pages on the way there.
        back: The pages on the way back, without the last one.
    """

    target: Target
    size: int
    expected: list[int]
    by_key: bool
    pages: Sequence[Page]
    back: Sequence[Page]

    def keys(self, pages: Sequence[Page]) -> list[int]:
        """Return the keys of rows page after page, in ascending order where the walk is not by key."""
        key = LISTS[self.target].key
        found = [row[key] for page in pages for row in page.rows]
        return found if self.by_key else sorted(found)


def walked(data: DataObject, target: Target, conventions: Settings, *, first: bool, by_key: bool = True) -> Walked:
    """Walk a list of either API, there and back."""
    document, size = data.draw(strategies.lists(target), "document"), data.draw(SIZES, "size")
    descending, held = data.draw(st.booleans(), "descending"), LISTS[target]
    order = f"{'-' if descending else ''}{held.key if by_key else 'created'}"
    query: dict[str, Any]
    if first:
        query = {**held.confines, "pagination": "cursor", "ordering": order, "page_size": size}
    else:
        query = {**held.second_confines, "sort": order, "per_page": size}
    rows = expected_rows(document, held.scope, target=target)
    with FakeBackend(seed=document, settings=conventions) as backend:
        url = backend.url + (held.first if first else held.second)
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        pages = list(walk(url, headers, query))
        previous = pages[-1].previous
        back = [] if previous is None else list(walk(url, headers, query, back_from=previous))
    return Walked(target, size, rows if by_key and descending else rows[::-1], by_key, pages, back)


@SHARED_OUT
@for_each_target
@given(st.data(), strategies.paging(), st.booleans(), st.booleans())
def test_a_walk_meets_every_row_once_under_every_convention(
    target: Target,
    data: DataObject,
    conventions: Settings,
    first: bool,  # noqa: FBT001 - drawn
    by_key: bool,  # noqa: FBT001 - drawn
) -> None:
    """By key or by moment, on either API, whatever links look like and which pages are empty: the list, in order."""
    found = walked(data, target, conventions, first=first, by_key=by_key)

    assert found.expected == found.keys(found.pages)


@SHARED_OUT
@for_each_target
@given(st.data(), strategies.paging(), st.booleans())
def test_the_way_back_meets_every_row_of_the_pages_before(
    target: Target,
    data: DataObject,
    conventions: Settings,
    first: bool,  # noqa: FBT001 - drawn
) -> None:
    """By key, ``previous`` from the last page leads to the first over the rows before it, an empty page or not."""
    found = walked(data, target, conventions, first=first)

    assert found.expected == found.keys([*found.back[::-1], found.pages[-1]])


@FEW
@given(st.data(), st.sampled_from(TARGETS), strategies.paging(empty_every=0), st.booleans())
def test_a_full_last_page_is_followed_by_an_empty_one_where_told(
    data: DataObject,
    target: Target,
    conventions: Settings,
    first: bool,  # noqa: FBT001 - drawn
) -> None:
    """Told so, as by a server that does not look ahead; else it ends the walk. A list of nothing is one page."""
    found = walked(data, target, conventions, first=first)
    count, size = len(found.expected), found.size
    sizes = [size] * (count // size) + ([count % size] if count % size or not count else [])
    follows = conventions.empty_last_page and count > 0 and count % size == 0

    assert [*sizes, *([0] if follows else [])] == [len(page.rows) for page in found.pages]


@FEW
@given(st.data(), st.sampled_from(TARGETS), st.integers(2, 4), st.booleans(), st.booleans())
def test_every_nth_page_is_empty_and_goes_on_where_told(
    data: DataObject,
    target: Target,
    every: int,
    first: bool,  # noqa: FBT001 - drawn
    full: bool,  # noqa: FBT001 - drawn
) -> None:
    """Pages n, 2n, ... have no rows and a ``next``; the others are the pages of the walk without them."""
    conventions = data.draw(strategies.paging(empty_every=every, empty_last_page=full))
    found = walked(data, target, conventions, first=first)
    numbered = list(enumerate(found.pages, 1))
    others = [page for number, page in numbered if number % every]

    assert [] == [page.rows for number, page in numbered if not number % every and page.rows]
    assert found.pages[-1] is others[-1]
    assert all(len(page.rows) == found.size for page in others[:-1])
    assert len(found.pages) == len(others) + (len(others) - 1) // (every - 1)


@FEW
@given(st.data(), st.sampled_from(TARGETS), strategies.paging(cursor_count=True))
def test_the_first_api_counts_in_cursor_mode_where_told(
    data: DataObject, target: Target, conventions: Settings
) -> None:
    """Every page, also an empty one, says how many rows the list has in all."""
    found = walked(data, target, conventions, first=True)

    assert {len(found.expected)} == {page.body["count"] for page in found.pages}


@FEW
@given(st.data(), st.sampled_from(TARGETS), strategies.paging(next_cursor="token"))
def test_the_second_api_names_pages_by_bare_tokens_where_told(
    data: DataObject, target: Target, conventions: Settings
) -> None:
    """As in the OpenAPI file's examples; each page but the last has one that is not blank, in both directions."""
    found = walked(data, target, conventions, first=False)
    links = [page.next for page in found.pages[:-1]] + [page.previous for page in found.back[:-1]]

    assert all(link and not set(link) & set("/?:& ") for link in links), links
