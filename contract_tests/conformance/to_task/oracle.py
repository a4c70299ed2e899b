"""What tasks must hold after a run, computed from the seed document alone, as simply as can be.

It knows neither the client nor the fake: which tasks a filter selects is the export oracle's answer, what a task lacks
can be read in the document, and what a picture shows is the model's own function of its bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from contract_tests.conformance.to_task.document import ANNOTATIONS, IMAGE
from contract_tests.oracle import expected_rows
from contract_tests.oracle.artefacts import file_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

type End = Literal["stored", "refused", "broken file", "empty", "failed call", "lacking"]


@dataclass(frozen=True)
class Attempt:
    """What becomes of one task.

    Args:
        task: Its id.
        end: How it ends.
        data: What would be stored; ``None`` when it does not get that far.
        reason: What it lacks, in the client's words; blank when it lacks nothing.
        files: How many its data unit has; ``None`` without a data unit.
    """

    task: int
    end: End
    data: Any = None
    reason: str = ""
    files: int | None = None


def by_file(document: Mapping[str, Any], scope: Mapping[str, object], *, checks_schema: bool) -> list[Attempt]:
    """Return what becomes of each task that a filter selects, when annotations come from files.

    Args:
        document: What the backend was seeded with.
        scope: The filter as the backend applies it.
        checks_schema: Whether data are held against the task's schema.
    """

    def made(files: Mapping[str, Any], _: int) -> tuple[End, Any, str]:
        if ANNOTATIONS not in files:
            return "lacking", None, "Target specification file not found for task"
        try:
            return "stored", json.loads(file_bytes(files[ANNOTATIONS])), ""
        except ValueError:
            return "broken file", None, ""

    return list(_attempts(document, scope, made, checks_schema=checks_schema))


def by_inference(
    document: Mapping[str, Any],
    scope: Mapping[str, object],
    answers: Callable[[bytes], Any],
) -> list[Attempt]:
    """Return what becomes of each task that a filter selects, when annotations come from a model.

    Calls are numbered in the order of the tasks, the highest id first; which of them go wrong is read in the release.

    Args:
        document: What the backend was seeded with.
        scope: The filter as the backend applies it.
        answers: What the model says of a picture.
    """
    release = document["plugin_releases"][0]

    def made(files: Mapping[str, Any], number: int) -> tuple[End, Any, str]:
        if _names(release.get("failed_calls", []), number):
            return "failed call", None, ""
        if _names(release.get("empty_calls", []), number):
            return "empty", None, ""
        return "stored", answers(file_bytes(files[IMAGE])), ""

    return list(_attempts(document, scope, made, checks_schema=True))


def _attempts(
    document: Mapping[str, Any],
    scope: Mapping[str, object],
    made: Callable[[Mapping[str, Any], int], tuple[End, Any, str]],
    *,
    checks_schema: bool,
) -> Iterator[Attempt]:
    tasks = {task["id"]: task for task in document["tasks"]}
    units = {unit["id"]: unit for unit in document["data_units"]}
    number = 0
    for key in expected_rows(document, scope):
        task = tasks[key]
        if task["data_unit"] is None:
            yield Attempt(key, "lacking", reason="Task does not have a data unit")
            continue
        files = units[task["data_unit"]]["files"]
        if not files:
            yield Attempt(key, "lacking", reason="Data unit does not have files", files=0)
            continue
        if not any(file.get("is_primary") for file in files.values()):
            yield Attempt(key, "lacking", reason="Primary file URL not found for task", files=len(files))
            continue
        number += 1
        end, data, reason = made(files, number)
        is_free = task.get("schema", "any") == "any" or not checks_schema
        if end == "stored" and not is_free and not _is_dm_schema(data):
            end = "refused"
        yield Attempt(key, end, data, reason, len(files))


def _is_dm_schema(data: object) -> bool:
    """Return whether data can be DM Schema V1: it has both of the keys that it must have."""
    return isinstance(data, dict) and {"annotations", "annotationsData"} <= data.keys()


def _names(calls: object, number: int) -> bool:
    return calls == "all" or (isinstance(calls, list) and number in calls)
