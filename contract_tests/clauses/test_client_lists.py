"""The lists of the client, as the export guide's examples use them: rows and counts are the oracle's."""

from __future__ import annotations

from types import GeneratorType
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.exports import caller
from contract_tests.clauses.lists import LISTS
from contract_tests.oracle import expected_items
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DataObject

    from sdk.clients.backend import BackendClient

SETTINGS = st.builds(
    Settings,
    externalise_over=st.sampled_from([0, 40, 2000]),
    presigned_targets=st.sampled_from([frozenset(TARGETS), frozenset()]),
    **strategies.PAGING,
)


def counted(client: BackendClient, target: Target, scope: dict[str, Any]) -> tuple[Iterable[dict[str, Any]], int]:
    """Return what the client's call for a target returns."""
    calls = {
        "task": client.get_tasks,
        "assignment": client.get_assignments,
        "ground_truth": client.get_ground_truth_events,
    }
    return calls[target](scope)


def shown(rows: Iterable[dict[str, Any]], key: str) -> list[tuple[int, object]]:
    """Return key and payload of each row."""
    return [(row[key], row["data"]) for row in rows]


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=settings().max_examples // 6)
@given(st.data(), SETTINGS)
def test_an_iterator_and_a_count_of_the_rows(target: Target, data: DataObject, conventions: Settings) -> None:
    """By descending key, payloads resolved wherever they lie, every row of every page; the count is theirs."""
    document = data.draw(strategies.worlds(target), "document")
    scope = data.draw(strategies.scopes(target), "scope")
    items = expected_items(document, scope, target=target, tenant=strategies.MAIN_TENANT)
    expected = [(item["id"], item["data"]) for item in items]
    with (
        FakeBackend(seed=document, settings=conventions) as backend,
        caller(backend).context() as context,
    ):
        assert context.client is not None
        rows, count = counted(context.client, target, {**scope, "page_size": 3})

        assert (True, len(expected)) == (iter(rows) is rows, count)
        assert expected == shown(rows, LISTS[target].key)


@settings(max_examples=5)
@given(strategies.worlds("assignment"), strategies.scopes("assignment"))
def test_a_stream_of_assignments_and_their_count(document: dict[str, Any], scope: dict[str, Any]) -> None:
    """``get_assignments_stream`` sends nothing before its first row is taken; ``count_assignments`` counts alone."""
    items = expected_items(document, scope, target="assignment", tenant=strategies.MAIN_TENANT)
    with FakeBackend(seed=document) as backend, caller(backend).context() as context:
        assert context.client is not None
        stream = context.client.get_assignments_stream(scope)
        assert 0 == backend.journal.arrived
        assert isinstance(stream, GeneratorType)

        assert [(item["id"], item["data"]) for item in items] == shown(stream, "id")
        assert len(items) == context.client.count_assignments(scope)


@settings(max_examples=5)
@given(strategies.worlds("ground_truth"), strategies.scopes("ground_truth"))
def test_a_list_of_all_ground_truth_events(document: dict[str, Any], scope: dict[str, Any]) -> None:
    """``list_all=True`` gives the rows of all pages as a list, by either spelling of the versions."""
    items = expected_items(document, scope, target="ground_truth", tenant=strategies.MAIN_TENANT)
    with FakeBackend(seed=document) as backend, caller(backend).context() as context:
        assert context.client is not None
        rows = context.client.list_ground_truth_events({**scope, "page_size": 2}, list_all=True)

        assert isinstance(rows, list)
        assert [(item["id"], item["data"]) for item in items] == shown(rows, "pgh_id")
