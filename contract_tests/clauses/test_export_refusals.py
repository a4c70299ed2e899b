"""Exports that must not happen, or must not pass for whole: unknown keys, lossy answers, versions out of reach."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from contract_tests import strategies
from contract_tests.clauses.exports import Asked, run
from contract_tests.clauses.wide import CONFINES, ROWS, WIDE
from contract_tests.exporting import NAME
from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_rows, rows_by_path
from contract_tests.strategies.ground_truth import FOREIGN
from contract_tests.verify.compare import differences
from contract_tests.verify.outcome import HEADS, TARGETS, Head, Target
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Mapping

UNKNOWN: Mapping[Target, tuple[str, ...]] = {
    "task": ("colour", "has_data", "created_after", "ID", "users"),
    "assignment": ("colour", "has_data", "created_after", "task", "workshops", "schema", "labelers"),
    "ground_truth": ("colour", "has_data", "id", "id__in", "pgh_id__lt", "project", "ground_truth_dataset"),
}
NARROWING: Mapping[Target, dict[str, Any]] = {
    "task": {**CONFINES["task"], "is_discarded": False},
    "assignment": {**CONFINES["assignment"], "is_discarded": False},
    "ground_truth": {**CONFINES["ground_truth"], "classes": "a"},
}
UNKNOWN_VERSION = 7777


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(("target", "key"), [(target, key) for target in TARGETS for key in UNKNOWN[target]])
def test_an_unknown_key_is_refused_with_nothing_requested(head: Head, target: Target, key: str) -> None:
    """The backend would ignore it and send every row, so the SDK names it, and the keys there are, before it asks."""
    with FakeBackend(seed=WIDE) as backend:
        outcome = run(backend, head, Asked({**CONFINES[target], key: "1"}, target))

        assert repr(key) in outcome.error
        assert all(known in outcome.error for known in FILTER_KEYS[target])
        assert 0 == backend.journal.arrived


@pytest.mark.parametrize("target", TARGETS)
def test_surplus_rows_of_a_job_are_named(target: Target) -> None:
    """A job that ignores the filter delivers too much: the export ends with the ids, and leaves nothing."""
    with FakeBackend(seed=WIDE) as backend:
        backend.bugs.on("delegated-filter-loss")
        outcome = run(backend, "delegated", Asked(NARROWING[target], target))
        wanted = expected_rows(WIDE, NARROWING[target], target=target)
        surplus = [row for row in reversed(ROWS) if row not in wanted]

        assert re.search(rf"surplus.*: {', '.join(map(str, surplus))}\b", outcome.error)
        assert not destination(backend, "delegated").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_rows_missing_from_a_bulk_answer_are_named(target: Target) -> None:
    """A bulk answer that leaves out a row that exists ends the export with its id, and leaves nothing."""
    rows = expected_rows(WIDE, NARROWING[target], target=target)
    dropped = rows[len(rows) // 2]  # what the bug leaves out of a whole answer
    with FakeBackend(seed=WIDE) as backend:
        backend.bugs.on("bulk-drops-rows")
        outcome = run(backend, "in-process", Asked(NARROWING[target], target))

        assert re.search(rf"\b{dropped}\b.* missing from the bulk answer", outcome.error)
        assert not destination(backend, "in-process").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_swapped_payloads_are_seen_by_comparison_alone(target: Target) -> None:
    """Two rows that exchange payloads, sizes and digests pass every check of the SDK; the oracle names both."""
    scope = CONFINES[target]
    expected = expected_artefacts(WIDE, scope, exporter="row", target=target)
    with FakeBackend(seed=WIDE) as backend:
        backend.bugs.on("bulk-swaps-payloads")
        outcome = run(backend, "in-process", Asked(scope, target))
        found = differences(expected, outcome.tree, rows_by_path(WIDE, scope, target=target))

        assert "" == outcome.error
        assert 2 == len({difference.row for difference in found})


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("versions", [[strategies.FOREIGN_VERSION], [51, strategies.FOREIGN_VERSION], UNKNOWN_VERSION])
def test_versions_out_of_reach_end_the_export(head: Head, versions: object) -> None:
    """A version of another tenant, or of nobody, is no version without rows: the export must not pass for whole."""
    document = {
        **WIDE,
        "data_collections": [
            *WIDE["data_collections"],
            {"id": 9, "tenant": strategies.OTHER_TENANT, "name": "foreign pictures"},
        ],
        "ground_truth_datasets": [
            *WIDE["ground_truth_datasets"],
            {"id": 9, "tenant": strategies.OTHER_TENANT, "name": "foreign"},
        ],
        **{resource: [*WIDE[resource], row] for resource, row in FOREIGN.items()},
    }
    scope = {"ground_truth_dataset_versions": versions}
    with FakeBackend(seed=document) as backend:
        outcome = run(backend, head, Asked(scope, "ground_truth"))

        assert str(UNKNOWN_VERSION if versions == UNKNOWN_VERSION else strategies.FOREIGN_VERSION) in outcome.error
        assert "another tenant" not in outcome.error
        assert not destination(backend, head).exists()


@pytest.mark.parametrize("head", HEADS)
def test_two_spellings_of_the_versions_must_not_disagree(head: Head) -> None:
    """The singular key and the plural one are the same filter; which of two values is meant cannot be known."""
    scope = {"ground_truth_dataset_version": 51, "ground_truth_dataset_versions": [52]}
    with FakeBackend(seed=WIDE) as backend:
        outcome = run(backend, head, Asked(scope, "ground_truth"))

        assert "ground_truth_dataset_version" in outcome.error
        assert 0 == backend.journal.arrived


def destination(backend: FakeBackend, head: Head) -> Path:
    """Return where an export by this head is published."""
    return Path(str(backend.storage_root(strategies.STORAGE)), "exports", head, NAME)
