"""to_task, run by run: whatever becomes of its tasks, the counts are the oracle's, and the rest is as it was."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.annotating import Rows, annotate, rows_of, writes_of
from contract_tests.clauses.tally import Tally
from contract_tests.clauses.trouble import Troubles, interposed
from contract_tests.oracle import (
    Annotated,
    Fate,
    Json,
    Prediction,
    Trouble,
    after,
    expected_annotating,
    fate_of_file,
    fate_of_prediction,
    troubled,
)
from contract_tests.strategies.annotating import Job, jobs
from contract_tests.strategies.detections import AGENT, MAX_BYTES, RELEASE, ROOM, SPECIFICATION, detection, files
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend import InferenceRequest

OUTCOMES = frozenset({"success", "failed", "skipped", "refused"})


class Model:
    """Answers by the picture that it fetches, and counts.

    Args:
        predictions: Task to what is said of its picture.
    """

    def __init__(self, predictions: Mapping[int, Prediction]) -> None:
        self._predictions = predictions
        self._lock = Lock()
        self.made: Counter[int] = Counter()

    def __call__(self, request: InferenceRequest) -> Any:
        """Return what is said of a picture, or fail."""
        number = int(requests.get(request.image_url, timeout=30).content)
        with self._lock:
            self.made[number] += 1
        found = self._predictions[number]
        if found.fails:
            raise OSError("drawn")
        return found.value


@pytest.mark.parametrize("method", ["file", "inference"])
def test_any_mix_of_outcomes_is_what_the_oracle_tells(
    method: str, record_property: Callable[[str, object], None]
) -> None:
    """Counts, reasons and rows; every other row as before; no task written twice; and run again, with less trouble."""
    tally = Tally(OUTCOMES, "outcomes")

    @settings(max_examples=settings().max_examples // 6)  # of each method, so that a deep search has 500 runs and more
    @given(jobs(method), st.integers(1, 3))
    def holds(job: Job, runs: int) -> None:
        with FakeBackend(seed=job.document) as backend:
            model = Model(job.predictions)
            backend.serving.register("drawn", model)
            with interposed(Troubles(job.troubles)):
                told, rows = judge(backend, job, job.document, fates_of(job, job.document))
            assert max(model.made.values(), default=0) <= 1
            tally.add("runs", outcomes(told))
            document = after(job.document, told)
            for again in range(1, runs):
                fates = fates_of(job, document, is_again=True)
                told, rows = judge(backend, job, document, fates, rows)
                if again > 1 and not {"limit", "overwrite"} & {*job.params, *job.params["task_filters"]}:
                    assert not (told and told.rows), "what is annotated is annotated again"
                document = after(document, told)

    try:
        holds()
    finally:
        record_property("searched", f"to_task {method}: {tally}")


def fates_of(job: Job, document: Mapping[str, Any], *, is_again: bool = False) -> dict[int, Fate]:
    """Return what comes of each task, with all trouble or, in a later run, with none on the way."""
    found = {}
    for row in document["tasks"]:
        number = row["id"]
        if row["project"] != strategies.MAIN_PROJECT:
            continue
        if job.params["method"] == "file":
            fate = fate_of_file(document, number, SPECIFICATION, max_bytes=MAX_BYTES)
        else:
            threshold = job.params.get("pre_processor_params", {}).get("confidence_threshold")
            prediction = job.predictions.get(number, Prediction())
            if is_again:
                prediction = Prediction(prediction.value, fails=prediction.fails)
            fate = fate_of_prediction(document, number, prediction, threshold=threshold)
        found[number] = fate if is_again else troubled(fate, job.troubles.get(number))
    return found


@pytest.mark.parametrize(
    ("method", "kind"), [("file", "silence"), ("file", "reset"), ("file", 524), ("inference", 504)]
)
def test_a_write_that_was_carried_out_and_not_answered_is_not_repeated(method: str, kind: Any) -> None:
    """One PUT reaches the backend, and the task counts as annotated; so it does when the run is repeated."""
    job = plain_job(method, {1: Trouble("answer", kind, 1)})
    with FakeBackend(seed=job.document) as backend:
        backend.serving.register("drawn", Model(job.predictions))
        with interposed(Troubles(job.troubles)):
            told, rows = judge(backend, job, job.document, fates_of(job, job.document))
            assert told is not None
            assert ("SUCCEEDED", 2) == (told.counts["status"], told.counts["success"])
            judge(backend, job, after(job.document, told), fates_of(job, job.document, is_again=True), rows)
        assert {1: 1, 2: 1} == writes_of(backend)


def plain_job(method: str, troubles: Mapping[int, Trouble]) -> Job:
    """Return a run over two tasks that nothing is wrong with but trouble on the way.

    Args:
        method: ``file`` or ``inference``.
        troubles: Task to what happens to its requests.
    """
    own: Json = {"objects": [detection()]}
    document = {
        **ROOM,
        "data_units": [
            {"id": 100 + number, "data_collection": 1, "name": "u", "files": files(number, {"content": own})}
            for number in (1, 2)
        ],
        "tasks": [
            {
                "id": number,
                "project": strategies.MAIN_PROJECT,
                "data_unit": 100 + number,
                "created": strategies.INSTANTS[0],
            }
            for number in (1, 2)
        ],
    }
    params = {"project": strategies.MAIN_PROJECT, "agent": AGENT, "method": method, "task_filters": {}}
    params |= {"target_specification_name": SPECIFICATION} if method == "file" else {"pre_processor": RELEASE}
    return Job(document, params, troubles, {number: Prediction(own) for number in (1, 2)})


def judge(
    backend: FakeBackend, job: Job, document: Mapping[str, Any], fates: Mapping[int, Fate], before: Rows | None = None
) -> tuple[Annotated | None, Rows]:
    """Run once, hold everything against the oracle, and return what the oracle says, and the rows afterwards."""
    told = expected_annotating(
        document,
        fates,
        project=job.params["project"],
        task_filters=job.params["task_filters"],
        overwrite=job.params.get("overwrite", False),
        schema=job.params.get("schema", "dm_schema_v1"),
    )
    before, written = before or rows_of(backend), writes_of(backend)
    ran = annotate(backend, job.params)
    changed = {} if told is None else told.rows
    expected = {
        key: row | {"data": changed[key[2]], "status_label": "completed", "has_data": True}
        if key[1] == "sdk/tasks" and key[2] in changed
        else row
        for key, row in before.items()
    }
    rows = {key: idle(row, before[key]) for key, row in rows_of(backend).items()}
    writes = {number: times - written.get(number, 0) for number, times in writes_of(backend).items()}

    assert expected == rows
    assert set(changed) >= {number for number, times in writes.items() if times}
    assert max(writes.values(), default=0) <= 1
    if told is None:
        assert "No tasks found matching filters" in str(ran.error)
        return None, rows
    assert told.counts == ran.counts, (told.failures, ran.failures)
    assert told.failures.keys() == ran.failures.keys()
    for number, words in told.failures.items():
        assert words == ran.failures[number][: len(words)], ran.failures[number]
    return told, rows


def idle(row: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """Return a row as it is, but for how many calls a serve application has answered, and when."""
    if "plugin_code" not in row:
        return row
    return row | {"updated": before["updated"], "data": row["data"] | {"calls": before["data"]["calls"]}}


def outcomes(told: Annotated | None) -> list[str]:
    """Return which of the outcomes there are in what the oracle tells."""
    if told is None:
        return ["refused"]
    counts = {"success": "success", "failed": "failed", "skipped": "skipped_existing"}
    return [name for name, count in counts.items() if told.counts[count]]
