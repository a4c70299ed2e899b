"""What a task's annotation file says, read from the seed document alone (to_task guide, Expected JSON Structure)."""

from __future__ import annotations

import base64
import json
import math
from typing import TYPE_CHECKING, Any, NoReturn, cast

from contract_tests.oracle.fates import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import FileRow, SeedDocument, TaskRow


def fate_of_file(document: Mapping[str, object], task: int, specification: str, *, max_bytes: int) -> Fate:
    """Return what a task's file of a specification would make of it if nothing went wrong on the way.

    Args:
        document: A seed document.
        task: Id of a task in it.
        specification: Name of the file specification.
        max_bytes: The largest file that is taken.
    """
    rows = cast("SeedDocument", document)
    row = next(one for one in rows["tasks"] if one["id"] == task)
    missing, files = files_of(document, row)
    if missing:
        return Fate(reason=missing, has_file=False)
    if specification not in files:
        return Fate(reason="Target specification file not found for task", has_file=False)
    content = _bytes_of(files[specification])
    if len(content) > max_bytes:
        return Fate(reason="Failed to download JSON from URL")
    try:
        data = json.loads(content, parse_constant=_no_json)
    except ValueError:
        return Fate(reason="Invalid JSON format in annotation file")
    return Fate(data=data) if is_documented(data) else Fate(reason="Invalid JSON format in annotation file")


def files_of(document: Mapping[str, object], task: TaskRow) -> tuple[str, Mapping[str, FileRow]]:
    """Return why a task shows no files, blank when it does, and its files by specification."""
    rows = cast("SeedDocument", document)
    unit = task.get("data_unit")
    if unit is None:
        return "Task does not have a data unit", {}
    files = next(one.get("files", {}) for one in rows["data_units"] if one["id"] == unit)
    return ("" if files else "Data unit does not have files"), files


def is_documented(data: object) -> bool:
    """Return whether a JSON value has the structure that the guide documents for annotations."""
    if not isinstance(data, dict) or not isinstance(data.get("objects"), list):
        return False
    objects: list[Any] = data["objects"]
    if not all(isinstance(item, dict) and _is_object(item) for item in objects):
        return False
    return len({item["id"] for item in objects}) == len(objects)


def _is_object(item: Mapping[str, Any]) -> bool:
    where, more = item.get("coordinates"), item.get("properties", {})
    return (
        _is_text(item.get("id"))
        and _is_text(item.get("type"))
        and _is_number(item.get("class_id"))
        and isinstance(item["class_id"], int)
        and isinstance(where, dict)
        and all(_is_number(where.get(key)) for key in ("x", "y", "width", "height"))
        and min(where["width"], where["height"]) >= 0
        and isinstance(more, dict)
        and _is_number(more.get("confidence", 1))
        and 0 <= more.get("confidence", 1) <= 1
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.strip() != ""


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _bytes_of(file: FileRow) -> bytes:
    if "content_base64" in file:
        return base64.b64decode(file["content_base64"])
    return json.dumps(file["content"], ensure_ascii=False, separators=(",", ":")).encode()


def _no_json(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
