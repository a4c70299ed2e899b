"""Ground-truth events, and what each key of their filter means.

A row is an event: a snapshot of a ground truth, several of which may be of one ground truth. Its key is ``pgh_id``; its
``id`` is the ground truth's and repeats. Source: contract.md 3.2, and the rulings of the ledger for ``ids``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.oracle.tables import Rule, Selected, Table, rule
from contract_tests.oracle.values import capitals, comma_list, id_ranges, numbers, words

if TYPE_CHECKING:
    from contract_tests.oracle.document import GroundTruthEventRow
    from contract_tests.oracle.lookup import Lookup


def _unit(event: GroundTruthEventRow, seen: Lookup) -> int:
    return seen.ground_truth(event["ground_truth"])["data_unit"]


_VERSIONS: Rule[GroundTruthEventRow] = rule(
    numbers, lambda asked, event, seen: not asked.isdisjoint(seen.versions(event["pgh_id"]))
)

RULES: dict[str, Rule[GroundTruthEventRow]] = {
    "ids": rule(id_ranges, lambda named, event, _: named(event["pgh_id"])),
    "ids_ex": rule(id_ranges, lambda named, event, _: not named(event["pgh_id"])),
    "search": rule(
        words,
        lambda asked, event, seen: any(
            all(word in capitals(name) for word in asked) for name in seen.file_names(_unit(event, seen))
        ),
    ),
    "ground_truth": rule(numbers, lambda asked, event, _: event["ground_truth"] in asked),
    "ground_truth_dataset_version": _VERSIONS,
    "ground_truth_dataset_versions": _VERSIONS,
    "category": rule(str, lambda asked, event, _: event.get("category", "") == asked),
    "categories": rule(comma_list, lambda asked, event, _: event.get("category", "") in asked),
    "classes": rule(comma_list, lambda asked, event, _: not set(asked).isdisjoint(event.get("classes", []))),
    "task": rule(numbers, lambda asked, event, seen: seen.ground_truth(event["ground_truth"]).get("task") in asked),
}

GROUND_TRUTH: Table[GroundTruthEventRow] = Table(
    name="ground_truth",
    rows=lambda document: document.get("ground_truth_events", []),
    tenant=lambda event, seen: seen.dataset_tenant(seen.ground_truth(event["ground_truth"])["ground_truth_dataset"]),
    selected=lambda event, seen: Selected(event["pgh_id"], event.get("data"), _unit(event, seen)),
    rules=RULES,
    single=frozenset({"search", "category"}),
)
