"""Files of data units as the first API shows them: by specification, or as a list where the path says ``files``.

The two forms are the real backend's (incidents.md 5, SYN-7255); clients have to take either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.http.wire import Field, Shape, column

if TYPE_CHECKING:
    from fake_backend.http.wire import Around, Row

type Files = dict[str, dict[str, Any]]


def as_list(files: Files) -> list[dict[str, Any]]:
    """Return files with their specification within them, in the stored order."""
    return [{"specification": name, **file} for name, file in files.items()]


def in_form(files: Files, form: str) -> Files | list[dict[str, Any]]:
    """Return files in the form that the world's settings name: ``dict`` or ``list``."""
    return as_list(files) if form == "list" else files


def _unit(row: Row, around: Around) -> dict[str, Any] | None:
    """Return a task's data unit in full, its files in the form, or left out, as the world's settings say."""
    unit = around.units.get(row["data_unit_id"])
    if unit is None:
        return None
    settings = around.world.settings
    files = in_form(unit["files"], settings.unit_files) if settings.task_unit_files else {}
    return {**unit, "files": files}


UNIT_OF_TASK = Field(("data_unit_id",), _unit)
"""The data unit of a task that is asked for by its id."""

_LISTED = Field(("data_unit_id",), lambda row, around: as_list(around.files.get(row["data_unit_id"], {})))

TASK_FILES = Shape({"id": column("id"), "data_unit": column("data_unit_id"), "files": _LISTED})
"""Of tasks and of assignments."""

EVENT_FILES = Shape(
    {
        "id": column("ground_truth_id"),
        "pgh_id": column("pgh_id"),
        "data_unit": column("data_unit_id"),
        "files": _LISTED,
    }
)
