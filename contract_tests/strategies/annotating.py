"""Worlds for to_task: tasks with files and pictures of every kind, and trouble on the way to each of them."""

from __future__ import annotations

import base64
import reprlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.oracle import FINAL, Fate, Prediction, Trouble, fate_of_prediction, selected_tasks, troubled
from contract_tests.strategies import values
from contract_tests.strategies.detections import (
    AGENT,
    MAX_BYTES,
    NO_JSON,
    RELEASE,
    ROOM,
    SPECIFICATION,
    THRESHOLD,
    WRONG,
    detections,
    files,
)
from contract_tests.strategies.surroundings import FOREIGN_TASK, INSTANTS, MAIN_PROJECT, STATUSES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import DrawFn, SearchStrategy

    from contract_tests.oracle.fates import Phase

_SHORT = reprlib.Repr(maxlevel=12, maxdict=20, maxlist=20, maxstring=60)


@dataclass(frozen=True, repr=False)
class Job:
    """A run of to_task, the world before it, and what happens on the way.

    Args:
        document: The world.
        params: Of the run.
        troubles: Task to what happens to its requests.
        predictions: Task to what the model says of its picture; how long that takes is the world's affair.
    """

    document: dict[str, Any]
    params: dict[str, Any]
    troubles: Mapping[int, Trouble] = field(default_factory=dict)
    predictions: Mapping[int, Prediction] = field(default_factory=dict)

    def __repr__(self) -> str:
        own = {name: self.document[name] for name in ("tasks", "data_units", "assignments", "plugin_releases")}
        shown = {"params": self.params, "troubles": self.troubles, "predictions": self.predictions, **own}
        return f"<Job {_SHORT.repr(shown)}>"


@st.composite
def troubles(draw: DrawFn, method: str) -> Trouble | None:
    """Return what happens to the requests of one task: mostly nothing."""
    own: Phase = "file" if method == "file" else "inference"
    phases: list[Phase | None] = [None, None, None, "task", own, "write", "write", "answer", "look-up"]
    phase = draw(st.sampled_from(phases))
    if phase is None:
        return None
    passing: dict[str, list[Any]] = {
        "task": [503, "silence", "reset"],
        "file": [500, 503, "silence", "reset", "cut"],
        "inference": [502, 503, 504, "silence", "reset"],
        "write": [500, 503, "silence", "reset"],
    }
    kinds = [*passing[phase], *sorted(FINAL[phase], key=str)] if phase in passing else ["silence", "reset", 502, 504]
    kind = draw(st.sampled_from(kinds))
    if phase in passing and kind in FINAL[phase]:
        return Trouble(phase, kind, 99)
    return Trouble(phase, kind, 1 if phase in {"answer", "look-up"} else draw(st.sampled_from([1, 2, 3, 4, 99])))


def filters() -> SearchStrategy[dict[str, Any]]:
    """Return ``task_filters``; most of them select most tasks."""
    return st.one_of(
        st.sampled_from([{}, {"status": "pending"}]),
        st.sampled_from(
            [
                {"status__in": ["pending", "in_progress"]},
                {"status": "pending", "limit": 2},
                {"data_collection": 1, "limit": 3},
                {"data_collection": 2},
                {"assignee": 1},
                {"assignee": None},
                {"created_at__gte": "2026-01-15", "created_at__lte": "2026-01-15T12:00:00Z"},
                {"id__lte": 8, "status": "stand_by"},
            ]
        ),
    )


@st.composite
def jobs(draw: DrawFn, method: str) -> Job:
    """Return runs of one method over worlds of up to six tasks, one of them beside the project perhaps.

    Args:
        draw: Supplied by Hypothesis.
        method: ``file`` or ``inference``.
    """
    numbers = draw(st.lists(values.IDS, min_size=1, max_size=6, unique=True))
    tasks, units, on_the_way, predictions = [], [], {}, {}
    for number in numbers:
        found, own, prediction = draw(_files(number) if method == "file" else _pictures(number))
        if found is not None:
            units.append({"id": 100 + number, "data_collection": 1, "name": "u", "files": found})
        tasks.append(draw(_rows(number, 100 + number if found is not None else None, own)))
        trouble = draw(troubles(method))
        if trouble is not None:
            on_the_way[number] = trouble
        if prediction is not None:
            predictions[number] = prediction
    held = draw(st.lists(st.sampled_from(numbers), max_size=2))
    document = {
        **ROOM,
        "data_units": units,
        "tasks": [*tasks, FOREIGN_TASK],
        "assignments": [{"id": 100 + place, "task": number, "user": 1} for place, number in enumerate(held)],
    }
    params: dict[str, Any] = {
        "project": MAIN_PROJECT,
        "agent": AGENT,
        "method": method,
        "task_filters": draw(filters()),
    }
    if method == "file":
        params |= {"target_specification_name": SPECIFICATION, "max_annotation_bytes": MAX_BYTES}
    else:
        params |= {"pre_processor": RELEASE, "batch_size": draw(st.sampled_from([1, 1, 3]))}
        params |= draw(st.sampled_from([{}, {"pre_processor_params": {"confidence_threshold": THRESHOLD}}]))
    params |= draw(st.sampled_from([{}, {}, {"overwrite": True}]))
    params |= draw(st.sampled_from([{}, {}, {"schema": "any"}]))
    job = Job(document, params, on_the_way, predictions)
    return draw(_timed(job)) if method == "inference" else job


