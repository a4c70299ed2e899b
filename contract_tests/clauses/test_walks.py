"""Walks over lists: every row once, in order, whatever the page size and however many rows share a moment."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.walking import walk
from contract_tests.oracle import expected_rows
from fake_backend import FakeBackend

SIZES = st.integers(1, 5)
MAIN = {"project": strategies.MAIN_PROJECT}


def walked(document: dict[str, Any], path: str, query: dict[str, Any]) -> list[Any]:
    """Return the pages of a list of the document's main tenant."""
    with FakeBackend(seed=document) as backend:
        return list(walk(backend.url + path, backend.tokens[strategies.MAIN_TENANT].headers, query))


@given(strategies.lists(), SIZES, st.sampled_from(["id", "-id"]))
def test_a_keyset_walk_of_v1_gives_each_row_once_in_order(document: dict[str, Any], size: int, ordering: str) -> None:
    """Unique ordering: the rows of all pages are the list, every page but the last is full, and nothing is counted."""
    expected = sorted(expected_rows(document, MAIN), reverse=ordering == "-id")

    pages = walked(document, "/sdk/tasks/", {**MAIN, "pagination": "cursor", "ordering": ordering, "page_size": size})

    assert expected == [row for page in pages for row in page.ids]
    assert all(len(page.rows) == size for page in pages[:-1])
    assert not any("count" in page.body for page in pages)


@given(strategies.lists(), SIZES, st.sampled_from(["created", "-created"]))
def test_a_walk_over_ties_gives_each_row_once(document: dict[str, Any], size: int, ordering: str) -> None:
    """Non-unique ordering: runs of equal moments longer than a page neither repeat nor lose a row."""
    expected = expected_rows(document, MAIN)

    pages = walked(document, "/sdk/tasks/", {**MAIN, "pagination": "cursor", "ordering": ordering, "page_size": size})
    moments = [datetime.fromisoformat(row["created"]) for page in pages for row in page.rows]

    assert expected == sorted((row for page in pages for row in page.ids), reverse=True)
    assert all(left <= right if ordering == "created" else left >= right for left, right in pairwise(moments))


@given(strategies.lists(), SIZES, st.sampled_from(["id", "-id", "created", "-created"]))
def test_a_walk_by_page_number_gives_each_row_once_and_their_number(
    document: dict[str, Any], size: int, ordering: str
) -> None:
    """Page-number mode: each page tells how many rows there are in all, and together they are these."""
    expected = expected_rows(document, MAIN)

    pages = walked(document, "/sdk/tasks/", {**MAIN, "ordering": ordering, "page_size": size})

    assert expected == sorted((row for page in pages for row in page.ids), reverse=True)
    assert {len(expected)} == {page.body["count"] for page in pages}


@given(strategies.lists(), SIZES, st.sampled_from(["id", "-id", "created", "-created"]))
def test_a_walk_of_v2_gives_each_row_once(document: dict[str, Any], size: int, sort: str) -> None:
    """v2 honours ``sort`` on its slim list; by id the order is exact, by moment each row still comes once."""
    expected = expected_rows(document, MAIN)

    found = [
        row for page in walked(document, "/v2/tasks/", {**MAIN, "sort": sort, "per_page": size}) for row in page.ids
    ]

    assert expected == (sorted(found, reverse=True) if "created" in sort else found if sort == "-id" else found[::-1])


LINKED = {
    "/sdk/tasks/": {"pagination": "cursor", "ordering": "-id", "page_size": "1", "expand": "data_unit"},
    "/v2/tasks/": {"sort": "-id", "per_page": "1", "search": "한 &=+"},  # v2 ignores a search, and still repeats it
}


@given(strategies.lists(least=2), st.sampled_from(sorted(LINKED)))
def test_a_link_is_a_whole_url_that_repeats_every_parameter(document: dict[str, Any], path: str) -> None:
    """A client asks for the link as it stands: what it leaves out is lost, and with it the filter."""
    expected = {"project": str(strategies.MAIN_PROJECT), "is_discarded": "false", **LINKED[path]}

    for page in walked(document, path, expected)[:-1]:
        link = urlsplit(page.next)
        asked = {key: values[0] for key, values in parse_qs(link.query).items() if key != "cursor"}

        assert expected == asked
        assert ("http", path) == (link.scheme, link.path)


@settings(max_examples=30)
@given(
    strategies.worlds(),
    st.fixed_dictionaries(strategies.FILTER_VALUES["task"]),
    st.lists(strategies.scopes(), max_size=3),
)
def test_a_filtered_list_has_the_rows_that_the_oracle_selects(
    document: dict[str, Any], values: dict[str, Any], together: list[dict[str, Any]]
) -> None:
    """Every filter of the v1 list, alone and in company, page after page: the rows are the oracle's, in order."""
    mode = {"pagination": "cursor", "ordering": "-id", "page_size": 5, "fields": "id"}
    with FakeBackend(seed=document) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        for scope in [*({**MAIN, key: value} for key, value in values.items()), *together]:
            expected = expected_rows(document, scope, tenant=strategies.MAIN_TENANT)
            plain = {
                key: ",".join(map(str, value)) if isinstance(value, list) else value for key, value in scope.items()
            }
            pages = walk(f"{backend.url}/sdk/tasks/", headers, {**plain, **mode})

            assert expected == [row for page in pages for row in page.ids], scope
