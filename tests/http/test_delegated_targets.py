"""Export jobs of the three targets: what a bundle holds in either layout, and what is refused before a job exists."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fake_backend import FakeBackend, Settings
from tests.http.small_backend import Caller
from tests.http.three_targets import DOCUMENT, OURS, PATHS, VERSIONS, three_targets

BODIES = {
    "task": {"project_id": 1, "filter": {"project": 1}},
    "assignment": {"project_id": 1, "filter": {"project": 1}},
    "ground_truth": {"filter": {"ground_truth_dataset_versions": [11, 12]}},
}
TASKS = {row["id"]: row for row in DOCUMENT["tasks"]}
EVENTS = {row["pgh_id"]: row for row in DOCUMENT["ground_truth_events"]}
EXPECTED = {
    "task": [key for key in OURS["task"] if key < 8],
    "assignment": [row["id"] for row in DOCUMENT["assignments"] if TASKS[row["task"]]["project"] == 1],
    "ground_truth": list({*VERSIONS[11], *VERSIONS[12]}),
}
SINGLE = {"task": "tasks.jsonl", "assignment": "assignments.jsonl", "ground_truth": "ground_truths.jsonl"}
PAYLOADS = {
    "task": {row["id"]: row["data"] for row in DOCUMENT["tasks"]},
    "assignment": {row["id"]: row["data"] for row in DOCUMENT["assignments"]},
    "ground_truth": {key: row["data"] for key, row in EVENTS.items()},
}


@pytest.fixture
def backend():
    """Yield the open backend of three targets."""
    with FakeBackend(seed=three_targets()) as running:
        yield running


def enqueue(caller, target, **changes):
    """Ask for an export of a target."""
    body = {"storage_id": 3, "path": "exports/run", "targets": [target], **BODIES[target], **changes}
    return caller.post("/v2/plugin_exports/", json=body)


def finished(caller, target, **changes):
    """Enqueue, let the job run to its end, and return its document."""
    job_id = enqueue(caller, target, **changes).json()["data"]["job_id"]
    caller.backend.clock.advance(60)
    return caller.get(f"/v2/async_jobs/{job_id}/").json()["data"]


def bundled(backend, job, target):
    """Return the lines of a bundle, in either layout, as text."""
    manifest = job["data"]["manifest"]
    parts = [part["path"] for part in manifest["targets"][target].get("parts", [{"path": SINGLE[target]}])]
    root = Path(backend.storage_root(3), manifest["prefix"])
    return [line for part in parts for line in (root / part).read_text("utf-8").splitlines()]


@pytest.mark.parametrize("target", list(BODIES))
@pytest.mark.parametrize("layout", ["parts", "single"])
def test_a_bundle_has_every_row_once_in_descending_order_of_its_key(target, layout) -> None:
    """A line names its row and carries payload, size, digest and files; an event in two versions is one line."""
    key = PATHS[target].key
    with FakeBackend(seed=three_targets(), settings=Settings(bundle_layout=layout, chunk_rows=4)) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        job = finished(acme, target, include_original_files=True)
        lines = bundled(backend, job, target)
        acme.session.close()
        summary = job["data"]["manifest"]["targets"][target]
        rows = [json.loads(line) for line in lines]

        assert ("COMPLETED", len(rows)) == (job["status"], summary["records"])
        assert sorted(EXPECTED[target], reverse=True) == [row[key] for row in rows]
        if layout == "parts":
            assert [f"{target}/part-{number:05}.jsonl" for number in range(1, 1 + -(-len(rows) // 4))] == [
                part["path"] for part in summary["parts"]
            ]
        names = ["id", "pgh_id"] if target == "ground_truth" else ["id"]
        for line, row in zip(lines, rows, strict=True):
            assert [*names, "data", "size", "data_digest", "files_manifest"] == list(row)
            assert PAYLOADS[target][row[key]] == row["data"]
            text = json.dumps(row["data"], ensure_ascii=False, separators=(",", ":"))
            assert text in line
            assert (len(text.encode()), hashlib.sha256(text.encode()).hexdigest()) == (row["size"], row["data_digest"])
            image = row["files_manifest"]["image_1"]
            assert (
                b"image"
                == Path(backend.storage_root(3), job["data"]["manifest"]["prefix"], image["bundle_path"]).read_bytes()
            )
            if target == "ground_truth":
                assert EVENTS[row["pgh_id"]]["ground_truth"] == row["id"]


@pytest.mark.parametrize(
    ("target", "wanted", "expected"),
    [
        ("assignment", {"project": 1, "workshop": 50, "_id_gte": 104, "_id_lt": 108}, {104, 106}),
        ("assignment", {"project": 1, "tasks": [1, 2], "users": "3"}, {105, 113}),
        ("ground_truth", {"ground_truth_dataset_version": 12}, set(VERSIONS[12])),
        ("ground_truth", {"ground_truth_dataset_version": [11]}, set(VERSIONS[11])),
        ("ground_truth", {"ground_truth_dataset_versions": "11 ,12"}, set(EXPECTED["ground_truth"])),
        ("ground_truth", {"ground_truth_dataset_versions": [12], "_id_gte": 2, "_id_lt": 5}, {980, 970, 961}),
        ("ground_truth", {"ground_truth_dataset_versions": [11, 12], "classes": "bus", "ids": "950-980"}, {951, 961}),
        ("ground_truth", {"ground_truth_dataset_versions": [13]}, set()),
    ],
)
def test_a_job_honours_its_filter(acme, backend, target, wanted, expected) -> None:
    """The keys of the first API's list, versions in singular and plural, and bounds on what ``id`` is in the line."""
    job = finished(acme, target, filter=wanted)

    assert expected == {json.loads(line)[PATHS[target].key] for line in bundled(backend, job, target)}


