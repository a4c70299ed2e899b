"""The oracle's task filters, key by key, on a document small enough to judge by eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.oracle import FILTER_KEYS, expected_rows

DOCUMENT = {
    "projects": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "acme"}, {"id": 9, "tenant": "other"}],
    "data_units": [
        {"id": 10, "files": {"meta_1": {"file_name_original": "Cat.json"}, "image_1": {"file_name_original": "x.jpg"}}},
        {"id": 11, "files": {"image_1": {"file_name_original": "고양이 사진.PNG", "is_primary": True}}},
    ],
    "tasks": [
        {"id": 1, "project": 1, "data_unit": 10, "created": "2026-01-01T00:00:00Z", "labelers": [7, 8], "tags": [1]},
        {
            "id": 2,
            "project": 1,
            "data_unit": 11,
            "created": "2026-01-02T00:00:00Z",
            "is_discarded": True,
            "groups": [3],
        },
        {"id": 3, "project": 1, "created": "2026-01-02T09:00:00+09:00", "status_label": "completed", "tags": [1, 2]},
        {"id": 4, "project": 1, "created": "2026-01-03T12:30:00Z", "status_review": "rejected", "reviewers": [7]},
        {"id": 5, "project": 2, "created": "2026-01-04T00:00:00Z", "schema": "dm_schema_v1", "stages": [4]},
        {
            "id": 6,
            "project": 9,
            "created": "2026-01-05T00:00:00Z",
            "has_reached_max_assignments": True,
            "workshops": [5],
        },
    ],
    "assignments": [
        {"id": 101, "task": 1},
        {"id": 102, "task": 1, "is_discarded": True},
        {"id": 103, "task": 4, "is_discarded": False},
    ],
}
EVERYTHING = [6, 5, 4, 3, 2, 1]

CASES = [
    ("project", 1, [4, 3, 2, 1]),
    ("id", 3, [3]),
    ("id__in", "1, 3 ,9", [3, 1]),
    ("id__in", [1, 3], [3, 1]),
    ("id__in", "1.0, 3.", [3, 1]),
    ("ids", ["2.0", 4], [4, 2]),
    ("id__gt", 4, [6, 5]),
    ("id__gte", "4", [6, 5, 4]),
    ("id__lt", 3, [2, 1]),
    ("id__lte", 3, [3, 2, 1]),
    ("ids", "1-2, 5", [5, 2, 1]),
    ("ids", [2, 4], [4, 2]),
    ("ids_ex", "1-3,6", [5, 4]),
    ("search", "CAT", [1]),
    ("search", "이 사", [2]),
    ("search", ".pn", [2]),
    ("is_discarded", False, [6, 5, 4, 3, 1]),
    ("is_discarded", "TRUE", [2]),
    ("is_discarded", 1, [2]),
    ("discarded_filter", "all", EVERYTHING),
    ("discarded_filter", "discarded", [2]),
    ("discarded_filter", "not_discarded", [6, 5, 4, 3, 1]),
    ("discarded_filter", "active", [6, 5, 4, 3, 1]),
    ("schema", "dm_schema_v1", [5]),
    ("has_assignment", True, [4, 1]),
    ("has_assignment", "false", [6, 5, 3, 2]),
    ("has_reached_max_assignments", True, [6]),
    ("status_label", "completed", [3]),
    ("status_review", "stand_by", [6, 5, 3, 2, 1]),
    ("assignments", "102,103", [4, 1]),
    ("assignments__is_discarded", False, [4, 1]),
    ("assignments__is_discarded", True, [1]),
    ("labelers", "8,\t9", [1]),
    ("reviewers", [7], [4]),
    ("groups", 3, [2]),
    ("stages", "4", [5]),
    ("workshops", "5", [6]),
    ("tags", "1,2", [3, 1]),
    ("created__gt", "2026-01-02", [6, 5, 4]),
    ("created__gte", "2026-01-02T09:00:00+09:00", [6, 5, 4, 3, 2]),
    ("created__lt", "2026-01-02T00:00:00", [1]),
    ("created__lte", "2026-01-02T00:00:00Z", [3, 2, 1]),
]


@pytest.mark.parametrize(("key", "value", "expected"), CASES)
def test_each_key_selects_the_rows_that_a_person_would(key: str, value: object, expected: list[int]) -> None:
    """One row of the table of contract.md 3.2 at a time, in descending id."""
    assert expected == expected_rows(DOCUMENT, {key: value})


def test_no_key_goes_untried() -> None:
    """The table above names every key that the oracle claims to know."""
    assert {key for key, _, _ in CASES} == FILTER_KEYS["task"]


@given(st.lists(st.sampled_from(CASES), min_size=1, max_size=5, unique_by=lambda case: case[0]))
def test_several_keys_mean_and(cases: list[tuple[str, object, list[int]]]) -> None:
    """A filter of several keys selects what each of them selects."""
    every_one = [row for row in EVERYTHING if all(row in rows for _, _, rows in cases)]

    assert every_one == expected_rows(DOCUMENT, {key: value for key, value, _ in cases})


@pytest.mark.parametrize("key", sorted(FILTER_KEYS["task"]))
@pytest.mark.parametrize("blank", ["", " ", "\t", None])
def test_a_blank_value_is_no_filter(key: str, blank: object) -> None:
    """A form field left empty selects everything."""
    expected = list(EVERYTHING)

    assert expected == expected_rows(DOCUMENT, {key: blank})


@pytest.mark.parametrize("key", sorted(FILTER_KEYS["task"]))
@pytest.mark.parametrize("nothing", [[], [""], [" ", None]])
def test_a_list_of_nothing_is_no_filter_either_and_refused(key: str, nothing: object) -> None:
    """A selection that was computed and came out empty must not become everything (ledger)."""
    with pytest.raises(ValueError, match="selects nothing"):
        expected_rows(DOCUMENT, {key: nothing})


def test_another_tenants_rows_do_not_exist() -> None:
    """A tenant sees the rows of its own projects alone."""
    expected = [5, 4, 3, 2, 1]

    assert expected == expected_rows(DOCUMENT, {}, tenant="acme")


@pytest.mark.parametrize(
    ("scope", "sentence"),
    [({"colour": "red"}, "no task filter: colour"), ({"is_discarded": "yes"}, "'yes' is not a boolean")],
)
def test_what_the_oracle_cannot_judge_it_refuses(scope: dict[str, object], sentence: str) -> None:
    """A misspelt filter must not pass for one that selects everything."""
    with pytest.raises(ValueError, match=sentence):
        expected_rows(DOCUMENT, scope)


def test_an_unknown_target_is_refused() -> None:
    """The oracle says which targets it knows."""
    with pytest.raises(ValueError, match="knows task, assignment, ground_truth"):
        expected_rows(DOCUMENT, {}, target="assignments")
