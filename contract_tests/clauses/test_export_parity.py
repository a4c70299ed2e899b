"""The first law: for every world, filter and exporter, both heads leave exactly the tree that the oracle tells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.exporting import NAME, Caller, export
from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_rows, rows_by_path, saves_nothing
from contract_tests.verify.compare import differences
from contract_tests.verify.outcome import EXPORTERS, HEADS, ExporterKind, Head, Outcome
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

# Small pages, so that a handful of rows spans several of them; the numbers mean nothing else.
TUNABLES = st.fixed_dictionaries(
    {
        "export_page_size": st.integers(1, 4),
        "export_v2_page_size": st.integers(1, 4),
        "export_chunk_size": st.integers(1, 4),
        "export_payload_workers": st.integers(1, 3),
        "export_force_v1": st.booleans(),
    }
)
SETTINGS = st.builds(
    Settings, externalise_over=st.sampled_from([0, 40, 2000]), bundle_layout=st.sampled_from(["parts", "single"])
)


@dataclass(frozen=True)
class Asked:
    """What is exported, and how.

    Args:
        scope: The filter.
        exporter: Which exporter.
        originals: Whether originals are saved too.
        tunables: Page sizes and the like.
    """

    scope: Mapping[str, Any]
    exporter: ExporterKind = "row"
    originals: bool = True
    tunables: Mapping[str, Any] = field(default_factory=dict)


def run(backend: FakeBackend, head: Head, asked: Asked) -> Outcome:
    """Export by one head."""
    tokens = backend.tokens[strategies.MAIN_TENANT]
    return export(
        Caller(backend.url, tokens.tenant, tokens.user, tokens.access, backend.clock),
        asked.scope,
        head=head,
        exporter=asked.exporter,
        storage=strategies.STORAGE,
        path=f"exports/{head}",
        originals=asked.originals,
        requests_so_far=lambda: backend.journal.arrived,
        **asked.tunables,
    )


@given(
    strategies.worlds(),
    st.builds(Asked, strategies.scopes(), st.sampled_from(EXPORTERS), st.booleans(), TUNABLES),
    SETTINGS,
)
def test_both_heads_leave_the_tree_that_the_oracle_tells(
    document: dict[str, Any], asked: Asked, conventions: Settings
) -> None:
    """Whatever the filter, the page sizes, the payload mix and the layout of the bundle: equal to the byte."""
    tenant = strategies.MAIN_TENANT
    expected = expected_artefacts(
        document, asked.scope, exporter=asked.exporter, originals=asked.originals, tenant=tenant
    )
    fails = saves_nothing(document, asked.scope, exporter=asked.exporter, tenant=tenant)
    owners = rows_by_path(document, asked.scope, tenant=tenant)
    with FakeBackend(seed=document, settings=conventions) as backend:
        for head in HEADS:
            outcome = run(backend, head, asked)

            assert fails == bool(outcome.error), outcome.error
            assert [] == differences({} if fails else expected, outcome.tree, owners), head


WIDE: dict[str, Any] = {
    **strategies.SURROUNDINGS,
    "data_units": [
        {
            "id": 1,
            "data_collection": 1,
            "name": "u",
            "files": {"image_1": {"file_name_original": "고양이 (1).jpg", "content": 1}},
        }
    ],
    "tasks": [
        {
            "id": number,
            "project": strategies.MAIN_PROJECT,
            "data_unit": 1 if number % 2 else None,
            "data": {"number": number},
            "created": strategies.INSTANTS[number % 4],
            "is_discarded": number % 3 == 0,
            "status_label": strategies.STATUSES[number % 4],
            "status_review": strategies.STATUSES[number // 2 % 4],
            "schema": "dm_schema_v1" if number % 5 == 0 else "any",
            "has_reached_max_assignments": number % 4 == 1,
            **{
                relation: [number % 4 + 1]
                for relation in ("labelers", "reviewers", "groups", "stages", "workshops", "tags")
            },
        }
        for number in range(1, 13)
    ],
    "assignments": [{"id": 101, "task": 2, "user": 1, "is_discarded": True}, {"id": 102, "task": 3, "user": 1}],
}
ONE_OF_EACH = {
    "project": strategies.MAIN_PROJECT,
    "id": 7,
    "id__in": "2, 3,\t99",
    "id__gt": 9,
    "id__gte": 9,
    "id__lt": 4,
    "id__lte": 4,
    "ids": "1-3,7",
    "ids_ex": [1, 2, 3, 4, 5],
    "search": "고양이",
    "is_discarded": False,
    "discarded_filter": "discarded",
    "schema": "dm_schema_v1",
    "has_assignment": True,
    "has_reached_max_assignments": True,
    "status_label": "completed",
    "status_review": "in_progress",
    "assignments": [101, 102],
    "assignments__is_discarded": True,
    "labelers": "1, 2",
    "reviewers": 3,
    "groups": [4],
    "stages": "1",
    "workshops": "2",
    "tags": "3,4",
    "created__gt": strategies.INSTANTS[0],
    "created__gte": strategies.INSTANTS[1],
    "created__lt": strategies.INSTANTS[1],
    "created__lte": "2026-01-15T23:59:59",
}


@pytest.mark.parametrize("key", sorted(FILTER_KEYS["task"]))
def test_each_filter_key_gives_exactly_the_oracles_rows(key: str) -> None:
    """One key at a time, on both heads: neither is it lost, nor does it select anything else."""
    scope = {"project": strategies.MAIN_PROJECT, key: ONE_OF_EACH[key]}
    rows = expected_rows(WIDE, scope)
    expected = expected_artefacts(WIDE, scope, exporter="sheet")
    if key != "project":
        assert 0 < len(rows) < len(WIDE["tasks"]), "a filter that keeps all or nothing proves little"
    with FakeBackend(seed=WIDE) as backend:
        for head in HEADS:
            outcome = run(backend, head, Asked(scope, "sheet"))

            assert "" == outcome.error
            assert [] == differences(expected, outcome.tree, {}), head
            assert len(rows) == outcome.rows


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("key", ["colour", "has_data", "created_after", "ID"])
def test_an_unknown_key_is_refused_with_nothing_requested(head: Head, key: str) -> None:
    """The backend would ignore it and send every row, so the SDK names it, and the keys there are, before it asks."""
    with FakeBackend(seed=WIDE) as backend:
        outcome = run(backend, head, Asked({"project": strategies.MAIN_PROJECT, key: "1"}))

        assert repr(key) in outcome.error
        assert all(known in outcome.error for known in FILTER_KEYS["task"])
        assert 0 == backend.journal.arrived


@pytest.mark.parametrize(
    ("bug", "head", "sentence"),
    [
        ("delegated-filter-loss", "delegated", r"surplus row.*: 12, 9, 6, 3\b"),
        ("bulk-drops-rows", "in-process", r"\b5\b.* missing from the bulk answer"),
    ],
)
def test_a_lossy_backend_ends_the_export_in_a_sentence_with_the_ids(bug: str, head: Head, sentence: str) -> None:
    """Surplus rows of a job, and rows missing from a bulk answer, are named, and nothing stands at the destination."""
    with FakeBackend(seed=WIDE) as backend:
        backend.bugs.on(bug)
        outcome = run(backend, head, Asked({"project": strategies.MAIN_PROJECT, "is_discarded": False}))
        destination = Path(str(backend.storage_root(strategies.STORAGE)), "exports", head, NAME)

        assert re.search(sentence, outcome.error)
        assert not destination.exists()


def test_swapped_payloads_are_seen_by_comparison_alone() -> None:
    """Two rows that exchange payloads, sizes and digests pass every check of the SDK; the oracle names both."""
    scope = {"project": strategies.MAIN_PROJECT}
    with FakeBackend(seed=WIDE) as backend:
        backend.bugs.on("bulk-swaps-payloads")
        outcome = run(backend, "in-process", Asked(scope))
        found = differences(expected_artefacts(WIDE, scope, exporter="row"), outcome.tree, rows_by_path(WIDE, scope))

        assert "" == outcome.error
        assert 2 == len({difference.row for difference in found})
