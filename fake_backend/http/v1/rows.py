"""Rows of the first API's lists (contract.md 3.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.http.wire import DATA, FILES, UNIT, Field, Shape, column, columns, instant, instants

if TYPE_CHECKING:
    from fake_backend.http.wire import Around, Row


def _related(relation: str) -> Field:
    return Field((), lambda row, around: around.relations.get(row["key"], {}).get(relation, []))


def _chosen_file(row: Row, around: Around) -> dict[str, Any] | None:
    """Return the one file that an assignment shows: the first primary one, else the first (contract.md 2.5)."""
    files = list(around.files.get(row["data_unit_id"], {}).values())
    return next((file for file in files if file["is_primary"]), files[0] if files else None)


TASK = Shape(
    {
        "id": column("id"),
        "project": column("project_id"),
        "data_unit": column("data_unit_id"),
        **columns("is_discarded", "has_data"),
        "created": instant("created"),
        "data": DATA,
        **columns("status_label", "status_review", "schema", "has_reached_max_assignments"),
    },
    expandable={
        "data_unit": UNIT,
        "assignment": _related("assignments"),  # these two are shown only when asked for (SYN-7406)
        "workshop": _related("workshops"),
    },
)

ASSIGNMENT = Shape(
    {
        "id": column("id"),
        "project": column("project_id"),
        "task": column("task_id"),
        "user": column("user_id"),
        "workshop": column("workshop_id"),
        "data": DATA,
        "file": Field(("data_unit_id",), _chosen_file),
        "data_unit": column("data_unit_id"),
        **columns("is_discarded", "is_discard_confirmed", "is_confirmed", "status_label", "status_review"),
        **instants(
            "created",
            "label_submitted",
            "last_labeled",
            "last_reviewed",
            "labeler_last_action_at",
            "reviewer_last_action_at",
        ),
    },
    expandable={"data_unit": UNIT},
)

GROUND_TRUTH_EVENT = Shape(
    {
        "id": column("ground_truth_id"),  # not unique: a ground truth has many events
        "pgh_id": column("pgh_id"),
        "pgh_obj_id": column("ground_truth_id"),
        "pgh_label": column("pgh_label"),
        "pgh_created_at": instant("created"),
        "created": instant("created"),
        "ground_truth_dataset": column("ground_truth_dataset_id"),
        "task": column("task_id"),
        "category": column("category"),
        "classes": Field((), lambda row, around: around.classes.get(row["key"], [])),
        "data": DATA,
        "files": FILES,
        "data_unit": UNIT,  # in full without being asked: both published clients read its files with expand=data (3.2)
    },
)

ID_AND_DATA = Shape({"id": column("id"), "data": DATA})
"""Of tasks and of assignments, where the path says ``data``: the client's own words are "only id and data fields"."""

EVENT_ID_AND_DATA = Shape({"id": column("ground_truth_id"), "data": DATA})
