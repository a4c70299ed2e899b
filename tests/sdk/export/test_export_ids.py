"""Ids of a scope: descending, each once, whatever the list does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.errors import ForeignRowError, IntegrityError, RepeatedRowError
from sdk.plugins.actions.export.in_process import descending
from sdk.plugins.actions.export.rows import by_key

numbers = st.lists(st.integers(-(2**63), 2**63 - 1), unique=True, max_size=30)


@given(numbers)
def test_ids_fall_strictly_whatever_the_order_of_the_list(ids) -> None:
    """Item parity: both heads hand rows over by descending id, even where a backend sorts otherwise."""
    heard: list[int] = []

    assert sorted(ids, reverse=True) == list(descending(({"id": n} for n in ids), heard.append))
    assert list(range(1, len(ids) + 1)) == heard


@given(st.lists(st.integers(1, 9), min_size=1, max_size=9), st.data())
def test_an_id_that_is_listed_twice_is_named(ids, data) -> None:
    """A row that a page border repeats would be exported twice."""
    again = data.draw(st.sampled_from(ids))
    unique = list(dict.fromkeys(ids))
    place = data.draw(st.integers(0, len(unique)))

    with pytest.raises(RepeatedRowError, match=f"The list of ids holds row {again} twice"):
        descending({"id": n} for n in [*unique[:place], again, *unique[place:]])


@given(numbers.filter(len), st.randoms(use_true_random=False))
def test_an_answer_is_matched_to_what_was_asked(ids, random) -> None:
    """The order of a bulk answer does not matter; a row too many does."""
    rows = [{"id": n} for n in ids]
    random.shuffle(rows)

    assert {n: {"id": n} for n in ids} == by_key(rows, ids, "id", "The answer")
    with pytest.raises(RepeatedRowError, match=f"The answer holds row {ids[0]} twice"):
        by_key([*rows, {"id": ids[0]}], ids, "id", "The answer")
    with pytest.raises(ForeignRowError, match=f"The answer holds row {ids[0]}, which was not asked for"):
        by_key(rows, ids[1:], "id", "The answer")


@pytest.mark.parametrize("value", [None, "7", 7.0, True, [7]])
def test_a_row_without_a_whole_number_for_an_id_is_refused(value: object) -> None:
    """Names, checks and order all depend on it."""
    with pytest.raises(IntegrityError, match="a row whose id is"):
        descending([{"id": value}])
