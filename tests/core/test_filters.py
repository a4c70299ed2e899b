"""Filter sets: what a query means, what it does not, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.errors import BadRequest
from fake_backend.core.filter_sets import TASKS_JOB, TASKS_V1, TASKS_V2
from fake_backend.core.filters import Comparison, Condition

blanks = st.sampled_from(["", " ", "\t", " \t "])


@given(st.lists(st.tuples(blanks, st.integers(1, 10**9), blanks), min_size=1, max_size=20))
def test_a_comma_list_means_its_numbers_whatever_blanks_a_sheet_put_round_them(items) -> None:
    """A value pasted from a sheet, tabs and all, selects the same rows (SYN-7574)."""
    text = ",".join(f"{left}{number}{right}" for left, number, right in items)
    selection = TASKS_V1.select([("ids", text)])

    ranges = tuple((number, number) for _, number, _ in items)
    assert (Condition("id", Comparison.WITHIN, ranges),) == selection.conditions


@given(st.lists(st.integers(1, 99), min_size=1, max_size=5))
def test_a_job_reads_json_lists_as_the_query_reads_comma_lists(ids) -> None:
    """The filter of a delegated export means the same as that of a list, list or text."""
    text = ",".join(map(str, ids))

    assert TASKS_V1.select([("labelers", text)]) == TASKS_JOB.select_json({"labelers": ids})
    assert TASKS_V1.select([("labelers", text)]) == TASKS_JOB.select_json({"labelers": text})


def test_keys_that_mean_nothing_are_named_and_do_nothing() -> None:
    """The list answers as if they were not there, and the journal can say so (SYN-7398)."""
    selection = TASKS_V2.select([("ids", "1"), ("zzz", "2"), ("per_page", "3")], frozenset({"per_page"}))

    assert ((), ("ids", "zzz")) == (selection.conditions, selection.ignored)


@pytest.mark.parametrize("key", ["search", "ids"])
def test_a_comma_is_blank_in_a_list_and_text_in_a_search(key) -> None:
    """What separates items says nothing by itself; in a name it is a character like any other, as blanks are."""
    expected = (Condition("files", Comparison.FILE_NAME, " , "),) if key == "search" else ()

    assert expected == TASKS_V1.select([(key, " , ")]).conditions


@pytest.mark.parametrize("value", ["", " ", "\t"])
def test_a_blank_value_is_no_filter(value) -> None:
    """As in django-filter, and for ``search`` as well."""
    assert TASKS_V1.select([(key, value) for key in TASKS_V1.declared]).conditions == ()


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("project", "abc", "Enter a number."),
        ("id", "9" * 25, "Enter a number."),
        ("ids", "1,x", "Enter a number."),
        ("is_discarded", "maybe", "Select a valid choice"),
        ("status_label", "done", "Select a valid choice. done is not one of the available choices."),
        ("created__gte", "yesterday", "Enter a valid date/time."),
        ("search", "a\0b", "Null characters are not allowed."),
    ],
)
def test_a_value_that_does_not_parse_is_refused_by_key(key, value, words) -> None:
    """The sentence is django-filter's, the refusal names key and value."""
    with pytest.raises(BadRequest, match=words.split(".")[0]) as refusal:
        TASKS_V1.select([(key, value)])

    assert (400, key, value) == (refusal.value.status, refusal.value.field, refusal.value.received)


def test_the_last_of_a_repeated_key_counts_and_lists_add_up() -> None:
    """``QueryDict.get`` takes the last; a client that repeats ``ids`` means all of them."""
    selection = TASKS_V1.select([("project", "1"), ("project", "2"), ("ids", "3"), ("ids", "5-7")])

    assert (
        Condition("project_id", Comparison.EQUALS, 2),
        Condition("id", Comparison.WITHIN, ((3, 3), (5, 7))),
    ) == selection.conditions