def test_ground_truth_needs_a_version_and_no_project(acme, backend) -> None:
    """400 before a job exists: no version at all, none in the list, one that is not there or another tenant's."""
    for wanted in (
        None,
        {},
        {"project": 1},
        {"ground_truth_dataset_versions": []},
        {"ground_truth_dataset_versions": " , "},
        {"ground_truth_dataset_version": None},
        {"ground_truth_dataset_version": 19},
        {"ground_truth_dataset_versions": [11, 19]},
        {"ground_truth_dataset_versions": [77]},
        {"ground_truth_dataset_version": "x"},
        {"ground_truth_dataset_versions": [11], "ground_truth": "x"},
    ):
        for path in ("/v2/plugin_exports/", "/v2/plugin_exports/?dry_run=true"):
            body = {"storage_id": 3, "path": "exports/run", "targets": ["ground_truth"], "filter": wanted}
            answer = acme.post(path, json=body)
            assert 400 == answer.status_code, (wanted, answer.text)
            assert answer.json()["error"]["details"][0]["field"]
    assert 400 == enqueue(acme, "ground_truth", project_id=2).status_code
    assert None is acme.get("/_fake/clock/").json()["next_event_in"]
    assert [] == list(Path(backend.storage_root(3)).iterdir())
    assert 202 == enqueue(acme, "ground_truth", project_id=1).status_code


@pytest.mark.parametrize("target", ["task", "assignment"])
def test_tasks_and_assignments_need_a_project(acme, target) -> None:
    """In the body, else in the filter; another tenant's is none."""
    assert 400 == enqueue(acme, target, project_id=None, filter={}).status_code
    assert 400 == enqueue(acme, target, project_id=2, filter={}).status_code
    assert 202 == enqueue(acme, target, project_id=None).status_code


@pytest.mark.parametrize("target", list(BODIES))
def test_a_job_that_loses_its_filter_keeps_its_scope(acme, backend, target) -> None:
    """The bug of SYN-7438 exports the whole project, or all events of the versions, whatever else was asked."""
    narrowed = {**BODIES[target]["filter"], "ids": str(EXPECTED[target][0])}
    assert 1 == finished(acme, target, filter=narrowed)["data"]["manifest"]["targets"][target]["records"]
    backend.bugs.on("delegated-filter-loss")
    job = finished(acme, target, filter=narrowed)

    assert set(EXPECTED[target]) == {json.loads(line)[PATHS[target].key] for line in bundled(backend, job, target)}


def test_keys_that_a_job_does_not_know_are_noted_in_the_journal(acme, backend) -> None:
    """The traps of the list are the job's too: ``task`` of assignments, and what nobody knows."""
    enqueue(acme, "assignment", filter={"project": 1, "task": 1, "zzz": 2})

    assert ("filter.task", "filter.zzz") == list(backend.journal)[-1].ignored
