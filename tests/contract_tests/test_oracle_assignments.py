"""The oracle's assignments: filters key by key, and what a row takes from its task."""

from __future__ import annotations

import pytest

from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_items, expected_rows, rows_by_path

INSTANTS = (
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)


def row(number: int, task: int, user: int, day: int | None, **fields: object) -> dict[str, object]:
    """Return an assignment whose instants, but for ``created``, all lie on one day of January, or are not there."""
    moment = None if day is None else f"2026-01-{day:02}T12:00:00Z"
    instants = dict.fromkeys(INSTANTS, moment) | {"created": f"2026-01-{number:02}T12:00:00Z"}
    return {"id": number, "task": task, "user": user, **instants, **fields}


DOCUMENT = {
    "projects": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "acme"}, {"id": 9, "tenant": "other"}],
    "data_units": [
        {"id": 10, "files": {"image_1": {"file_name_original": "Cat.jpg", "is_primary": True, "content": 1}}},
        {"id": 11, "files": {"image_1": {"file_name_original": "고양이.PNG", "content": 2}}},
    ],
    "tasks": [
        {"id": 21, "project": 1, "data_unit": 10, "tags": [1, 2]},
        {"id": 22, "project": 1, "data_unit": 11, "tags": [3]},
        {"id": 23, "project": 2},
        {"id": 29, "project": 9, "tags": [1]},
    ],
    "assignments": [
        row(1, 21, 7, 10, data={"n": 1}, workshop=614, reviewers=[8], status_label="completed"),
        row(2, 21, 8, 11, data={"n": 2}, groups=[3], is_discarded=True, is_discard_confirmed=True),
        row(3, 22, 7, None, stages=[4], tags=[5, 6], status_review="rejected"),
        row(4, 23, 8, 12, data=[], workshop=615, is_confirmed=True),
        row(5, 29, 9, 13, data={"of": "another tenant"}, tags=[5]),
    ],
}
EVERYTHING = [5, 4, 3, 2, 1]
CASES = [
    ("project", 1, [3, 2, 1]),
    ("id", "3", [3]),
    ("id__in", "1, 3,\t9", [3, 1]),
    ("id__gt", 3, [5, 4]),
    ("id__gte", 3, [5, 4, 3]),
    ("id__lt", 3, [2, 1]),
    ("id__lte", 3, [3, 2, 1]),
    ("ids", "1-2, 4", [4, 2, 1]),
    ("ids_ex", "2-5", [1]),
    ("search", "cat", [2, 1]),
    ("search", "이.p", [3]),
    ("workshop", 614, [1]),
    ("tasks", "21 ,\t23", [4, 2, 1]),
    ("users", [7], [3, 1]),
    ("users", "7,9", [5, 3, 1]),
    ("reviewers", 8, [1]),
    ("groups", "3", [2]),
    ("stages", "4,5", [3]),
    ("tags", "6", [3]),
    ("tags", [5], [5, 3]),
    ("task_tags", "2,3", [3, 2, 1]),
    ("task_tags", 1, [5, 2, 1]),
    ("status_label", "completed", [1]),
    ("status_label", "stand_by, completed", EVERYTHING),
    ("status_review", "rejected", [3]),
    ("is_discarded", True, [2]),
    ("is_discard_confirmed", "false", [5, 4, 3, 1]),
    ("is_confirmed", 1, [4]),
    ("created__gt", "2026-01-03T12:00:00Z", [5, 4]),
    ("created__gte", "2026-01-03T21:00:00+09:00", [5, 4, 3]),
    ("created__lt", "2026-01-03", [2, 1]),
    ("created__lte", "2026-01-03T12:00:00", [3, 2, 1]),
    *((f"{key}__gt", "2026-01-11T12:00:00Z", [5, 4]) for key in INSTANTS[1:]),
    *((f"{key}__gte", "2026-01-11T12:00:00Z", [5, 4, 2]) for key in INSTANTS[1:]),
    *((f"{key}__lt", "2026-01-11T12:00:00Z", [1]) for key in INSTANTS[1:]),
    *((f"{key}__lte", "2026-01-11T12:00:00Z", [2, 1]) for key in INSTANTS[1:]),
]


@pytest.mark.parametrize(("key", "value", "expected"), CASES)
def test_each_key_selects_the_rows_that_a_person_would(key: str, value: object, expected: list[int]) -> None:
    """contract.md 3.2, assignments; a row without an instant passes no bound of it."""
    assert expected == expected_rows(DOCUMENT, {key: value}, target="assignment")


def test_no_key_goes_untried() -> None:
    """The table above names every key that the oracle claims to know."""
    assert {key for key, _, _ in CASES} == FILTER_KEYS["assignment"]


@pytest.mark.parametrize("key", ["task", "workshops", "has_data", "created_after", "schema", "labelers"])
def test_what_is_no_key_of_assignments_is_refused(key: str) -> None:
    """incidents.md 1, SYN-7574: singular and plural are not the same, and a task's keys are not an assignment's."""
    with pytest.raises(ValueError, match=f"no assignment filter: {key}"):
        expected_rows(DOCUMENT, {key: "1"}, target="assignment")


def test_another_tenants_rows_do_not_exist() -> None:
    """An assignment is its task's tenant's."""
    assert [4, 3, 2, 1] == expected_rows(DOCUMENT, {}, target="assignment", tenant="acme")


def test_the_file_is_the_tasks_and_the_payload_the_assignments() -> None:
    """Two assignments of one task show one file, under names of their own ids."""
    scope = {"project": 1}
    cat = {"file_name_original": "Cat.jpg", "is_primary": True}

    items = expected_items(DOCUMENT, scope, target="assignment")
    tree = expected_artefacts(DOCUMENT, scope, exporter="row", target="assignment")

    assert [(3, None), (2, {"n": 2}), (1, {"n": 1})] == [(item["id"], item["data"]) for item in items]
    assert [{"file_name_original": "고양이.PNG", "is_primary": False}, cat, cat] == [item["files"] for item in items]
    assert {
        "labels/Cat__1.json": b'{"n":1}',
        "labels/Cat__2.json": b'{"n":2}',
        "origin_files/Cat__1.jpg": b"1",
        "origin_files/Cat__2.jpg": b"1",
        "origin_files/고양이.PNG": b"2",
        "error_file_list.json": '{"json_file_name":[["고양이.json","data is Null"]],"original_file_name":[]}'.encode(),
    } == tree
    assert 1 == rows_by_path(DOCUMENT, scope, target="assignment")["labels/Cat__1.json"]
