"""The lists of the three targets on both surfaces, as the clauses about lists walk them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests import strategies
from contract_tests.strategies.ground_truth import DATASET

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.verify.outcome import Target


@dataclass(frozen=True)
class Listed:
    """The two lists of one target.

    Args:
        target: Whose rows they show.
        first: Path of the v1 list.
        second: Path of the slim v2 list.
        key: Field of a row that is unique, by which walks go.
        confines: Query of the v1 list for the rows that ``strategies.lists`` draws.
        second_confines: The same for the v2 list, which declares other keys.
        scope: The same as a filter of the oracle.
        has_created: Whether rows of the v2 list show when they were created.
    """

    target: Target
    first: str
    second: str
    key: str
    confines: Mapping[str, Any]
    second_confines: Mapping[str, Any]
    scope: Mapping[str, Any]
    has_created: bool = True


_PROJECT = {"project": strategies.MAIN_PROJECT}
_VERSIONS = {"ground_truth_dataset_versions": "51,52"}

LISTS: Mapping[Target, Listed] = {
    "task": Listed("task", "/sdk/tasks/", "/v2/tasks/", "id", _PROJECT, _PROJECT, _PROJECT),
    "assignment": Listed("assignment", "/sdk/assignments/", "/v2/assignments/", "id", _PROJECT, _PROJECT, _PROJECT),
    "ground_truth": Listed(
        "ground_truth",
        "/sdk/ground_truth_events/",
        "/v2/ground-truth-events/",
        "pgh_id",
        _VERSIONS,
        {"ground_truth_dataset": DATASET},
        _VERSIONS,
        has_created=False,
    ),
}
