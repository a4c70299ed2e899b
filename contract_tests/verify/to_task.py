"""The rows ``to_task``: the demo's pictures annotated from files and by inference, and what must be there afterwards.

What is expected comes from the document and from what is drawn, never from the SDK. A file must be stored as it tells
the drawn truth; what the model found is scored against it. Every other task of the world must be as it was.
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from contract_tests.annotating import TASKS, annotate, sheet
from contract_tests.oracle import Fate, after, expected_annotating, selected_tasks
from contract_tests.verify.coco import ground_truth, results, score
from contract_tests.verify.compare import differences
from contract_tests.verify.report import Judgement
from fake_backend import FakeBackend
from fake_backend.demo import (
    ANNOTATION_AGENT,
    ANNOTATION_FILTER,
    ANNOTATION_PROJECT,
    DETECTOR,
    register_models,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager

    from contract_tests.verify.outcome import Method, Outcome

LEAST: Final = {False: 0.95, True: 0.90}
"""Least average precision at IoU 0.5, of plain pictures and of hard ones."""

TRUTH, FOUND = "truth.coco.json", "detections.coco.json"
SPECIFICATION: Final = "annotation_data"
CONFIDENCE: Final = 0.5
SCOPE: Final[Mapping[str, object]] = {"project": ANNOTATION_PROJECT, **ANNOTATION_FILTER}
PARAMS: Final[Mapping[Method, Mapping[str, object]]] = {
    "file": {"target_specification_name": SPECIFICATION},
    "inference": {"pre_processor": DETECTOR, "pre_processor_params": {"confidence_threshold": CONFIDENCE}},
}
AGAINST: Final = "the drawn truth"

type Document = Mapping[str, Any]
type Databases = Callable[[], AbstractContextManager[str | None]]


def run_to_task(
    document: Document, tenant: str, method: Method, databases: Databases = nullcontext, *, bug: str | None = None
) -> tuple[Outcome, list[str]]:
    """Annotate the demo's pictures in a world of their own, whose pre-processor is not deployed.

    Args:
        document: The demo, or one with the same project, agent and release.
        tenant: Whose user runs it.
        method: Where annotations come from.
        databases: Lends the world the URL of its database; in memory when absent.
        bug: Wrong behaviour of the backend to switch on, or ``None``.

    Returns:
        The outcome, with the boxes as COCO beside the tasks where a model found them, and the world's tokens.
    """
    with databases() as database, FakeBackend(seed=document, clock="virtual", database=database) as backend:
        register_models(backend.serving)
        if bug is not None:
            backend.bugs.on(bug)
        params = {
            "project": ANNOTATION_PROJECT,
            "agent": ANNOTATION_AGENT,
            "task_filters": dict(ANNOTATION_FILTER),
            **PARAMS[method],
        }
        outcome = annotate(backend, tenant, params, method, _shown(document))
        secrets = [token for held in backend.tokens.values() for token in (held.user, held.access) if token]
    if method == "inference" and not outcome.error:
        units = asked_for(document)
        stored = {task: row["data"] for task, row in _tasks(outcome).items() if task in units}
        boxes = {TRUTH: ground_truth(units, _labels(document)), FOUND: results(stored)}
        outcome = replace(outcome, tree={**outcome.tree, **{name: _json(told) for name, told in boxes.items()}})
    return outcome, secrets


def judge_to_task(document: Document, outcome: Outcome, *, hard: bool) -> Judgement:
    """Compare every task with what it must be, and score what a model found.

    Args:
        document: What the world was filled with.
        outcome: The run.
        hard: Whether the pictures are hard.
    """
    if outcome.error:
        return Judgement(outcome, AGAINST)
    units, got, labels = asked_for(document), _tasks(outcome), _labels(document)
    fates = {
        task: Fate(data=_told(unit, labels) if outcome.head == "file" else got.get(task, {}).get("data"))
        for task, unit in units.items()
    }
    annotated = expected_annotating(document, fates, project=ANNOTATION_PROJECT, task_filters=ANNOTATION_FILTER)
    expected = {
        row["id"]: {"status_label": row.get("status_label", "stand_by"), "data": row.get("data")}
        for row in after(document, annotated)["tasks"]
    }
    unequal = differences({TASKS: sheet(expected, _shown(document))}, {TASKS: outcome.tree[TASKS]}, {})
    if outcome.head == "file":
        return Judgement(outcome, AGAINST, unequal)
    truth, found = json.loads(outcome.tree[TRUTH]), json.loads(outcome.tree[FOUND])
    return Judgement(outcome, AGAINST, unequal, score(truth, found, LEAST[hard]))


def asked_for(document: Document) -> dict[int, dict[str, Any]]:
    """Return the tasks that the filter keeps, each with its data unit.

    Args:
        document: The demo.
    """
    units = {unit["id"]: unit for unit in document["data_units"]}
    shown = {row["id"]: units[row["data_unit"]] for row in document["tasks"] if row.get("data_unit") in units}
    return {task: shown[task] for task in selected_tasks(document, ANNOTATION_PROJECT, ANNOTATION_FILTER)}


def _shown(document: Document) -> set[int]:
    return {row["id"] for row in document["tasks"] if row["project"] == ANNOTATION_PROJECT}


def _told(unit: Mapping[str, Any], labels: list[str]) -> dict[str, Any]:
    """Return what is drawn in the guide's structure (to_task guide, Expected JSON Structure; docs/payloads.md)."""
    told = []
    for box in unit["meta"]["truth"]["annotations"]:
        x, y, width, height = box["bbox"]
        properties = {"label": box["category"]} | ({} if box["area"] == width * height else {"area": box["area"]})
        told.append(
            {
                "id": box["id"],
                "class_id": labels.index(box["category"]) + 1,
                "type": "bbox",
                "coordinates": {"x": x, "y": y, "width": width, "height": height},
                "properties": properties,
            }
        )
    return {"objects": told}


def _labels(document: Document) -> list[str]:
    project = next(row for row in document["projects"] if row["id"] == ANNOTATION_PROJECT)
    return list(project["configuration"]["classification"]["classes"])


def _tasks(outcome: Outcome) -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in json.loads(outcome.tree[TASKS])}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
