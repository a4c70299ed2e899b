"""What the strategies draw is fit to be judged: every key is drawn, and the interesting rows do occur."""

from __future__ import annotations

import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_rows
from contract_tests.verify.outcome import TARGETS

CONFINES = {
    "task": {"project"},
    "assignment": {"project"},
    "ground_truth": {"ground_truth_dataset_version", "ground_truth_dataset_versions"},
}
SEARCH = settings(max_examples=3000, derandomize=True, database=None, phases=[Phase.generate])


@pytest.mark.parametrize("target", TARGETS)
def test_every_filter_key_can_be_drawn(target) -> None:
    """A key that no strategy draws would never be compared."""
    assert CONFINES[target] | set(strategies.FILTER_VALUES[target]) == FILTER_KEYS[target]


@settings(max_examples=12)
@pytest.mark.parametrize("target", TARGETS)
@given(st.data())
def test_the_oracle_judges_whatever_is_drawn(target, data) -> None:
    """Every drawn scope selects rows of the main tenant alone, and their trees can be told."""
    document, scope = data.draw(strategies.worlds(target)), data.draw(strategies.scopes(target))
    rows = expected_rows(document, scope, target=target)

    assert 99 not in rows
    assert rows == expected_rows(document, scope, target=target, tenant=strategies.MAIN_TENANT)
    assert expected_artefacts(document, scope, exporter="sheet", target=target)["items.json"].startswith(b"[")


def test_displaced_names_occur() -> None:
    """The search reaches a world in which a row gives up its name to one that gave up its own."""
    shared = {"project": strategies.MAIN_PROJECT}

    def displaced(document) -> bool:
        return any(path.count("__") > 1 for path in expected_artefacts(document, shared, exporter="row"))

    assert find(strategies.worlds(), displaced, settings=SEARCH)


def test_an_event_of_two_versions_and_two_events_of_one_ground_truth_occur() -> None:
    """Asked for together, versions hold one event twice, and two snapshots of one ground truth under its one id."""

    def overlapping(document) -> bool:
        held = [version["events"] for version in document["ground_truth_dataset_versions"][:2]]
        truth = {event["pgh_id"]: event["ground_truth"] for event in document["ground_truth_events"]}
        events = {event for events in held for event in events}
        return bool(set(held[0]) & set(held[1])) and len({truth[event] for event in events}) < len(events)

    assert find(strategies.worlds("ground_truth"), overlapping, settings=SEARCH)


@pytest.mark.parametrize("target", TARGETS)
def test_drawn_lists_are_as_long_as_was_asked(target) -> None:
    """A walk of a list that is never longer than a page would prove nothing."""
    scope = {"ground_truth_dataset_versions": [51, 52]} if target == "ground_truth" else {"project": 1}

    def long(document) -> bool:
        return len(expected_rows(document, scope, target=target)) == 12

    assert find(strategies.lists(target, least=2), long, settings=SEARCH)
