"""A seed of two tenants with tasks, assignments and ground truth, and what its lists are to show."""

from __future__ import annotations

from dataclasses import dataclass

from tests.http.small_backend import small_document

ASSIGNMENTS = range(101, 118)
GROUND_TRUTHS = range(1, 7)
CREATED = ("2026-01-15T09:00:00Z", "2026-01-16T09:00:00Z", "2026-01-17T09:00:00Z")
LARGE = "x" * 3000  # above the size at which payloads are stored as objects


def three_targets():
    """Return the document; every second payload is large, and instants repeat."""
    document = small_document()
    document["projects"].append({"id": 3, "tenant": "acme", "data_collection": 1})
    document["tasks"].append({"id": 8, "project": 3, "data": {"n": 8}, "created": CREATED[0]})
    document["assignments"] = [
        *(
            {
                "id": number,
                "task": 1 + number % 8,
                "user": 1 + 2 * (number % 2),
                "workshop": 50 + number % 2,
                "data": {"a": number, "pad": LARGE if number % 2 else ""},
                "created": CREATED[number % 3],
                "label_submitted": CREATED[number % 3] if number % 4 else None,
            }
            for number in ASSIGNMENTS
        ),
        {"id": 999, "task": 900, "user": 2, "data": {"secret": True}, "created": CREATED[0]},
    ]
    document["ground_truth_datasets"] = [
        {"id": 1, "tenant": "acme", "name": "golden", "project": 1},
        {"id": 2, "tenant": "acme", "name": "loose"},
        {"id": 9, "tenant": "globex", "name": "theirs", "project": 2},
    ]
    document["data_units"].append({"id": 90, "data_collection": 2, "files": {}})
    document["ground_truths"] = [
        *(
            {"id": number, "ground_truth_dataset": 1, "data_unit": number, "task": number if number % 2 else None}
            for number in GROUND_TRUTHS
        ),
        {"id": 8, "ground_truth_dataset": 2, "data_unit": 7},
        {"id": 9, "ground_truth_dataset": 9, "data_unit": 90},
    ]
    document["ground_truth_events"] = [
        *(
            {
                "pgh_id": 1000 - 10 * number + turn,  # falls where the ids of ground truths rise
                "ground_truth": number,
                "pgh_label": "update" if turn else "insert",
                "created": CREATED[(number + turn) % 3],
                "data": {"g": number, "turn": turn, "pad": LARGE if turn else ""},
                "category": ("train", "test")[number % 2],
                "classes": ["car", "bus"][: 1 + turn],
            }
            for number in GROUND_TRUTHS
            for turn in (0, 1)
        ),
        {"pgh_id": 2000, "ground_truth": 8, "data": {"g": 8}, "created": CREATED[0]},
        {"pgh_id": 3000, "ground_truth": 9, "data": {"secret": True}, "created": CREATED[0]},
    ]
    document["ground_truth_dataset_versions"] = [
        {"id": 11, "ground_truth_dataset": 1, "name": "v1", "events": [1000 - 10 * n for n in GROUND_TRUTHS]},
        {
            "id": 12,
            "ground_truth_dataset": 1,
            "name": "v2",
            "is_released": True,
            "events": [1000 - 10 * n + (n > 3) for n in GROUND_TRUTHS],
        },
        {"id": 13, "ground_truth_dataset": 1, "name": "empty", "events": []},
        {"id": 19, "ground_truth_dataset": 9, "name": "theirs", "events": [3000]},
    ]
    return document


DOCUMENT = three_targets()
VERSIONS = {row["id"]: row["events"] for row in DOCUMENT["ground_truth_dataset_versions"]}
OURS = {
    "task": [row["id"] for row in DOCUMENT["tasks"] if row["id"] != 900],
    "assignment": list(ASSIGNMENTS),
    "ground_truth": [row["pgh_id"] for row in DOCUMENT["ground_truth_events"] if row["pgh_id"] != 3000],
}
"""The keys of the first tenant's rows."""

THEIRS = {"task": 900, "assignment": 999, "ground_truth": 3000}
"""The key of the second tenant's one row."""


@dataclass(frozen=True)
class Paths:
    """Where a target is asked for."""

    v1: str
    v2: str
    bulk: str
    key: str
    keys: str


PATHS = {
    "task": Paths("/sdk/tasks/", "/v2/tasks/", "/v2/tasks/bulk-fetch/", "id", "ids"),
    "assignment": Paths("/sdk/assignments/", "/v2/assignments/", "/v2/assignments/bulk-fetch/", "id", "ids"),
    "ground_truth": Paths(
        "/sdk/ground_truth_events/",
        "/v2/ground-truth-events/",
        "/v2/ground-truth-events/bulk-data/",
        "pgh_id",
        "pgh_ids",
    ),
}
