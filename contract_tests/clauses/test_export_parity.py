"""The first law: for every world, filter and exporter, both heads leave exactly the tree that the oracle tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.exports import Asked, run
from contract_tests.clauses.tally import Tally
from contract_tests.clauses.wide import ROWS, WIDE, scope_with
from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_rows, rows_by_path, saves_nothing
from contract_tests.verify.compare import differences
from contract_tests.verify.outcome import EXPORTERS, HEADS, TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from hypothesis.strategies import SearchStrategy

    from contract_tests.verify.outcome import Head, Outcome

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
    Settings,
    externalise_over=st.sampled_from([0, 40, 2000]),
    bundle_layout=st.sampled_from(["parts", "single"]),
    presigned_targets=st.sampled_from([frozenset(TARGETS), frozenset()]),
    bulk_files_manifest=st.booleans(),
    **strategies.PAGING,
)


def questions(target: Target, key: str | None) -> SearchStrategy[Asked]:
    """Return exports of one target by any filter, exporter and tunables; each has a filter key if one is named."""
    scopes = strategies.scopes(target, key=key)
    return st.builds(Asked, scopes, st.just(target), st.sampled_from(EXPORTERS), st.booleans(), TUNABLES)


@pytest.mark.parametrize("target", TARGETS)
def test_both_heads_leave_the_tree_that_the_oracle_tells(
    target: Target, record_property: Callable[[str, object], None]
) -> None:
    """Whatever the filter, the page sizes, the payload mix and the conventions of the wire: equal to the byte.

    A deep search gives half of its cases to the filter keys one by one, since a draw among many leaves some out.
    """
    tally = Tally(FILTER_KEYS[target])
    cases = settings().max_examples // len(TARGETS)  # the profile's number is that of all targets together
    keys = sorted(strategies.FILTER_VALUES[target])
    each = cases // 2 // len(keys)

    def search(key: str | None, share: int) -> None:
        @settings(max_examples=share)
        @given(strategies.worlds(target), questions(target, key), SETTINGS)
        def holds(document: dict[str, Any], asked: Asked, conventions: Settings) -> None:
            for head, outcome, expected, owners in exported(document, asked, conventions):
                assert [] == differences(expected, outcome.tree, owners), head
            tally.add(asked.exporter, asked.scope)

        holds()

    try:
        search(None, cases - each * len(keys))
        for key in keys if each else []:
            search(key, each)
    finally:
        record_property("searched", f"{target}: {tally}")
    assert not each or not tally.missing


def exported(
    document: dict[str, Any], asked: Asked, conventions: Settings
) -> Iterator[tuple[Head, Outcome, Mapping[str, bytes], Mapping[str, int]]]:
    """Yield each head's export of one question with the tree that it must leave and whose each path is."""
    what: dict[str, Any] = {"target": asked.target, "tenant": strategies.MAIN_TENANT}
    fails = saves_nothing(document, asked.scope, exporter=asked.exporter, **what)
    tree = expected_artefacts(document, asked.scope, exporter=asked.exporter, originals=asked.originals, **what)
    owners = rows_by_path(document, asked.scope, **what)
    with FakeBackend(seed=document, settings=conventions) as backend:
        for head in HEADS:
            outcome = run(backend, head, asked)
            assert fails == bool(outcome.error), outcome.error
            yield head, outcome, {} if fails else tree, owners


@pytest.fixture(scope="module")
def wide() -> Iterator[FakeBackend]:
    """Yield one backend for all keys: an export changes no row."""
    with FakeBackend(seed=WIDE) as backend:
        yield backend


@pytest.mark.parametrize(
    ("target", "key"), [(target, key) for target in TARGETS for key in sorted(FILTER_KEYS[target])]
)
def test_each_filter_key_gives_exactly_the_oracles_rows(wide: FakeBackend, target: Target, key: str) -> None:
    """One key at a time, on both heads: neither is it lost, nor does it select anything else."""
    scope = scope_with(target, key)
    rows = expected_rows(WIDE, scope, target=target)
    expected = expected_artefacts(WIDE, scope, exporter="sheet", target=target, originals=False)
    if key != "project":
        assert 0 < len(rows) < len(ROWS), "a filter that keeps all or nothing proves little"
    for head in HEADS:
        outcome = run(wide, head, Asked(scope, target, "sheet", originals=False), below=f"exports/{target}/{key}")

        assert "" == outcome.error
        assert [] == differences(expected, outcome.tree, {}), head
        assert len(rows) == outcome.rows


NOWHERE: list[tuple[Target, dict[str, Any]]] = [
    ("task", {"tags": "3,4"}),
    ("assignment", {"users": [3]}),
    ("ground_truth", {"classes": "b", "ground_truth_dataset_versions": " , "}),
]


@pytest.mark.parametrize(("target", "scope"), NOWHERE)
def test_what_nothing_confines_is_exported_in_process(target: Target, scope: dict[str, Any]) -> None:
    """Without project or versions there can be no job, and the rows are those of the whole tenant that pass."""
    expected = expected_artefacts(WIDE, scope, exporter="sheet", target=target, tenant=strategies.MAIN_TENANT)
    with FakeBackend(seed=WIDE) as backend:
        assert "took the in-process head" in run(backend, "delegated", Asked(scope, target, "sheet")).error

        outcome = run(backend, "in-process", Asked(scope, target, "sheet"))

        assert "" == outcome.error
        assert [] == differences(expected, outcome.tree, {})
        assert 0 < outcome.rows < len(ROWS)
