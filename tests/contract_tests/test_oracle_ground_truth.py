"""The oracle's ground-truth events: filters key by key, and events that share a ground truth."""

from __future__ import annotations

import pytest

from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_items, expected_rows, rows_by_path

# Ground truths 1 to 3 lie in dataset 5, 4 in a foreign one. Ground truth 1 has two events; versions 51 and 52 overlap.
DOCUMENT = {
    "data_units": [
        {"id": 10, "files": {"image_1": {"file_name_original": "Cat.jpg", "is_primary": True, "content": 1}}},
        {"id": 11, "files": {}},
    ],
    "tasks": [{"id": 21, "project": 1}],
    "ground_truth_datasets": [{"id": 5, "tenant": "acme"}, {"id": 6, "tenant": "other"}],
    "ground_truth_dataset_versions": [
        {"id": 51, "ground_truth_dataset": 5, "events": [101, 103]},
        {"id": 52, "ground_truth_dataset": 5, "events": [102, 103, 104]},
        {"id": 53, "ground_truth_dataset": 5},
        {"id": 61, "ground_truth_dataset": 6, "events": [105]},
    ],
    "ground_truths": [
        {"id": 1, "ground_truth_dataset": 5, "data_unit": 10, "task": 21},
        {"id": 2, "ground_truth_dataset": 5, "data_unit": 10},
        {"id": 3, "ground_truth_dataset": 5, "data_unit": 11, "task": None},
        {"id": 4, "ground_truth_dataset": 6, "data_unit": 10, "task": 22},
    ],
    "ground_truth_events": [
        {"pgh_id": 101, "ground_truth": 1, "data": {"n": 1}, "category": "car", "classes": ["a", "b"]},
        {"pgh_id": 102, "ground_truth": 1, "data": {"n": 2}, "category": "자동차", "classes": ["b"]},
        {"pgh_id": 103, "ground_truth": 2, "category": "car, red"},
        {"pgh_id": 104, "ground_truth": 3, "data": [], "classes": ["c"]},
        {"pgh_id": 105, "ground_truth": 4, "data": {"of": "another tenant"}, "category": "car", "classes": ["a"]},
    ],
}
EVERYTHING = [105, 104, 103, 102, 101]
CASES = [
    ("ids", "101-102, 105", [105, 102, 101]),
    ("ids_ex", [101, 105], [104, 103, 102]),
    ("search", "CAT", [105, 103, 102, 101]),
    ("ground_truth", "1", [102, 101]),
    ("ground_truth", "2 ,\t3", [104, 103]),
    ("ground_truth_dataset_version", 51, [103, 101]),
    ("ground_truth_dataset_version", "53", []),
    ("ground_truth_dataset_versions", [51], [103, 101]),
    ("ground_truth_dataset_versions", "51, 52", [104, 103, 102, 101]),
    ("ground_truth_dataset_versions", "61", [105]),
    ("category", "car", [105, 101]),
    ("category", "car, red", [103]),
    ("category", " car", []),
    ("categories", "자동차,\tcar", [105, 102, 101]),
    ("classes", "a,c", [105, 104, 101]),
    ("classes", ["b"], [102, 101]),
    ("task", "21", [102, 101]),
    ("task", [21, 22], [105, 102, 101]),
]


@pytest.mark.parametrize(("key", "value", "expected"), CASES)
def test_each_key_selects_the_events_that_a_person_would(key: str, value: object, expected: list[int]) -> None:
    """contract.md 3.2, ground truth: by descending pgh_id, an event of several versions once."""
    assert expected == expected_rows(DOCUMENT, {key: value}, target="ground_truth")


def test_no_key_goes_untried() -> None:
    """The table above names every key that the oracle claims to know."""
    assert {key for key, _, _ in CASES} == FILTER_KEYS["ground_truth"]


@pytest.mark.parametrize("key", ["project", "id", "id__in", "pgh_id__lt", "ground_truth_dataset"])
def test_what_is_no_key_of_events_is_refused(key: str) -> None:
    """incidents.md 1, SYN-7544: the list has neither a filter of ids nor one of pgh_id."""
    with pytest.raises(ValueError, match=f"no ground_truth filter: {key}"):
        expected_rows(DOCUMENT, {key: "1"}, target="ground_truth")


@pytest.mark.parametrize("key", sorted(FILTER_KEYS["ground_truth"]))
def test_a_blank_value_is_no_filter(key: str) -> None:
    """A form field left empty selects everything."""
    assert EVERYTHING == expected_rows(DOCUMENT, {key: " "}, target="ground_truth")


def test_another_tenants_events_do_not_exist() -> None:
    """An event is its dataset's tenant's, also where one of its versions is asked for."""
    scope = {"ground_truth_dataset_versions": [51, 61]}

    assert [103, 101] == expected_rows(DOCUMENT, scope, target="ground_truth", tenant="acme")


def test_events_of_one_ground_truth_are_rows_of_their_own() -> None:
    """An item's id is its ``pgh_id``: by the ground truth's, one snapshot would overwrite the other."""
    scope = {"ground_truth_dataset_versions": [51, 52]}
    cat = {"file_name_original": "Cat.jpg", "is_primary": True}

    items = expected_items(DOCUMENT, scope, target="ground_truth")
    tree = expected_artefacts(DOCUMENT, scope, exporter="row", target="ground_truth")

    assert [
        {"id": 104, "data": [], "files": {}},
        {"id": 103, "data": None, "files": cat},
        {"id": 102, "data": {"n": 2}, "files": cat},
        {"id": 101, "data": {"n": 1}, "files": cat},
    ] == items
    assert {
        "labels/Cat__101.json": b'{"n":1}',
        "labels/Cat__102.json": b'{"n":2}',
        "labels/104.json": b"[]",
        **{f"origin_files/Cat__{event}.jpg": b"1" for event in (101, 102, 103)},
        "error_file_list.json": (
            b'{"json_file_name":[["Cat.json","data is Null"]],'
            b'"original_file_name":[["104","file information missing"]]}'
        ),
    } == tree
    assert 102 == rows_by_path(DOCUMENT, scope, target="ground_truth")["labels/Cat__102.json"]
