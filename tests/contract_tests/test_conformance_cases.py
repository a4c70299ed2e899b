"""Which exports each version is asked for."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from contract_tests.conformance.cases import (
    MANY,
    MATRIX,
    Case,
    applied_scope,
    cases,
    expected,
    ignored_keys,
    stored_in,
    without_a_data_unit,
)
from contract_tests.conformance.versions import CLIENTS, Client

NARROWING = {"created__gte": "2026-01-15T00:00:00Z", "is_discarded": False}
OLD, NEW = CLIENTS["2026.1.128"], CLIENTS["2026.2.17"]
DOCS = Path(__file__).parents[2] / "docs" / "conformance.md"


def document() -> dict[str, object]:
    """Return four tasks of one project: early or late, discarded or not; one has no file, one no payload."""
    file = {"file_name_original": "a.jpg", "is_primary": True, "content": "x"}
    return {
        "storages": [
            {"id": 8, "provider": "amazon_s3", "configuration": {}},
            {"id": 9, "provider": "file_system", "configuration": {}},
        ],
        "projects": [{"id": 1, "tenant": "acme"}],
        "data_units": [{"id": number, "files": {"image": file} if number != 4 else {}} for number in range(1, 5)],
        "tasks": [
            {
                "id": number,
                "project": 1,
                "data_unit": number,
                "data": None if number == 2 else {"row": number},
                "created": f"2026-01-{day}T00:00:00Z",
                "is_discarded": number == 1,
            }
            for number, day in ((1, 20), (2, 20), (3, 10), (4, 20))
        ],
    }


@pytest.mark.parametrize(("client", "count"), [(OLD, 8), (NEW, 4)])
def test_the_matrix_is_heads_by_originals_by_filter(client: Client, count: int) -> None:
    """1.128 is asked for 8 exports and 2.17 for 4, no two alike."""
    matrix = [case for case in cases(client, NARROWING) if case.case == MATRIX]
    asked = {(case.head, case.originals, case.is_narrowed) for case in matrix}
    assert count == len(matrix) == len(asked)
    assert set(client.heads) == {case.head for case in matrix}


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_case_has_a_folder_of_its_own(client: Client) -> None:
    """Names of cases tell them apart, since kept trees lie in folders of these names."""
    asked = cases(client, NARROWING)
    assert len(asked) == len({case.name for case in asked})


def test_the_many_tasks_are_above_the_shard_size() -> None:
    """The export that must shard has more rows than go into one job, and must show at least two jobs."""
    (sharded,) = [case for case in cases(OLD, NARROWING) if case.document == "many"]
    assert OLD.shard_size is not None
    assert MANY > OLD.shard_size
    assert (2, "delegated") == (sharded.jobs, sharded.head)


def test_the_default_convention_is_what_the_matrix_runs_under() -> None:
    """``files_manifest`` is null in every export of the matrix; one further export runs with it filled."""
    assert {False} == {case.bulk_files_manifest for case in cases(OLD, NARROWING) if case.case == MATRIX}
    assert [case.case for case in cases(OLD, NARROWING) if case.bulk_files_manifest] == ["files manifest filled"]


def test_the_v2_list_widens_a_narrowed_export_in_process() -> None:
    """In process, 1.128 loses ``created__gte`` and the backend must say so; else nothing is lost."""
    scope = {"project": 1, **NARROWING}
    in_process, delegated = (Case(MATRIX, head, originals=False, scope=scope) for head in ("in-process", "delegated"))
    assert {"project": 1, "is_discarded": False} == applied_scope(in_process, OLD)
    assert {"created__gte"} == ignored_keys(in_process, OLD)
    assert scope == applied_scope(delegated, OLD) == applied_scope(in_process, NEW)
    assert set() == ignored_keys(delegated, OLD) | ignored_keys(in_process, NEW)


def test_what_is_expected_applies_the_habits_of_the_version() -> None:
    """One filter, three expectations: named and narrow, by id and wide, renamed and narrow."""
    scope = {"project": 1, **NARROWING}
    in_process, delegated = (Case(MATRIX, head, originals=True, scope=scope) for head in ("in-process", "delegated"))
    assert {"labels/4.json", "origin_files/a.jpg", "error_file_list.json"} == set(
        expected(delegated, OLD, document()).tree
    )
    assert {"labels/4.json", "labels/3.json", "error_file_list.json"} == set(expected(in_process, OLD, document()).tree)
    whole = Case(MATRIX, "in-process", originals=False, scope={"project": 1})
    renamed = expected(whole, NEW, document()).tree
    assert {
        "labels/4.json",
        "labels/a.json",
        "labels/a__1.json",
        "error_file_list.json",
        "filename_collisions.json",
    } == set(renamed)


def test_a_filled_manifest_gives_the_heads_one_tree() -> None:
    """With file names in bulk answers, 1.128 in process and delegated must leave the same bytes."""
    heads = [
        expected(Case("any", head, originals=True, scope={"project": 1}, bulk_files_manifest=True), OLD, document())
        for head in OLD.heads
    ]
    assert heads[0] == heads[1]


def test_an_export_that_must_be_refused_leaves_nothing() -> None:
    """Where an error is expected, no file is."""
    (refused,) = [case for case in cases(OLD, NARROWING) if case.refused]
    assert {} == expected(refused, OLD, document()).tree


def test_a_document_is_changed_in_one_place_and_its_original_in_none() -> None:
    """The storage moves and one task loses its data unit in a copy."""
    given_document = document()
    before = copy.deepcopy(given_document)
    moved, storage = stored_in(given_document, "/somewhere")
    assert storage == 9
    assert [{}, {"location": "/somewhere"}] == [row["configuration"] for row in moved["storages"]]
    assert [None, 2, 3, 4] == [task["data_unit"] for task in without_a_data_unit(given_document)["tasks"]]
    assert before == given_document


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_guide_lists_every_habit_of_every_version(client: Client) -> None:
    """docs/conformance.md has a section for each version, with each of its habits by code."""
    text = DOCS.read_text(encoding="utf-8")
    section = text.split(f"### {client.version}\n")[1].split("\n##")[0]
    assert [habit.code for habit in client.habits if f"`{habit.code}`" not in section] == []
