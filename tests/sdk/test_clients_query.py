"""Query strings as the backend reads them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.errors import QueryTooLongError
from sdk.clients.query import MAX_QUERY_BYTES, encode, query_bytes

scalars = st.text(min_size=1, max_size=10) | st.integers()
items = (
    st.text(st.characters(exclude_characters=",", exclude_categories=["Cs"]), min_size=1, max_size=5) | st.integers()
)


@given(st.dictionaries(st.text(min_size=1, max_size=6).filter(lambda name: name != "expand"), scalars, max_size=5))
def test_every_value_comes_back_as_it_went(params) -> None:
    """No character of a value is lost or read as structure: ``+``, ``&``, ``%`` and Hangul included."""
    assert {name: [str(value)] for name, value in params.items()} == parse_qs(encode(params), keep_blank_values=True)


@given(st.lists(items, min_size=1, max_size=6))
def test_a_list_is_a_comma_list_and_expand_is_repeated(values) -> None:
    """contract.md 3.1: ``expand`` is the one key that is sent once for each value."""
    texts = [str(value) for value in values]

    assert [",".join(texts)] == parse_qs(encode({"id__in": values}))["id__in"]
    assert texts == parse_qs(encode({"expand": values}))["expand"]


@pytest.mark.parametrize("value", ["a\ud800", ["b", "\udfff"]])
def test_half_a_character_is_refused_by_the_name_of_its_key(value) -> None:
    """JSON may hold one, UTF-8 may not."""
    with pytest.raises(ValueError, match=r"query parameter 'search' .*half a character, as at position [01]"):
        encode({"search": value})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "a=true"),
        (False, "a=false"),
        (None, ""),
        ("", "a="),
        ([], "a="),
        ({3, 1, 2}, "a=1,2,3"),
        (date(2026, 1, 2), "a=2026-01-02"),
        (datetime(2026, 1, 2, 3, 4, tzinfo=UTC), "a=2026-01-02T03:04:00%2B00:00"),
    ],
)
def test_each_kind_of_value_has_one_form(value, expected) -> None:
    """Booleans in lower case, instants in ISO 8601, sets sorted, ``None`` left out."""
    assert expected == encode({"a": value})


def test_a_value_of_another_kind_is_refused_by_name() -> None:
    """A nested object has no form in a query string; silently sending its ``repr`` would widen a list."""
    with pytest.raises(TypeError, match="'filter' is a dict"):
        encode({"filter": {"project": 1}})


def test_a_query_over_10_000_bytes_is_refused_before_it_is_sent(v1) -> None:
    """The backend's front end answers a longer one with 520 (incidents.md 5, SYN-7408)."""
    client, backend = v1([{"count": 0, "next": None, "previous": None, "results": []}])
    fits = {"id__in": "1" * (MAX_QUERY_BYTES - len("id__in="))}

    assert query_bytes(fits) == MAX_QUERY_BYTES
    assert [] == client.page("sdk/tasks", fits).results
    with pytest.raises(QueryTooLongError, match="10001 bytes"):
        client.page("sdk/tasks", {"id__in": fits["id__in"] + "1"})
    assert 1 == len(backend.asked)
