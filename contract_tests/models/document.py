"""What the backend is seeded with: rows with and without everything, in every state, more of each than a page holds."""

from __future__ import annotations

from itertools import product
from typing import Any, Final

CREATED: Final = "2026-01-20T09:00:00.250000Z"
LABELS: Final = ("stand_by", "in_progress", "completed", "skipped")
REVIEWS: Final = ("stand_by", "in_progress", "completed", "rejected", "skipped")
JOB_STATUSES: Final = ("PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED")
LARGE: Final = "도로 " * 1_500  # so that a payload lies in an object
JOB: Final = "11111111-1111-4111-8111-1111111111{:02d}"


def document() -> dict[str, Any]:
    """Return the document.

    Project 1 has a task and an assignment in each pair of states, every third payload null and every third in an
    object. Task 51 of project 2 has neither data unit nor workshop, assignment 151 no reviewer; dataset 22 has no
    project. What the other tenant has must never be seen.
    """
    pairs = list(enumerate(product(LABELS, REVIEWS), 1))
    files = {
        "meta": {"file_name_original": "meta.json", "content": {"of": "a unit"}},
        "image": {"file_name_original": "shot-도.png", "is_primary": True, "content": "a picture"},
    }
    return {
        "tenants": [{"code": "acme", "name": "Acme"}, {"code": "globex"}],
        "users": [
            {"id": 1, "tenant": "acme", "email": "one@acme.example", "name": "One"},
            {"id": 2, "tenant": "acme"},
            {"id": 9, "tenant": "globex"},
        ],
        "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
        "storages": [
            {"id": 3, "tenant": "acme", "name": "disk", "provider": "file_system", "is_default": True},
            {"id": 4, "tenant": "acme", "name": "bucket", "category": "external", "provider": "amazon_s3"},
        ],
        "data_collections": [
            *({"id": number, "tenant": "acme", "name": f"collection {number}"} for number in range(1, 6)),
            {"id": 9, "tenant": "globex"},
        ],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "meta", "file_type": "data"},
            {"id": 2, "data_collection": 1, "name": "image", "file_type": "image", "is_primary": True},
        ],
        "projects": [
            {"id": 1, "tenant": "acme", "data_collection": 1, "title": "signs", "configuration": {"deep": {"er": [1]}}},
            {"id": 2, "tenant": "acme", "title": "bare"},
            {"id": 9, "tenant": "globex", "data_collection": 9},
        ],
        "data_units": [
            {"id": 1, "data_collection": 1, "name": "first", "width": 4, "height": 3, "meta": {"k": 1}, "files": files},
            *({"id": number, "data_collection": 1, "files": {}} for number in range(2, 6)),
            {"id": 9, "data_collection": 9, "files": {}},
        ],
        "tasks": [
            *(_task(number, label, review) for number, (label, review) in pairs),
            {"id": 51, "project": 2, "created": CREATED},
            {"id": 91, "project": 9, "data_unit": 9, "created": CREATED},
        ],
        "assignments": [
            *(_assignment(number, label, review) for number, (label, review) in pairs),
            {"id": 151, "task": 51, "user": 2, "created": CREATED},
            {"id": 191, "task": 91, "user": 9, "created": CREATED},
        ],
        "ground_truth_datasets": [
            *({"id": number, "tenant": "acme", "name": f"set {number}", "project": 1} for number in (21, 23, 24, 25)),
            {"id": 22, "tenant": "acme", "name": "of no project"},
            {"id": 29, "tenant": "globex", "name": "theirs"},
        ],
        "ground_truth_dataset_versions": [
            {
                "id": 31,
                "ground_truth_dataset": 21,
                "name": "v1",
                "is_released": True,
                "events": list(range(1001, 1006)),
            },
            *({"id": number, "ground_truth_dataset": 21, "name": f"v{number}"} for number in (32, 33)),
            {"id": 39, "ground_truth_dataset": 29, "events": [1009]},
        ],
        "ground_truths": [
            *({"id": 300 + number, "ground_truth_dataset": 21, "data_unit": number} for number in range(1, 6)),
            {"id": 309, "ground_truth_dataset": 29, "data_unit": 9},
        ],
        "ground_truth_events": [
            *(
                {
                    "pgh_id": 1000 + number,
                    "ground_truth": 300 + number,
                    "pgh_label": "update" if number % 2 else "insert",
                    "data": _payload(number),
                    "category": "train",
                    "classes": ["sign", "표지"],
                    "created": CREATED,
                }
                for number in range(1, 6)
            ),
            {"pgh_id": 1009, "ground_truth": 309, "created": CREATED},
        ],
        "agents": [
            {"id": 5, "tenant": "acme", "name": "plain", "token": "a" * 40},
            {"id": 6, "tenant": "acme", "name": "scripted", "token": "b" * 40, "token_in_script": True},
            {"id": 8, "tenant": "acme", "name": "away", "has_address": False, "failure": "down", "token": "c" * 40},
        ],
        "plugin_releases": [
            {"id": 7, "tenant": "acme", "code": "detector", "version": "1.0.0", "config": {"code": "detector"}},
            {"id": 8, "tenant": "acme", "code": "detector", "version": "1.1.0"},
            {"id": 9, "tenant": "globex", "code": "detector"},
        ],
        "serve_applications": [{"id": 1, "plugin_release": 7, "agent": 5, "status": "RUNNING"}],
        "jobs": [
            *(
                {"id": JOB.format(n), "tenant": "acme", "status": status, "action": "export", "plugin_release": 7}
                for n, status in enumerate(JOB_STATUSES, 1)
            ),
            {"id": JOB.format(60), "tenant": "acme"},
            {"id": JOB.format(90), "tenant": "globex"},
        ],
    }


def _payload(number: int) -> dict[str, Any] | None:
    if number % 3 == 0:
        return None
    return {"row": number, "표": 1.5e-7, "note": LARGE if number % 3 == 1 else None, "nested": [{}, [], "", False]}


def _task(number: int, label: str, review: str) -> dict[str, Any]:
    return {
        "id": number,
        "project": 1,
        "data_unit": number % 5 + 1,
        "data": _payload(number),
        "created": CREATED,
        "status_label": label,
        "status_review": review,
        "schema": "any" if number > 2 else "dm_schema_v1",
        "is_discarded": number == 4,
        "labelers": [2],
        "workshops": [600 + number, 700],
        "tags": [5],
    }


def _assignment(number: int, label: str, review: str) -> dict[str, Any]:
    worked = {"label_submitted": CREATED, "last_labeled": CREATED} if label == "completed" else {}
    return {
        "id": 100 + number,
        "task": number,
        "user": 1 + number % 2,
        "workshop": 600 + number,
        "reviewers": [2, 1],
        "tags": [8, 5],
        "data": _payload(number),
        "created": CREATED,
        "status_label": label,
        "status_review": review,
        "is_confirmed": number == 19,
        **worked,
    }
