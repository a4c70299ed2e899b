"""What the strategies draw is fit to be judged: every key is drawn, and the interesting rows do occur."""

from __future__ import annotations

from hypothesis import Phase, find, given, settings

from contract_tests import strategies
from contract_tests.oracle import FILTER_KEYS, expected_artefacts, expected_rows


def test_every_filter_key_can_be_drawn() -> None:
    """A key that no strategy draws would never be compared."""
    drawn = {"project", *strategies.FILTER_VALUES}

    assert drawn == FILTER_KEYS["task"]


@given(strategies.worlds(), strategies.scopes())
def test_the_oracle_judges_whatever_is_drawn(document, scope) -> None:
    """Every drawn scope selects rows of the main project alone, and their trees can be told."""
    main = {task["id"] for task in document["tasks"] if task["project"] == strategies.MAIN_PROJECT}

    assert main.issuperset(expected_rows(document, scope))
    assert expected_artefacts(document, scope, exporter="sheet")["items.json"].startswith(b"[")


def test_displaced_names_occur() -> None:
    """The search reaches a world in which a row gives up its name to one that gave up its own."""
    shared = {"project": strategies.MAIN_PROJECT}
    wanted = settings(max_examples=3000, derandomize=True, database=None, phases=[Phase.generate])

    def displaced(document) -> bool:
        return any(path.count("__") > 1 for path in expected_artefacts(document, shared, exporter="row"))

    assert find(strategies.worlds(), displaced, settings=wanted)
