"""Cursor tokens and windows agree with the framework that they imitate, page by page, in both directions."""

from __future__ import annotations

from urllib.parse import parse_qs, quote_plus, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.cursor import OFFSET_CUTOFF, Cursor, seek, window
from fake_backend.core.errors import InvalidCursor
from tests.core import drf

cursors = st.builds(
    Cursor,
    position=st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    offset=st.integers(0, OFFSET_CUTOFF),
    reverse=st.booleans(),
)


@given(cursors)
def test_a_token_reads_back_as_the_cursor_that_wrote_it(cursor: Cursor) -> None:
    """No place in a list is lost on its way through a link, whatever the ordering value."""
    assert cursor == Cursor.decode(cursor.encode())


@given(cursors)
def test_tokens_are_those_of_django_rest_framework(cursor: Cursor) -> None:
    """A client cannot tell our links from the real backend's: the oracle is the framework itself."""
    assert drf.token(cursor.offset, cursor.reverse, cursor.position) == quote_plus(cursor.encode())


def test_a_token_without_a_field_is_the_start() -> None:
    """As in the framework, and a trap worth knowing: a client that sends ``%`` gets page one again."""
    assert Cursor() == Cursor.decode("%")


@pytest.mark.parametrize("token", ["AAA", "bz0tMQ==", "bz1h", "cj14", "한글"])
def test_a_token_that_names_no_place_is_refused_with_what_was_sent(token: str) -> None:
    """A bad cursor is a 404 that shows the value: padding lost, offset -1, offset ``a``, reverse ``x``, not ASCII."""
    with pytest.raises(InvalidCursor) as refusal:
        Cursor.decode(token)

    assert (404, token) == (refusal.value.status, refusal.value.received)


def ours(rows, cursor, ordering, size):
    """Return (rows, next cursor, previous cursor) by our own seek and window over a list."""
    descending = ordering.startswith("-")
    name = ordering.lstrip("-")
    place = seek(cursor, descending=descending, size=size)
    ordered = sorted(rows, key=lambda row: (row[name], row["id"]), reverse=place.descending)
    if place.beyond is not None:
        value = int(place.beyond)
        ordered = [row for row in ordered if (row[name] < value if place.descending else row[name] > value)]
    read = ordered[place.offset : place.offset + place.limit]
    found = window(cursor, [str(row[name]) for row in read], size=size)
    page = read[found.rows]
    return page[::-1] if found.turned else page, found.next, found.previous


def followed(link):
    """Return the cursor in a link of the framework's."""
    return None if link is None else Cursor.decode(parse_qs(urlsplit(link).query)["cursor"][0])


@given(
    values=st.lists(st.integers(0, 6), max_size=30),
    ordering=st.sampled_from(["-rank", "rank", "-id", "id"]),
    size=st.integers(1, 7),
    turns=st.lists(st.booleans(), max_size=12),
)
def test_every_page_of_a_walk_is_the_frameworks(values, ordering, size, turns) -> None:
    """Forward and back over heavy ties: the same rows, the same cursors on either side, at every turn."""
    rows = [{"id": number, "rank": value} for number, value in enumerate(values, 1)]
    url = "http://testserver/sdk/tasks/"
    cursor = None
    for forward in turns:
        expected, next_link, previous_link = drf.page(rows, url, ordering, size)
        page, after, before = ours(rows, cursor, ordering, size)
        assert (expected, followed(next_link), followed(previous_link)) == (page, after, before)
        url, cursor = (next_link, after) if forward else (previous_link, before)
        if cursor is None:
            break


@given(count=st.integers(0, 40), size=st.integers(1, 9))
def test_a_walk_by_unique_key_meets_every_row_once_in_the_least_pages(count: int, size: int) -> None:
    """A keyset walk ends after ceil(n/size) pages, and a full last page has no next."""
    rows = [{"id": number} for number in range(1, count + 1)]
    seen, pages, cursor = [], 0, None
    while True:
        page, cursor, _ = ours(rows, cursor, "-id", size)
        seen += [row["id"] for row in page]
        pages += 1
        if cursor is None:
            break

    assert (list(range(count, 0, -1)), max(1, -(-count // size))) == (seen, pages)
