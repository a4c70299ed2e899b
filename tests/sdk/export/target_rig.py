"""One world in which every target has seven rows, and what to ask for to get them."""

from __future__ import annotations

from typing import Any

from export_rig import document

TARGETS = ("task", "assignment", "ground_truth")
DATASET, VERSIONS = 8, (4, 5)
KEYS = {"task": range(1, 8), "assignment": range(11, 18), "ground_truth": range(201, 208)}
SCOPES: dict[str, dict[str, Any]] = {
    "task": {"project": 1},
    "assignment": {"project": 1},
    "ground_truth": {"ground_truth_dataset_version": [4, 5]},
}
SELECTIONS: dict[str, dict[str, Any]] = {
    "task": {"project": 1, "id__in": [2, 3]},
    "assignment": {"project": 1, "tasks": [2, 3]},
    "ground_truth": {"ground_truth_dataset_versions": "4,5", "ids": [202, 203]},
}
CREATED = "2026-01-15T09:00:00Z"


def payload(number: int) -> dict[str, Any]:
    """Return a payload; every second one is externalised."""
    return {"n": number, "값": "x" * (3000 if number % 2 else 3)}


def event(number: int, **fields: Any) -> dict[str, Any]:
    """Return event 200 + ``number``; the numbers of ground truths run the other way, and two events share each."""
    truth = 100 + (9 - number) // 2
    return {"pgh_id": 200 + number, "ground_truth": truth, "data": payload(number), "created": CREATED} | fields


def wide_document(**fields: Any) -> dict[str, Any]:
    """Return a seed with seven rows of each target; version 4 holds four events and version 5 another four.

    Args:
        **fields: Replace rows of the document.
    """
    assignments = [
        {"id": 10 + number, "task": number, "user": 1, "data": payload(number), "created": CREATED}
        for number in range(1, 8)
    ]
    truths = [
        {"id": 101 + number, "ground_truth_dataset": DATASET, "data_unit": number + 1, "task": None}
        for number in range(4)
    ]
    return (
        document(7)
        | {
            "assignments": assignments,
            "ground_truth_datasets": [{"id": DATASET, "tenant": "acme", "project": 1}],
            "ground_truths": truths,
            "ground_truth_events": [event(number) for number in range(1, 8)],
            "ground_truth_dataset_versions": [
                {"id": 4, "ground_truth_dataset": DATASET, "events": [201, 202, 204, 206]},
                {"id": 5, "ground_truth_dataset": DATASET, "events": [203, 205, 207, 201]},
            ],
        }
        | fields
    )
