"""Seed documents of the cases that export."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fake_backend.demo import many_tasks

if TYPE_CHECKING:
    from pathlib import Path

DISK = 3  # the file_system storage of many_tasks, tenant acme
JOB = "11111111-1111-1111-1111-111111111111"  # its job
PAYLOAD = 2_048  # bytes of a transcript's JSON: over the 2,000 from which the backend stores an object
_WORDS = "the annotator heard a speaker say that nothing is lost on the way "


def transcripts(count: int) -> dict[str, Any]:
    """Return a document of tasks whose payload is one text of 2 kB in a list, with unique file names.

    JSON of this form has no place for a blank, so every client writes the same bytes, however it spaces JSON.

    Args:
        count: Number of tasks.
    """
    document = many_tasks(count)
    tasks = [{**task, "data": [_transcript(task["id"])]} for task in document["tasks"]]
    return {**document, "tasks": tasks}


def _transcript(number: int) -> str:
    text = f"{number} "
    room = PAYLOAD - len('[""]')
    return (text + _WORDS * (room // len(_WORDS) + 1))[:room]


def seeded(document: dict[str, Any], folder: Path) -> Path:
    """Write a seed document whose disk is ``<folder>/disk``, and return its path.

    Args:
        document: A document of ``many_tasks``.
        folder: An existing directory.
    """
    disk = folder / "disk"
    disk.mkdir()
    storages = [
        {**row, "configuration": {"location": str(disk)}} if row["id"] == DISK else row for row in document["storages"]
    ]
    path = folder / "seed.json"
    path.write_text(json.dumps({**document, "storages": storages}), encoding="utf-8")
    return path
