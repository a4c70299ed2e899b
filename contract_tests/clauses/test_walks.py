"""Walks over lists: every row once, in order, whatever the page size and however many rows share a moment."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import walk
from contract_tests.oracle import expected_rows
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

SIZES = st.integers(1, 5)
SHARED_OUT = settings(max_examples=settings().max_examples // len(TARGETS))  # the profile's number is that of all
FEW = settings(max_examples=settings().max_examples // 6)
for_each_target = pytest.mark.parametrize("target", TARGETS)


def walked(document: dict[str, Any], path: str, query: dict[str, Any]) -> list[Any]:
    """Return the pages of a list of the document's main tenant."""
    with FakeBackend(seed=document) as backend:
        return list(walk(backend.url + path, backend.tokens[strategies.MAIN_TENANT].headers, query))


def expected(document: dict[str, Any], target: Target) -> list[int]:
    """Return the keys of a drawn list's rows in descending order."""
    return expected_rows(document, LISTS[target].scope, target=target)


@SHARED_OUT
@for_each_target
@given(st.data(), SIZES, st.booleans())
def test_a_keyset_walk_of_v1_gives_each_row_once_in_order(
    target: Target,
    data: DataObject,
    size: int,
    descending: bool,  # noqa: FBT001 - drawn
) -> None:
    """Unique ordering: the rows of all pages are the list, every page but the last is full, and nothing is counted."""
    document, held = data.draw(strategies.lists(target)), LISTS[target]
    rows = expected(document, target)
    ordering = f"-{held.key}" if descending else held.key

    pages = walked(
        document, held.first, {**held.confines, "pagination": "cursor", "ordering": ordering, "page_size": size}
    )

    assert (rows if descending else rows[::-1]) == [row[held.key] for page in pages for row in page.rows]
    assert all(len(page.rows) == size for page in pages[:-1])
    assert not any("count" in page.body for page in pages)


@SHARED_OUT
@for_each_target
@given(st.data(), SIZES, st.sampled_from(["created", "-created"]))
def test_a_walk_over_ties_gives_each_row_once(target: Target, data: DataObject, size: int, ordering: str) -> None:
    """Non-unique ordering: runs of equal moments longer than a page neither repeat nor lose a row."""
    document, held = data.draw(strategies.lists(target)), LISTS[target]

    pages = walked(
        document, held.first, {**held.confines, "pagination": "cursor", "ordering": ordering, "page_size": size}
    )
    moments = [datetime.fromisoformat(row["created"]) for page in pages for row in page.rows]

    assert expected(document, target) == sorted((row[held.key] for page in pages for row in page.rows), reverse=True)
    assert all(left <= right if ordering == "created" else left >= right for left, right in pairwise(moments))


@SHARED_OUT
@for_each_target
@given(st.data(), SIZES, st.sampled_from(["{}", "-{}", "created", "-created"]))
def test_a_walk_by_page_number_gives_each_row_once_and_their_number(
    target: Target, data: DataObject, size: int, ordering: str
) -> None:
    """Page-number mode: each page tells how many rows there are in all, and together they are these."""
    document, held = data.draw(strategies.lists(target)), LISTS[target]
    rows = expected(document, target)

    pages = walked(document, held.first, {**held.confines, "ordering": ordering.format(held.key), "page_size": size})

    assert rows == sorted((row[held.key] for page in pages for row in page.rows), reverse=True)
    assert {len(rows)} == {page.body["count"] for page in pages}


@SHARED_OUT
@for_each_target
@given(st.data(), SIZES, st.booleans())
def test_a_walk_of_v2_gives_each_row_once(target: Target, data: DataObject, size: int, descending: bool) -> None:  # noqa: FBT001 - drawn
    """v2 honours ``sort`` on its slim lists, and each row comes once in that order."""
    document, held = data.draw(strategies.lists(target)), LISTS[target]
    rows = expected(document, target)
    sort = f"-{held.key}" if descending else held.key

    pages = walked(document, held.second, {**held.second_confines, "sort": sort, "per_page": size})

    assert (rows if descending else rows[::-1]) == [row[held.key] for page in pages for row in page.rows]
    assert all(len(page.rows) == size for page in pages[:-1])


@SHARED_OUT
@pytest.mark.parametrize("target", [target for target in TARGETS if LISTS[target].has_created])
@given(st.data(), SIZES, st.sampled_from(["created", "-created"]))
def test_a_walk_of_v2_over_ties_gives_each_row_once(target: Target, data: DataObject, size: int, sort: str) -> None:
    """By moment each row of a slim list still comes once."""
    document, held = data.draw(strategies.lists(target)), LISTS[target]

    pages = walked(document, held.second, {**held.second_confines, "sort": sort, "per_page": size})

    assert expected(document, target) == sorted((row["id"] for page in pages for row in page.rows), reverse=True)


MODES: list[dict[str, str]] = [
    {"pagination": "cursor", "ordering": "-{}", "page_size": "1", "expand": "data_unit"},
    {"ordering": "created", "page_size": "1", "fields": "{}"},
]


@FEW
@for_each_target
@given(st.data(), st.sampled_from([*MODES, {"sort": "-{}", "per_page": "1", "search": "한 &=+"}]))  # v2 has no search
def test_a_link_is_a_whole_url_that_repeats_every_parameter(
    target: Target, data: DataObject, mode: dict[str, str]
) -> None:
    """A client asks for the link as it stands: what it leaves out is lost, and with it the filter."""
    document, held = data.draw(strategies.lists(target, least=2)), LISTS[target]
    path, confines = (held.second, held.second_confines) if "sort" in mode else (held.first, held.confines)
    asked = {key: str(value) for key, value in confines.items()} | {"is_discarded": "false"}
    asked |= {key: value.format(held.key) for key, value in mode.items()}

    for page in walked(document, path, asked)[:-1]:
        link = urlsplit(page.next)
        kept = {name: values[0] for name, values in parse_qs(link.query).items() if name not in {"cursor", "page"}}

        assert asked == kept
        assert ("http", path) == (link.scheme, link.path)


@FEW
@for_each_target
@given(st.data())
def test_a_filtered_list_has_the_rows_that_the_oracle_selects(target: Target, data: DataObject) -> None:
    """Every filter of the v1 list, alone and in company, page after page: the rows are the oracle's, in order."""
    document, held = data.draw(strategies.worlds(target)), LISTS[target]
    confines = data.draw(strategies.confines(target))
    values = data.draw(st.fixed_dictionaries({}, optional=dict(strategies.FILTER_VALUES[target])))
    together = data.draw(st.lists(strategies.scopes(target), max_size=3))
    mode = {"pagination": "cursor", "ordering": f"-{held.key}", "page_size": 5, "fields": held.key}
    with FakeBackend(seed=document) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        for scope in [*({**confines, key: value} for key, value in values.items()), *together]:
            rows = expected_rows(document, scope, target=target, tenant=strategies.MAIN_TENANT)
            pages = walk(backend.url + held.first, headers, {**in_query(scope), **mode})

            assert rows == [row[held.key] for page in pages for row in page.rows], scope


def in_query(scope: dict[str, Any]) -> dict[str, Any]:
    """Return a filter as the v1 list takes it: lists with commas, and the versions under the plural key alone."""
    return {
        "ground_truth_dataset_versions" if key == "ground_truth_dataset_version" else key: (
            ",".join(map(str, value)) if isinstance(value, list) else value
        )
        for key, value in scope.items()
    }
