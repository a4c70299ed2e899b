"""Draws worlds to annotate: tasks with pictures and annotation files, good and bad, and what a model says of them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from contract_tests.simulation.surroundings import (
    AGENT,
    FOREIGN_TASKS,
    INSTANTS,
    NEIGHBOUR,
    PROJECT,
    RELATED,
    RELEASE,
    ROOM,
    SPECIFICATION,
)

if TYPE_CHECKING:
    from contract_tests.simulation.lot import Lot

MAX_BYTES = 3000  # of an annotation file here
LEAST, MOST = 15, 19  # tasks


def annotating(lot: Lot, method: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a seed document, the parameters of a run over it, and what the model says of each task's picture.

    Args:
        lot: What draws.
        method: ``file`` or ``inference``.
    """
    count = lot.randint(LEAST, MOST)
    numbers = sorted(lot.sample(range(1, 2 * count), count))
    units, tasks, predictions = [], [], {}
    for number in numbers:
        files = _files(lot, number, method)
        if files is not None:
            units.append({"id": 100 + number, "data_collection": 1, "name": "u", "files": files})
        tasks.append(_task(lot, number, None if files is None else 100 + number))
        if method == "inference":
            predictions[str(number)] = {"value": _detections(lot), "fails": lot.happens(0.03)}
    params: dict[str, Any] = {"project": PROJECT, "agent": AGENT, "method": method, "task_filters": _filters(lot)}
    if method == "file":
        params |= {"target_specification_name": SPECIFICATION, "max_annotation_bytes": MAX_BYTES}
    else:
        params |= {"pre_processor": RELEASE, "batch_size": lot.choice([1, 3, 4])}
    if lot.happens(0.3):
        params["schema"] = "any"
    return {**ROOM, "data_units": units, "tasks": [*tasks, *FOREIGN_TASKS]}, params, predictions


def _filters(lot: Lot) -> dict[str, Any]:
    """Return filters that select the same tasks before and after a run, so that it may be repeated."""
    several: list[dict[str, Any]] = [{}, {}, {"id__gte": 5}, {"assignee": None}, {"created_at__lte": "2026-01-16"}]
    return lot.choice(several)


def _task(lot: Lot, number: int, unit: int | None) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": number,
        "project": NEIGHBOUR if lot.happens(0.08) else PROJECT,
        "data_unit": unit,
        "data": lot.choice([None, None, {}, {"of": "somebody"}]),
        "created": lot.choice(INSTANTS),
        "status_label": lot.choice(["stand_by"] * 12 + ["in_progress", "completed"]),
    }
    if lot.happens(0.3):
        row["schema"] = "dm_schema_v1"
    if lot.happens(0.2):
        row["labelers"] = lot.some(RELATED[:1], 1)
    return row


def _files(lot: Lot, number: int, method: str) -> dict[str, Any] | None:
    kind = lot.choices(("fine", "wrong", "no json", "large", "missing", "empty", "unit"), (80, 4, 3, 3, 4, 3, 3))[0]
    if kind in {"empty", "unit"}:
        return {} if kind == "empty" else None
    files: dict[str, Any] = {}
    if method == "inference" and kind == "missing":
        return {SPECIFICATION: {"file_name_original": f"{number}.json", "content": {}}}
    encoded = base64.b64encode(str(number).encode()).decode()
    files["image_1"] = {"file_name_original": f"{number}.png", "is_primary": True, "content_base64": encoded}
    if method == "inference" or kind == "missing":
        return files
    told: dict[str, Any] = {"content": _detections(lot)}
    if kind == "wrong":
        told = {"content": lot.choice([[], {"objects": [1]}, {"objects": {}}])}
    elif kind == "no json":
        told = {"content_base64": base64.b64encode(lot.choice([b"{", b"<html>", b""])).decode()}
    elif kind == "large":
        told["content"]["filler"] = "x" * MAX_BYTES
    return {**files, SPECIFICATION: {"file_name_original": f"{number}.json", **told}}


def _detections(lot: Lot) -> dict[str, Any]:
    """Return annotations of the guide's structure, sometimes long ones."""
    objects = [
        {
            "id": f"obj_{place:03}",
            "class_id": lot.randint(1, 5),
            "type": "bbox",
            "coordinates": {"x": lot.randrange(900), "y": -1.5, "width": 200, "height": lot.randrange(90)},
        }
        for place in range(1, lot.randint(2, 4))
    ]
    more: dict[str, Any] = {"filler": "가" * 700} if lot.happens(0.15) else {}
    more |= {"annotations": {}, "annotationsData": {}} if lot.happens(0.8) else {}  # without: no DM Schema V1
    return {"objects": objects, **more}
