"""What a run of to_task must come to: its counts, and the rows that change.

Source: to_task guide, and the project's reading of it: *annotated already* is a task that holds exactly what would be
written, or whose status is not ``stand_by``; such tasks are no part of ``total``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from contract_tests.oracle.selection import expected_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import Json, SeedDocument, TaskRow
    from contract_tests.oracle.fates import Fate

WIRE_KEYS = {
    "status": "status_label",
    "status__in": "status_label",
    "created_at__gte": "created__gte",
    "created_at__lte": "created__lte",
}
"""The guide's filter keys whose meaning a list key of another name has."""


@dataclass(frozen=True)
class Annotated:
    """What one run leaves behind.

    Args:
        counts: ``status``, ``total``, ``success``, ``failed``, ``stand_by`` and ``skipped_existing``.
        rows: Task to the data that it holds afterwards; it is ``completed`` then. All other rows are as they were.
        failures: Task to how the line about it begins after ``[Task 1] Failed: ``.
    """

    counts: Mapping[str, str | int]
    rows: Mapping[int, Json] = field(default_factory=dict)
    failures: Mapping[int, str] = field(default_factory=dict)


def selected_tasks(document: Mapping[str, object], project: int, task_filters: Mapping[str, Any]) -> list[int]:
    """Return the tasks that a run is about, in the order of their turns: ascending by id.

    Args:
        document: A seed document.
        project: The run's project.
        task_filters: Keys of the guide, or of the list of tasks, without contradictions.
    """
    rows = cast("SeedDocument", document)
    left = dict(task_filters)
    limit, collection = left.pop("limit", None), left.pop("data_collection", None)
    if collection is not None:
        shown: Any = next(one for one in rows["projects"] if one["id"] == project)
        if shown.get("data_collection") != collection:
            return []
    found = set(expected_rows(document, {"project": project}))
    for key, value in left.items():
        if key == "assignee":
            scope = {"has_assignment": False} if value is None else {"labelers": value}
        elif key in {"status", "status__in"}:
            words = [value] if isinstance(value, str) else value
            scope = {"status_label": ["stand_by" if word == "pending" else word for word in words]}
        else:
            scope = {WIRE_KEYS.get(key, key): value}
        found &= set(expected_rows(document, scope))
    return sorted(found)[: None if limit is None else int(limit)]


def expected_annotating(
    document: Mapping[str, object],
    fates: Mapping[int, Fate],
    *,
    project: int,
    task_filters: Mapping[str, Any],
    overwrite: bool = False,
    schema: str = "dm_schema_v1",
) -> Annotated | None:
    """Return what a run comes to; ``None`` where no task matches, which ends it before anything is written.

    Args:
        document: A seed document.
        fates: What comes of each task of the project at its turn.
        project: The run's project.
        task_filters: The run's filters.
        overwrite: Whether tasks are written that are annotated already.
        schema: ``any`` asks the backend not to check.
    """
    turns = selected_tasks(document, project, task_filters)
    if not turns:
        return None
    held = {row["id"]: row for row in cast("SeedDocument", document)["tasks"]}
    skipped = 0
    rows: dict[int, Json] = {}
    failures: dict[int, str] = {}
    success = 0
    for number in turns:
        row, fate = held[number], fates[number]
        if row.get("status_label", "stand_by") != "stand_by" and not overwrite:
            skipped += 1
        elif fate.reason is not None:
            failures[number] = fate.reason
        elif not overwrite and is_same(row.get("data"), fate.data):
            skipped += 1
        elif fate.is_looked_up and _is_done(row, fate.data):
            success += 1
            rows[number] = fate.data
        elif fate.refusal is not None:
            failures[number] = fate.refusal
            if fate.stands and not _is_refused(row, fate.data, schema):
                rows[number] = fate.data
        elif _is_refused(row, fate.data, schema):
            failures[number] = "the backend refused the annotations: 400 data"
        else:
            success += 1
            rows[number] = fate.data
    counts: dict[str, str | int] = {
        "status": "FAILED" if failures and not success else "SUCCEEDED",
        "total": success + len(failures),
        "success": success,
        "failed": len(failures),
        "stand_by": 0,
        "skipped_existing": skipped,
    }
    return Annotated(counts, rows, failures)


def after(document: Mapping[str, object], annotated: Annotated | None) -> dict[str, Any]:
    """Return the document that tells the world after a run."""
    changed = annotated.rows if annotated else {}
    told = cast("dict[str, Any]", dict(document))
    told["tasks"] = [
        row | {"data": changed[row["id"]], "status_label": "completed"} if row["id"] in changed else row
        for row in told["tasks"]
    ]
    return told


def is_same(one: Json, other: Json) -> bool:
    """Return whether two JSON values are the same; 1 and 1.0 are one number, ``true`` is none."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, int | float) and isinstance(other, int | float):
        return one == other
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(is_same(*pair) for pair in zip(one, other, strict=True))
    return one == other


def _is_done(row: TaskRow, data: Json) -> bool:
    """Return whether a row is already what a write would make of it."""
    return row.get("status_label") == "completed" and is_same(row.get("data"), data)


def _is_refused(row: TaskRow, data: Json, schema: str) -> bool:
    """Return whether the backend refuses annotations of the guide's structure, as far as DM Schema V1 goes there."""
    checked = schema != "any" and row.get("schema", "any") == "dm_schema_v1"
    return checked and not (isinstance(data, dict) and {"annotations", "annotationsData"} <= set(data))
