"""Draws what an export is confined to: a project or dataset versions, and mostly one further key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_tests.simulation.surroundings import INSTANTS, PROJECT, RELATED
from contract_tests.simulation.worlds import VERSIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.simulation.lot import Lot

FOREIGN = 900  # ids from here on are of another tenant


def scope(lot: Lot, target: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a filter; most of them select most rows.

    Args:
        lot: What draws.
        target: Kind of row.
        document: The world.
    """
    held: dict[str, Any] = {"project": PROJECT}
    if target == "ground_truth":
        held = {"ground_truth_dataset_versions": lot.choice([list(VERSIONS), "51,52", VERSIONS[0]])}
    if lot.happens(0.4):
        return held
    if lot.happens(0.06):
        return {**held, "search": "nothing of this name"}
    key, value = lot.choice(_ground_truth(lot, document) if target == "ground_truth" else _rows(lot, target, document))
    return {**held, key: value}


def _rows(lot: Lot, target: str, document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    ids = [row["id"] for row in document[f"{target}s"] if row["id"] < FOREIGN]
    wide = [
        ("id__gte", lot.choice(ids[: len(ids) // 4])),
        ("id__lte", lot.choice(ids[-len(ids) // 4 :])),
        ("id__in", lot.sample(ids, len(ids) * 4 // 5)),
        ("ids_ex", ",".join(map(str, lot.sample(ids, 3)))),
        ("ids", f"{ids[0]}-{ids[-4]}"),
        ("status_label", ["stand_by", "in_progress", "completed"]),
        ("created__gte", INSTANTS[1]),
    ]
    narrow = [
        ("tags", f"{RELATED[0]},{RELATED[1]}"),
        ("status_label", "completed"),
        ("created__lt", "2026-01-16T00:00:00Z"),
    ]
    if target == "task":
        wide.append(("is_discarded", lot.choice(["false", False])))
    else:
        tasks = sorted({row["task"] for row in document["assignments"] if row["id"] < FOREIGN})
        wide.append(("tasks", lot.sample(tasks, max(1, len(tasks) * 4 // 5))))
    return [*wide, *wide, *narrow]


def _ground_truth(lot: Lot, document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    ids = [row["pgh_id"] for row in document["ground_truth_events"] if row["pgh_id"] < FOREIGN]
    return [
        ("ids_ex", ",".join(map(str, lot.sample(ids, 3)))),
        ("ids", f"{ids[0]}-{ids[-4]}"),
        ("ids", lot.sample(ids, len(ids) * 4 // 5)),
        ("classes", "a"),
    ]
