"""Filter sets: what a query means, what it does not, and what is refused."""

from __future__ import annotations

import re

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
from fake_backend.core.filters import Comparison, Condition, Selection

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
def test_what_separates_items_says_nothing_by_itself(key) -> None:
    """A comma between blanks names no id, and no word to search for."""
    assert TASKS_V1.select([(key, " , ")]).conditions == ()


@pytest.mark.parametrize("filters", [TASKS_V1, ASSIGNMENTS_V2, ASSIGNMENTS_JOB, GROUND_TRUTH_V2, GROUND_TRUTH_JOB])
def test_an_empty_value_is_no_filter(filters) -> None:
    """As in django-filter, and for ``search`` as well; a client sends many of them empty (SYN-7519)."""
    assert Selection() == filters.select([(key, "") for key in filters.declared])


@pytest.mark.parametrize("value", ["maybe", "yes", "2", " true", "\0"])
def test_a_boolean_of_another_spelling_is_no_filter_and_is_noted(value) -> None:
    """django-filter's widget knows true, false, 1 and 0; anything else selects everything, without a word."""
    assert Selection((), ("is_discarded",)) == TASKS_V1.select([("is_discarded", value)])


def test_every_value_that_does_not_parse_is_refused_at_once() -> None:
    """As a Django form does: each field with its sentence, and both ends of a range by the name of the range."""
    with pytest.raises(BadRequest) as refusal:
        ASSIGNMENTS_V2.select([("project", "x"), ("created_after", "y"), ("created_before", "z"), ("users", "u")])

    assert [
        ("project", "Enter a number."),
        ("created", "Enter a valid date/time."),
        ("users", "Select a valid choice. u is not one of the available choices."),
    ] == [(one.field, one.message) for one in (refusal.value, *refusal.value.others)]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("project", "abc", "Enter a number."),
        ("ids", "1,x", "Enter a number."),
        ("project", " ", "Enter a number."),
        ("id__lt", "1e51", "Ensure this value is less than or equal to 1e+50."),
        ("status_label", "done", "Select a valid choice. done is not one of the available choices."),
        ("created__gte", "yesterday", "Enter a valid date/time."),
        ("search", "a\0b", "Null characters are not allowed."),
    ],
)
def test_a_value_that_does_not_parse_is_refused_by_key(key, value, words) -> None:
    """The sentence is django-filter's, the refusal names key and value."""
    with pytest.raises(BadRequest, match=re.escape(words)) as refusal:
        TASKS_V1.select([(key, value)])

    assert (400, key, value) == (refusal.value.status, refusal.value.field, refusal.value.received)


def test_the_last_of_a_repeated_key_counts_and_choices_add_up() -> None:
    """``QueryDict.get`` takes the last; OpenAPI has the relations, and not ``ids``, with ``explode: true``."""
    pairs = [("project", "1"), ("project", "2"), ("ids", "3"), ("ids", "5-7"), ("tags", "3"), ("tags", "1,2")]

    assert (
        Condition("project_id", Comparison.EQUALS, 2),
        Condition("id", Comparison.WITHIN, ((5, 7),)),
        Condition("tags", Comparison.RELATED, (3, 1, 2)),
    ) == TASKS_V1.select(pairs).conditions


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
    """``3-7`` is a range in ``ids`` alone, and ``1.0`` is none that ``int`` reads."""
    for value in ("3-7", "1.0"):
        with pytest.raises(BadRequest, match=re.escape(f"choice. {value} is not")):
            ASSIGNMENTS_V1.select([(key, value)])


@pytest.mark.parametrize("filters", [TASKS_V1, TASKS_JOB, ASSIGNMENTS_V1, ASSIGNMENTS_V2, ASSIGNMENTS_JOB])
def test_a_list_of_ids_takes_no_range(filters) -> None:
    """contract.md 3.2 gives ranges to ``ids`` and ``ids_ex``; ``1.0`` is a number to django-filter."""
    assert (Condition("id", Comparison.WITHIN, ((1, 1), (5, 5))),) == filters.select([("id__in", "1.0, 5")]).conditions
    with pytest.raises(BadRequest, match="Enter a number") as refusal:
        filters.select([("id__in", "1-3")])
    assert (400, "id__in", "1-3") == (refusal.value.status, refusal.value.field, refusal.value.received)


def test_a_category_is_one_of_three_and_classes_are_a_comma_list() -> None:
    """OpenAPI's ``ground_truth_list``: ``category`` is a choice, ``categories`` are several, ``classes`` any texts."""
    conditions = GROUND_TRUTH_V1.select(
        [("category", "train"), ("categories", "train"), ("categories", "test"), ("classes", " a, b ")]
    ).conditions

    assert (
        Condition("category", Comparison.EQUALS, "train"),
        Condition("category", Comparison.ANY_OF, ("train", "test")),
        Condition("classes", Comparison.RELATED, ("a", "b")),
    ) == conditions
    with pytest.raises(BadRequest, match=re.escape("choice. car is not")):
        GROUND_TRUTH_V1.select([("category", "car")])
