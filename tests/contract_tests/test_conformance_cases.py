"""Which exports each version is asked for, and of which documents."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from contract_tests.conformance.cases import EXPIRED, MATRIX, SMALL_SCOPES, Scopes, cases
from contract_tests.conformance.documents import (
    BARE_UNITS,
    INCOMPLETE,
    MANY,
    READ_AHEAD,
    ROWS,
    small,
    stored_in,
    with_own_sidecars,
)
from contract_tests.conformance.rows import client_rows, other_files
from contract_tests.conformance.targets import TARGETS, VERSION
from contract_tests.conformance.versions import CLIENTS, Client
from fake_backend.seeding import validate

SCOPES = {
    "task": Scopes({"project": 1}, {"created__gte": "2026-01-15T00:00:00Z", "is_discarded": False}),
    "assignment": Scopes({"project": 1}, {"is_discarded": False, "ids_ex": "1-9"}),
    "ground_truth": Scopes({VERSION: 21}, {"category": "train"}),
}
OLD, NEW = CLIENTS["2026.1.128"], CLIENTS["2026.2.17"]
DOCS = Path(__file__).parents[2] / "docs" / "conformance.md"


@pytest.mark.parametrize(("client", "count"), [(OLD, 24), (NEW, 12)])
def test_the_matrix_is_targets_by_heads_by_originals_by_filter(client: Client, count: int) -> None:
    """1.128 is asked for 24 exports and 2.17 for 12, no two alike, as many of each target."""
    matrix = [case for case in cases(client, SCOPES) if case.case == MATRIX]
    asked = {(case.target, case.head, case.originals, case.is_narrowed) for case in matrix}
    assert count == len(matrix) == len(asked)
    assert set(client.heads) == {case.head for case in matrix}
    assert [count // 3] * 3 == [sum(case.target == target for case in matrix) for target in TARGETS]


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_every_case_has_a_folder_of_its_own(client: Client) -> None:
    """Names of cases tell them apart: trees lie in folders of these names, in the storage and when they are kept."""
    asked = cases(client, SCOPES)
    assert len(asked) == len({case.name for case in asked})
    assert all(name.replace("-", "").replace("_", "").isalnum() for name in (case.name for case in asked))


def test_the_many_tasks_are_above_the_shard_size() -> None:
    """The export that must shard has more rows than go into one job, and must show at least two jobs."""
    (sharded,) = [case for case in cases(OLD, SCOPES) if case.backend.document == "many"]
    assert OLD.shard_size is not None
    assert MANY > OLD.shard_size
    assert (2, "delegated") == (sharded.jobs, sharded.head)


def test_the_default_convention_is_what_the_matrix_runs_under() -> None:
    """``files_manifest`` is null in every export of the matrix; one further export of each target has it filled."""
    asked = cases(OLD, SCOPES)
    assert {False} == {case.backend.bulk_files_manifest for case in asked if case.case == MATRIX}
    filled = [(case.case, case.target) for case in asked if case.backend.bulk_files_manifest]
    assert [("files manifest filled", target) for target in TARGETS] == filled


def test_the_small_document_is_one_and_keeps_its_promises() -> None:
    """A backend takes it; the rows that 2.17 reads ahead have small payloads, all others of those scopes large ones."""
    validate(small())
    for target, scope in SMALL_SCOPES.items():
        rows = client_rows(small(), scope, target)
        assert ROWS == len(rows)
        assert [False] * READ_AHEAD + [True] * EXPIRED == [row.is_externalised for row in rows]


def test_the_small_document_has_what_the_demo_cannot_show() -> None:
    """Events of one ground truth in two versions, events without files, a task without data unit, another tenant."""
    both = [row.id for row in client_rows(small(), {VERSION: [31, 32]}, "ground_truth")]
    assert (30, 20) == (len(both), len(set(both)))
    assert [None] * BARE_UNITS == [row.file_name for row in client_rows(small(), {VERSION: 33}, "ground_truth")]
    units = [task["data_unit"] for task in small()["tasks"] if task["project"] == INCOMPLETE]
    assert [None, 1] == units
    events = small()["ground_truth_events"]
    theirs = max(events, key=lambda event: event["pgh_id"])["pgh_id"]
    assert theirs not in {row.key for row in client_rows(small(), {}, "ground_truth")}


def test_a_document_is_changed_where_it_must_be_and_its_original_nowhere() -> None:
    """The storage moves, and files that are nobody's original get names that no other run has, in a copy."""
    given = small()
    before = copy.deepcopy(given)
    moved, storage = stored_in(given, "/somewhere")
    assert (3, {"location": "/somewhere"}) == (storage, moved["storages"][0]["configuration"])
    renamed = with_own_sidecars(given, "t0")
    names = other_files(renamed, {VERSION: 31}, "ground_truth")
    assert {f"meta-t0-{number}-meta.json" for number in range(1, ROWS + 1)} == names
    assert client_rows(given, {"project": 1}) == client_rows(renamed, {"project": 1})
    assert before == given


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_guide_lists_every_habit_of_every_version(client: Client) -> None:
    """docs/conformance.md has a section for each version, with each of its habits by code."""
    text = DOCS.read_text(encoding="utf-8")
    section = text.split(f"### {client.version}\n")[1].split("\n##")[0]
    assert [habit.code for habit in client.habits if f"`{habit.code}`" not in section] == []


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_the_guide_counts_the_exports(client: Client) -> None:
    """docs/conformance.md says how many exports a version is asked for."""
    text = DOCS.read_text(encoding="utf-8")
    asked = cases(client, SCOPES)
    matrix = sum(case.case == MATRIX for case in asked)
    assert f"{client.version}: {matrix} of the matrix, {len(asked) - matrix} further" in text
