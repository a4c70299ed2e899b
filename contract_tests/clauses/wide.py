"""One document of all three targets in which each filter key keeps some rows of twelve and drops others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_tests import strategies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.verify.outcome import Target

ROWS = range(1, 13)
RELATIONS = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")
MOMENTS = ("label_submitted", "last_labeled", "last_reviewed", "labeler_last_action_at", "reviewer_last_action_at")
DATASET = 5

WIDE: dict[str, Any] = {
    **strategies.SURROUNDINGS,
    "data_units": [
        {
            "id": 1,
            "data_collection": 1,
            "name": "u",
            "files": {"image_1": {"file_name_original": "고양이 (1).jpg", "content": 1}},
        },
        {"id": 2, "data_collection": 1, "name": "empty", "files": {}},
    ],
    "tasks": [
        {
            "id": number,
            "project": strategies.MAIN_PROJECT,
            "data_unit": 1 if number % 2 else None,
            "data": {"number": number},
            "created": strategies.INSTANTS[number % 4],
            "is_discarded": number % 3 == 0,
            "status_label": strategies.STATUSES[number % 4],
            "status_review": strategies.STATUSES[number // 2 % 4],
            "schema": "dm_schema_v1" if number % 5 == 0 else "any",
            "has_reached_max_assignments": number % 4 == 1,
            **{relation: [(number + place) % 4 + 1] for place, relation in enumerate(RELATIONS)},
        }
        for number in ROWS
    ],
    "assignments": [
        {
            "id": number,
            "task": number % 4 + 2,
            "user": number % 3 + 1,
            "data": {"assignment": number},
            "created": strategies.INSTANTS[number % 4],
            "is_discarded": number % 3 == 0,
            "is_discard_confirmed": number % 6 == 0,
            "is_confirmed": number % 5 == 0,
            "status_label": strategies.STATUSES[number % 4],
            "status_review": strategies.STATUSES[number // 2 % 4],
            "workshop": None if number % 4 == 0 else number % 4,
            "reviewers": [number % 4 + 1],
            "groups": [number // 2 % 4 + 1],
            "stages": [number // 3 % 4 + 1],
            "tags": [number // 4 % 4 + 1],
            **{
                name: None if (number + place) % 5 == 0 else strategies.INSTANTS[(number + place) % 4]
                for place, name in enumerate(MOMENTS)
            },
        }
        for number in ROWS
    ],
    "ground_truth_datasets": [
        {"id": DATASET, "tenant": strategies.MAIN_TENANT, "name": "truth", "project": strategies.MAIN_PROJECT}
    ],
    "ground_truths": [
        {
            "id": number,
            "ground_truth_dataset": DATASET,
            "data_unit": number % 2 + 1,
            "task": number + 6 if number % 2 else None,
        }
        for number in range(1, 7)
    ],
    "ground_truth_events": [
        {
            "pgh_id": number,
            "ground_truth": (number + 1) // 2,  # two events each, in different versions
            "pgh_label": "insert" if number % 2 else "update",
            "created": strategies.INSTANTS[number % 4],
            "data": {"event": number},
            "category": ("train", "validation", "test", "")[number % 4],
            "classes": [["a"], ["a", "b"], []][number % 3],
        }
        for number in ROWS
    ],
    "ground_truth_dataset_versions": [
        {"id": 51, "ground_truth_dataset": DATASET, "events": [number for number in ROWS if number % 2]},
        {
            "id": 52,
            "ground_truth_dataset": DATASET,
            "events": [1, 3, *(number for number in ROWS[4:] if not number % 2)],
        },
        {"id": 53, "ground_truth_dataset": DATASET, "events": [2, 4]},
    ],
}

CONFINES: Mapping[Target, dict[str, Any]] = {
    "task": {"project": strategies.MAIN_PROJECT},
    "assignment": {"project": strategies.MAIN_PROJECT},
    "ground_truth": {"ground_truth_dataset_versions": [51, 52, 53]},
}
"""What each target is confined to: all twelve rows."""

_IDS: Mapping[str, Any] = {
    "id": 7,
    "id__in": "2, 3,\t99",
    "id__gt": 9,
    "id__gte": 9,
    "id__lt": 4,
    "id__lte": 4,
}
_COMMON: Mapping[str, Any] = {"ids": "1-3,7", "ids_ex": [1, 2, 3, 4, 5], "search": "고양이"}


def _bounds(name: str) -> dict[str, str]:
    return {
        f"{name}__gt": strategies.INSTANTS[0],
        f"{name}__gte": strategies.INSTANTS[1],
        f"{name}__lt": strategies.INSTANTS[1],
        f"{name}__lte": "2026-01-15T23:59:59",
    }


ONE_OF_EACH: Mapping[Target, Mapping[str, Any]] = {
    "task": {
        **_COMMON,
        **_IDS,
        "project": strategies.MAIN_PROJECT,
        "is_discarded": False,
        "discarded_filter": "discarded",
        "schema": "dm_schema_v1",
        "has_assignment": True,
        "has_reached_max_assignments": True,
        "status_label": "completed",
        "status_review": ["in_progress", "skipped"],
        "assignments": [1, 2, 6],
        "assignments__is_discarded": True,
        "labelers": "1, 2",
        "reviewers": 3,
        "groups": [4],
        "stages": "1",
        "workshops": "2",
        "tags": "3,4",
        **_bounds("created"),
    },
    "assignment": {
        **_COMMON,
        **_IDS,
        "project": strategies.MAIN_PROJECT,
        "workshop": 2,
        "tasks": "2,\t3",
        "users": [3],
        "reviewers": "1, 2",
        "groups": 3,
        "stages": [4],
        "tags": "2",
        "task_tags": "3",
        "status_label": ["completed", "skipped"],
        "status_review": "in_progress",
        "is_discarded": False,
        "is_discard_confirmed": "true",
        "is_confirmed": 1,
        **{key: value for name in ("created", *MOMENTS) for key, value in _bounds(name).items()},
    },
    "ground_truth": {
        **_COMMON,
        "ground_truth": "2, 3",
        "ground_truth_dataset_version": 52,
        "ground_truth_dataset_versions": "51, 53",
        "category": "test",
        "categories": "validation, train",
        "classes": "b",
        "task": [7, 9],
    },
}
"""A value of each filter key."""


def scope_with(target: Target, key: str) -> dict[str, Any]:
    """Return what confines a target together with one filter key; a key that confines stands alone.

    Args:
        target: What is exported.
        key: One of ``ONE_OF_EACH``.
    """
    value = ONE_OF_EACH[target][key]
    if target == "ground_truth" and key.startswith("ground_truth_dataset"):
        return {key: value}
    return {**CONFINES[target], key: value}
