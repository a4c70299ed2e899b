"""Filter sets: what a query means, what it does not, and what is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.errors import BadRequest
from fake_backend.core.filter_sets import (
    ASSIGNMENTS_JOB,
    ASSIGNMENTS_V1,
    ASSIGNMENTS_V2,
    GROUND_TRUTH_JOB,
    GROUND_TRUTH_V1,
    GROUND_TRUTH_V2,
    TASKS_JOB,
    TASKS_V1,
    TASKS_V2,
)
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
@pytest.mark.parametrize("filters", [TASKS_V1, ASSIGNMENTS_V2, ASSIGNMENTS_JOB, GROUND_TRUTH_V2, GROUND_TRUTH_JOB])
def test_a_blank_value_is_no_filter(filters, value) -> None:
    """As in django-filter, and for ``search`` as well; a client sends many of them empty (SYN-7519)."""
    assert filters.select([(key, value) for key in filters.declared]).conditions == ()


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


IDS = {"ids", "ids_ex", "search"}
BY_ID = {"id", "id__in", "id__gt", "id__gte", "id__lt", "id__lte"}
INSTANTS = (
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)
BOUNDS = {f"{name}__{test}" for name in INSTANTS for test in ("gt", "gte", "lt", "lte")}
ASSIGNMENTS = {
    *("project", "workshop", "tasks", "users", "reviewers", "groups", "stages", "task_tags", "tags"),
    *("status_label", "status_review", "is_discarded", "is_discard_confirmed", "is_confirmed"),
}
GROUND_TRUTH = {"ground_truth", "ground_truth_dataset_versions", "category", "categories", "classes", "task"}
SHARDS = {"_id_gte", "_id_lt"}


@pytest.mark.parametrize(
    ("filters", "keys"),
    [
        (ASSIGNMENTS_V1, IDS | BY_ID | BOUNDS | ASSIGNMENTS),
        (
            ASSIGNMENTS_V2,
            BY_ID | BOUNDS | ASSIGNMENTS | {f"{name}_{end}" for name in INSTANTS for end in ("after", "before")},
        ),
        (ASSIGNMENTS_JOB, IDS | BY_ID | BOUNDS | ASSIGNMENTS | SHARDS),
        (GROUND_TRUTH_V1, IDS | GROUND_TRUTH),
        (
            GROUND_TRUTH_V2,
            {"ground_truth_dataset", "ground_truth_dataset_version", "project", "pgh_obj_id__in"},
        ),
        (GROUND_TRUTH_JOB, IDS | GROUND_TRUTH | SHARDS | {"ground_truth_dataset_version"}),
    ],
)
def test_a_list_declares_what_contract_and_openapi_say_and_nothing_else(filters, keys) -> None:
    """Each key that is missing is a trap, and each that is too many would hide one (contract.md 3.2, OpenAPI)."""
    assert keys == set(filters.declared)


def test_the_ids_of_a_list_are_those_of_its_key() -> None:
    """``ids`` of events are ``pgh_id``s; the bounds of a shard are of what a bundle's line calls ``id``."""
    assert [Condition("pgh_id", Comparison.WITHIN, ((3, 7),))] == list(
        GROUND_TRUTH_V1.select([("ids", "3-7")]).conditions
    )
    bounds = {"_id_gte": 3, "_id_lt": 8}
    for filters, column in ((TASKS_JOB, "id"), (ASSIGNMENTS_JOB, "id"), (GROUND_TRUTH_JOB, "ground_truth_id")):
        assert [
            Condition(column, Comparison.AT_LEAST, 3),
            Condition(column, Comparison.BELOW, 8),
        ] == list(filters.select_json(bounds).conditions)


@pytest.mark.parametrize("key", ["tasks", "users", "reviewers", "task_tags"])
def test_a_relation_is_named_by_ids_and_not_by_ranges(key) -> None:
    """``3-7`` is a range in ``ids`` alone."""
    with pytest.raises(BadRequest, match="Enter a number"):
        ASSIGNMENTS_V1.select([(key, "3-7")])


@pytest.mark.parametrize("filters", [TASKS_V1, TASKS_JOB, ASSIGNMENTS_V1, ASSIGNMENTS_V2, ASSIGNMENTS_JOB])
def test_a_list_of_ids_takes_no_range(filters) -> None:
    """contract.md 3.2 gives ranges to ``ids`` and ``ids_ex``; ``1.0`` is a number to django-filter."""
    assert (Condition("id", Comparison.WITHIN, ((1, 1), (5, 5))),) == filters.select([("id__in", "1.0, 5")]).conditions
    with pytest.raises(BadRequest, match="Enter a number") as refusal:
        filters.select([("id__in", "1-3")])
    assert (400, "id__in", "1-3") == (refusal.value.status, refusal.value.field, refusal.value.received)


def test_a_category_is_taken_as_it_came() -> None:
    """One category is compared exactly, comma and blanks included; several are a comma list."""
    conditions = GROUND_TRUTH_V1.select([("category", " a, b "), ("categories", " a, b ")]).conditions

    assert (
        Condition("category", Comparison.EQUALS, " a, b "),
        Condition("category", Comparison.ANY_OF, ("a", "b")),
    ) == conditions
