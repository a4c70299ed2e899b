"""Rows of the second API: slim in lists, with payload in bulk answers (OpenAPI; contract.md 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.http.wire import DATA, Field, Shape, column, columns, instant

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.http.wire import Around, Row

CONTENT_TYPE = "application/json"


def _manifest(row: Row, around: Around) -> dict[str, Any] | None:
    """Return ``files_manifest``: null, as the real backend leaves it, unless the world's settings fill it."""
    if not around.world.settings.bulk_files_manifest:
        return None
    return around.files.get(row["data_unit_id"])


def _urls(row: Row, around: Around) -> dict[str, Any]:
    """Return the files of an event as the second API shows them: neither name nor flag (contract.md 6)."""
    files = around.files.get(row["data_unit_id"], {})  # every event here has a data unit, if perhaps an empty one
    return {name: {"url": file["url"], "meta": {}} for name, file in files.items()}


def _of_payload(name: str) -> Field:
    return Field(("has_data", name), lambda row, _: row[name] if row["has_data"] else None)


MANIFEST = Field(("data_unit_id",), _manifest)

TASK = Shape({**columns("id", "project_id", "data_unit_id", "is_discarded", "has_data"), "created": instant("created")})

ASSIGNMENT = Shape(
    {
        **columns("id", "user_id", "task_id", "project_id"),
        **columns("status_label", "status_review", "is_confirmed", "is_discarded"),
        "created": instant("created"),
    }
)


def _first(relation: str, around_of: Callable[[Around], Mapping[int, Mapping[str, list[int]]]]) -> Field:
    """Return a field that is one of the ids related to a row, the lowest; null where there is none."""
    return Field((), lambda row, around: next(iter(around_of(around).get(row["key"], {}).get(relation, ())), None))


TASK_DETAIL = Shape(
    {
        **columns("id", "project_id", "data_unit_id"),
        "workshop_id": _first("workshops", lambda around: around.relations),
        "meta": Field((), lambda *_: {}),  # no seed says anything of a task's
        "data": DATA,
        "schema": column("schema"),
        **columns("is_discarded", "has_data"),
        "created": instant("created"),
    }
)

ASSIGNMENT_DETAIL = Shape(
    {
        **columns("id", "user_id", "task_id"),
        "reviewer_id": _first("reviewers", lambda around: around.assignment_relations),
        **columns("status_label", "status_review", "is_confirmed", "is_discarded"),
        "data": DATA,
        "tags": Field((), lambda row, around: around.assignment_relations.get(row["key"], {}).get("tags", [])),
        "created": instant("created"),
    }
)

GROUND_TRUTH_EVENT = Shape(
    {
        "id": column("ground_truth_id"),
        "pgh_id": column("pgh_id"),
        "pgh_obj_id": column("ground_truth_id"),
        **columns("pgh_label", "data_unit_id", "ground_truth_dataset_id"),
        "data_size": _of_payload("payload_size"),
        "data_digest": _of_payload("payload_digest"),
        "data_content_type": Field(("has_data",), lambda row, _: CONTENT_TYPE if row["has_data"] else None),
    }
)

DATASET = Shape(columns("id", "name"))

BULK = Shape({**columns("id", "project_id", "data_unit_id"), "data": DATA, "files_manifest": MANIFEST})
"""Of tasks and of assignments."""

BULK_EVENT = Shape(
    {
        **GROUND_TRUTH_EVENT.fields,
        "data": DATA,
        "files": Field(("data_unit_id",), _urls),
        "files_manifest": MANIFEST,
    }
)
