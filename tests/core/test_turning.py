"""Turning pages under other servers' habits loses nothing and ends; tokens read back as what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.cursor import OFFSET_CUTOFF, Cursor, seek
from fake_backend.core.errors import InvalidCursor
from fake_backend.core.turning import Conventions, Leaf, PlainTokens, turn
from tests.core import drf

conventions = st.builds(Conventions, empty_last=st.booleans(), empty_every=st.sampled_from([0, 2, 3]))
cursors = st.builds(Cursor, st.none() | st.text("0123-: ", max_size=9), st.integers(0, OFFSET_CUTOFF), st.booleans())


def page(keys, leaf, size, told):
    """Return (rows, next leaf, previous leaf) of a list in ascending order."""
    place = seek(leaf.cursor, descending=False, size=size)
    ordered = sorted(keys, reverse=place.descending)
    if place.beyond is not None:
        value = int(place.beyond)
        ordered = [key for key in ordered if (key < value if place.descending else key > value)]
    read = ordered[place.offset : place.offset + place.limit]
    turned = turn(leaf, [str(key) for key in read], size=size, conventions=told)
    rows = read[turned.rows]
    return rows[::-1] if turned.backwards else rows, turned.next, turned.previous


@given(st.sets(st.integers(0, 30), max_size=12), st.integers(1, 4), conventions, st.lists(st.booleans(), max_size=20))
def test_wherever_a_walk_turns_the_page_that_it_was_on_is_met_again(keys, size, told, turns) -> None:
    """Forward and back at will, a row is never stepped over: what is shown is what comes next in that direction."""
    leaf, place = Leaf(), 0  # ``place`` rows lie before the page
    ordered = sorted(keys)
    for forward in turns:
        rows, following, before = page(keys, leaf, size, told)
        assert ordered[place : place + len(rows)] == rows
        leaf = following if forward else before
        if leaf is None:
            break
        if forward:
            place += len(rows)
        else:
            place -= len(page(keys, leaf, size, told)[0])


@given(cursors, st.integers(-9, 99))
def test_a_numbered_token_reads_back_and_is_the_frameworks_with_one_field_more(cursor, number) -> None:
    """The framework's own reader passes over the page's number."""
    token = PlainTokens(numbered=True).write(Leaf(cursor, number))

    assert Leaf(cursor, number) == PlainTokens(numbered=True).read(token)
    assert (cursor.offset, cursor.reverse, cursor.position) == drf.read(token)


@pytest.mark.parametrize("token", ["AAA", "bj1h", "한글"])
def test_a_number_that_is_none_is_refused(token) -> None:
    """As every other bad field of a token."""
    with pytest.raises(InvalidCursor):
        PlainTokens(numbered=True).read(token)
