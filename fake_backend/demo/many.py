"""A document of many small tasks, for runs whose subject is their number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fake_backend.demo.payloads import CLASSES
from fake_backend.demo.tenancy import tenancy

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
TINY = "b2sK"  # "ok" and a newline


def many_tasks(count: int, *, files: bool = True, first: int = 1) -> dict[str, Any]:
    """Return a seed document with ``count`` tasks in project 1 of tenant ``acme``, with consecutive ids.

    Args:
        count: Number of tasks; payloads are some 100 bytes, ten tasks share a ``created``.
        files: Whether each task has a data unit whose file ``row-<id>.txt`` holds three bytes.
        first: The lowest id; a large world is seeded document by document.
    """
    numbers = range(first, first + count)
    return {
        **tenancy(),
        "data_collections": [{"id": 1, "tenant": "acme", "name": "Many"}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "text_1", "file_type": "text", "is_primary": True}
        ],
        "projects": [{"id": 1, "tenant": "acme", "title": "Many", "data_collection": 1, "configuration": {}}],
        "data_units": [_data_unit(number) for number in numbers] if files else [],
        "tasks": [_task(number, files=files) for number in numbers],
    }


def _data_unit(number: int) -> dict[str, Any]:
    file = {"file_name_original": f"row-{number:05d}.txt", "is_primary": True, "content_base64": TINY}
    return {"id": number, "data_collection": 1, "name": f"row-{number:05d}", "files": {"text_1": file}}


def _task(number: int, *, files: bool) -> dict[str, Any]:
    box = [number % 97, number % 61, 16, 12]
    label = CLASSES[number % len(CLASSES)].label
    return {
        "id": number,
        "project": 1,
        "data_unit": number if files else None,
        "data": {"annotations": [{"id": "ann_001", "category": label, "bbox": box, "area": 192}]},
        "created": (FIRST + timedelta(seconds=number // 10)).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