@st.composite
def _timed(draw: DrawFn, job: Job) -> Job:
    """Return a run in which some calls of the model are late: any of them one by one, or all of a batch."""
    lengths: list[tuple[int, int | None]] = [(30, None), (120, None), (120, 5), (400, 5)]
    if job.params["batch_size"] == 1:  # of a batch nobody knows who waits for whom, and so who gives up
        lengths.append((400, None))
    seconds, deferred_after = draw(st.sampled_from(lengths))
    turns = _callers(job)
    numbers = [number for number in range(1, len(turns) + 1) if draw(st.booleans())]
    if job.params["batch_size"] > 1 and numbers:
        numbers = list(range(1, len(turns) + 1))  # who comes first in a batch is nobody's choice
    late = {turns[number - 1] for number in numbers}
    release = {**ROOM["plugin_releases"][0], "late_calls": numbers, "late_seconds": seconds}
    document = {**job.document, "plugin_releases": [{**release, "deferred_after": deferred_after}]}
    predictions = {
        number: replace(one, seconds=seconds if number in late else 0, deferred_after=deferred_after)
        for number, one in job.predictions.items()
    }
    return replace(job, document=document, predictions=predictions)


def _callers(job: Job) -> list[int]:
    """Return the tasks of a run for which the model is called, in their order."""
    rows = {row["id"]: row for row in job.document["tasks"]}
    found = []
    for number in selected_tasks(job.document, job.params["project"], job.params["task_filters"]):
        is_due = rows[number]["status_label"] == "stand_by" or job.params.get("overwrite", False)
        has_file = fate_of_prediction(job.document, number, Prediction()).has_file
        if is_due and has_file and troubled(Fate(), job.troubles.get(number)).reason is None:
            found.append(number)
    return found


type Shown = tuple[dict[str, Any] | None, Any, Prediction | None]
"""The files of a task's data unit, what it is to hold if all goes well, and what the model says."""


@st.composite
def _files(draw: DrawFn, number: int) -> Shown:
    kind = draw(
        st.sampled_from(["fine", "fine", "fine", "fine", "wrong", "no json", "large", "missing", "empty", "unit"])
    )
    if kind in {"empty", "unit"}:
        return ({} if kind == "empty" else None), None, None
    if kind == "missing":
        return files(number, None), None, None
    if kind == "no json":
        encoded = base64.b64encode(draw(st.sampled_from(NO_JSON))).decode()
        return files(number, {"content_base64": encoded}), None, None
    own = draw(detections() if kind != "wrong" else st.sampled_from(WRONG))
    if kind == "large":
        own |= {"filler": "x" * MAX_BYTES}
    return files(number, {"content": own}, picture=draw(st.booleans())), own, None


@st.composite
def _pictures(draw: DrawFn, number: int) -> Shown:
    kind = draw(
        st.sampled_from(["fine", "fine", "fine", "fine", "wrong", "nothing", "fails", "missing", "empty", "unit"])
    )
    if kind in {"empty", "unit"}:
        return ({} if kind == "empty" else None), None, None
    if kind == "missing":
        return files(number, {"content": {}}, picture=False), None, None
    wrong = st.sampled_from([value for value in WRONG if value])
    own = draw({"wrong": wrong, "nothing": st.sampled_from([{}, [], {"objects": []}])}.get(kind, detections()))
    return files(number, None), own, Prediction(own, fails=kind == "fails")


def _rows(number: int, unit: int | None, own: Any) -> SearchStrategy[dict[str, Any]]:
    others = st.sampled_from([None, None, {}, {"of": "somebody"}])
    return st.fixed_dictionaries(
        {
            "id": st.just(number),
            "project": st.sampled_from([MAIN_PROJECT] * 6 + [2]),
            "data_unit": st.just(unit),
            "data": st.one_of(others, st.just(own), detections()),
            "created": st.sampled_from(INSTANTS),
            "status_label": st.sampled_from(["stand_by"] * 5 + list(STATUSES)),
        },
        optional={
            "schema": st.sampled_from(["any", "any", "dm_schema_v1"]),
            "labelers": st.lists(values.RELATED_IDS, max_size=2, unique=True),
        },
    )
