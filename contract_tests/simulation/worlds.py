"""Draws worlds to export: clashing names, equal instants, payloads of every size, neighbours that must never show."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from contract_tests.simulation.surroundings import (
    FOREIGN_TASKS,
    INSTANTS,
    NEIGHBOUR,
    OTHER_TENANT,
    PROJECT,
    RELATED,
    STATUSES,
    SURROUNDINGS,
    TENANT,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from contract_tests.simulation.lot import Lot

type World = dict[str, Any]

NAMES = ("a.jpg", "a.png", "a__1.jpg", "b c.jpg", "고양이.jpg", "CAFÉ.jpg", "dir/a.jpg", "README", "A.JPG")
VERSIONS = (51, 52)
FOREIGN_VERSION = 91
DATASET, FOREIGN_DATASET = 5, 9
LEAST, MOST = 26, 34  # rows of the target: so many that the median run, through its filter, has 20 at least


def world(lot: Lot, target: str) -> World:
    """Return a seed document with the rows of one target.

    Args:
        lot: What draws.
        target: ``task``, ``assignment`` or ``ground_truth``.
    """
    return _WORLDS[target](lot)


def payload(lot: Lot, number: int) -> Any:
    """Return a payload that tells its row from every other: mostly small, sometimes large, empty, or none."""
    told = {"row": number, "라벨": lot.randrange(1000), "객체": [lot.random(), None, True]}
    match lot.choices(("small", "large", "none", "empty", "list"), (70, 14, 6, 5, 5))[0]:
        case "small":
            return told
        case "large":
            return {**told, "filler": lot.choice("x가") * 2100}
        case "none":
            return None
        case "empty":
            return {}
    return [number, told]


def units(lot: Lot) -> list[dict[str, Any]]:
    """Return data units of the tenant, some of which have no file, or several of which none is primary."""
    found = []
    for number in range(1, lot.randint(4, 8)):
        names = lot.some(("image_1", "annotation_data"), 2) if lot.happens(0.85) else []
        primary = lot.choice([*names, None])
        files = {name: {**_file(lot), "is_primary": name == primary} for name in names}
        found.append({"id": number, "data_collection": 1, "name": f"unit {number}", "files": files})
    return found


def _file(lot: Lot) -> dict[str, Any]:
    name = {"file_name_original": lot.choice(NAMES)}
    if lot.happens(0.5):
        return {**name, "content": {"bytes": lot.randrange(100)}}
    return {**name, "content_base64": base64.b64encode(lot.randbytes(lot.randrange(1, 20))).decode()}


def _numbers(lot: Lot) -> list[int]:
    """Return ids, few of which follow each other."""
    count = lot.randint(LEAST, MOST)
    return sorted(lot.sample(range(1, 2 * count), count))


def _task(lot: Lot, number: int, shown: list[int]) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "project": NEIGHBOUR if lot.happens(0.1) else PROJECT,
        "data_unit": lot.choice([*shown, None]),
        "data": payload(lot, number),
        "created": lot.choice(INSTANTS),
        "status_label": lot.choice(STATUSES),
    }
    if lot.happens(0.3):
        row["is_discarded"] = lot.happens(0.4)
    if lot.happens(0.4):
        row["tags"] = lot.some(RELATED, 2)
    return row


def _tasks(lot: Lot) -> World:
    found = units(lot)
    shown = [unit["id"] for unit in found]
    rows = [_task(lot, number, shown) for number in _numbers(lot)]
    return {**SURROUNDINGS, "data_units": found, "tasks": [*rows, *FOREIGN_TASKS]}


def _assignments(lot: Lot) -> World:
    found = units(lot)
    shown = [unit["id"] for unit in found]
    tasks = [_task(lot, number, shown) for number in sorted(lot.sample(range(1, 30), lot.randint(4, 9)))]
    tasks[0] = {**tasks[0], "project": PROJECT}
    rows = []
    for number in _numbers(lot):
        row: dict[str, Any] = {
            "id": number,
            "task": lot.choice(tasks)["id"],
            "user": 1,
            "data": payload(lot, number),
            "created": lot.choice(INSTANTS),
            "status_label": lot.choice(STATUSES),
        }
        if lot.happens(0.4):
            row["tags"] = lot.some(RELATED, 2)
        if lot.happens(0.3):
            row["label_submitted"] = lot.choice([None, *INSTANTS])
        rows.append(row)
    foreign = {"id": 901, "task": 901, "user": 9, "data": {"of": "another tenant"}, "created": INSTANTS[0]}
    return {
        **SURROUNDINGS,
        "data_units": found,
        "tasks": [*tasks, *FOREIGN_TASKS],
        "assignments": [*rows, foreign],
    }


def _ground_truth(lot: Lot) -> World:
    """Return a world whose two versions overlap and differ, and where one ground truth may have several events."""
    found = units(lot)
    shown = [unit["id"] for unit in found]
    truths, events = [], []
    held: Mapping[int, list[int]] = {version: [] for version in VERSIONS}
    number = 0
    for truth in range(1, lot.randint(LEAST, MOST)):
        truths.append({"id": truth, "ground_truth_dataset": DATASET, "data_unit": lot.choice(shown)})
        mine = []
        for _ in range(1 + lot.happens(0.25)):
            number += lot.randint(1, 3)
            row = {"pgh_id": number, "ground_truth": truth, "data": payload(lot, number)}
            events.append({**row, "created": lot.choice(INSTANTS), "classes": lot.some(("a", "b c", "고양이"), 2)})
            mine.append(number)
        for version in VERSIONS:
            if lot.happens(0.85):
                held[version].append(lot.choice(mine))
    foreign = {"data_unit": 99, "dataset": FOREIGN_DATASET}
    return {
        **SURROUNDINGS,
        "data_collections": [
            *SURROUNDINGS["data_collections"],
            {"id": 9, "tenant": OTHER_TENANT, "name": "foreign pictures"},
        ],
        "tasks": list(FOREIGN_TASKS),
        "data_units": [*found, {"id": 99, "data_collection": 9, "name": "foreign unit", "files": {}}],
        "ground_truth_datasets": [
            {"id": DATASET, "tenant": TENANT, "name": "main", "project": PROJECT},
            {"id": FOREIGN_DATASET, "tenant": OTHER_TENANT, "name": "foreign"},
        ],
        "ground_truths": [
            *truths,
            {"id": 901, "ground_truth_dataset": foreign["dataset"], "data_unit": foreign["data_unit"]},
        ],
        "ground_truth_events": [
            *events,
            {"pgh_id": 901, "ground_truth": 901, "data": {"of": "another tenant"}, "created": INSTANTS[0]},
        ],
        "ground_truth_dataset_versions": [
            *({"id": version, "ground_truth_dataset": DATASET, "events": held[version]} for version in VERSIONS),
            {"id": FOREIGN_VERSION, "ground_truth_dataset": FOREIGN_DATASET, "events": [901]},
        ],
    }


_WORLDS: Mapping[str, Callable[[Lot], World]] = {
    "task": _tasks,
    "assignment": _assignments,
    "ground_truth": _ground_truth,
}
