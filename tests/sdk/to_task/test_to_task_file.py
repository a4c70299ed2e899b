"""Annotating from files: what a task gets, and what becomes of one that gets nothing (to_task guide, File-based)."""

from __future__ import annotations

import pytest
from scripted import Answer
from to_task_rig import SPECIFICATION, annotations

from fake_backend.transports.in_process import ConnectionRefused


def failures(rig):
    """Return the lines about tasks that failed."""
    return [line for line in rig.logger.lines if line.startswith("[Task ")]


def test_each_task_gets_its_own_file(rig) -> None:
    """Guide, How it works: tasks, data units, files of the specification, JSON, tracking."""
    result = rig.start()

    assert {
        "status": "SUCCEEDED",
        "message": "Annotated 3 of 3 task(s).",
        "total": 3,
        "success": 3,
        "failed": 0,
        "stand_by": 0,
        "skipped_existing": 0,
    } == result
    assert [(number, annotations(number)) for number in (1, 2, 3)] == rig.world.writes
    assert {"submit"} == {asked.json["action"] for asked in rig.world.asked if asked.method == "PUT"}


@pytest.mark.parametrize("form", ["dict", "list"])
@pytest.mark.parametrize("unit", [None, 1001, {"id": 1001}, {"id": 1001, "files": {}}])
def test_files_come_in_two_forms_and_two_places(rig, form, unit) -> None:
    """By specification or as a list, with the task or with its data unit (incidents.md 5, SYN-7255; contract.md 4)."""
    rig.world.files_form = form
    if unit is not None:
        rig.world.tasks[1]["data_unit"] = unit
    assert 3 == rig.start()["success"]
    assert (1, annotations(1)) == rig.world.writes[0]


def test_a_failed_task_is_left_as_it_was_and_the_others_go_on(rig) -> None:
    """Guide, Task-level Errors: one line for each, with the reason; the run completes."""
    rig.world.documents[1] = b"{'objects': []}"
    rig.world.documents[3] = Answer(404, b"")
    before = rig.world.state()["tasks"]
    result = rig.start()

    assert ("SUCCEEDED", 3, 1, 2, 0) == tuple(
        result[key] for key in ("status", "total", "success", "failed", "stand_by")
    )
    assert "Annotated 1 of 3 task(s). 2 failed." == result["message"]
    first, second = failures(rig)
    assert first.startswith("[Task 1] Failed: Invalid JSON format in annotation file: ")
    assert second.startswith(f"[Task 3] Failed: Failed to download JSON from URL {rig.world.url}/documents/3.json: ")
    assert before == rig.world.tasks | {2: before[2]}


def test_no_success_at_all_is_a_failure(rig) -> None:
    """The published client reports success here (incidents.md 6.6)."""
    rig.world.documents = {number: {"objects": [{}]} for number in rig.world.documents}
    result = rig.start()

    assert ("FAILED", 0, 3) == (result["status"], result["success"], result["failed"])
    assert result["message"].startswith(
        "None of 3 task(s) could be annotated. The first: [Task 1] Failed: Invalid JSON "
    )
    assert [] == rig.world.writes


@pytest.mark.parametrize(
    ("unit", "reason"),
    [
        ({"data_unit": None}, "Task does not have a data unit"),
        ({"data_unit": {"id": None, "files": {}}}, "Data unit does not have files"),
        (
            {"data_unit": {"id": 1, "files": {"image_1": {"url": "x", "is_primary": True}}}},
            "Target specification file not found for task: no file is of 'annotation_data'",
        ),
        (
            {"data_unit": {"id": 1, "files": [{"specification_name": SPECIFICATION, "url": ""}]}},
            "Target specification URL not found for task",
        ),
        (
            {"data_unit": {"id": 1, "files": {SPECIFICATION: {"url": "ftp://files.example/a"}}}},
            "Failed to download JSON from URL ftp://files.example/a: it was not requested: not an absolute",
        ),
    ],
)
def test_what_a_task_lacks_is_its_reason(rig, unit, reason) -> None:
    """contract.md 4, errors per task."""
    rig.world.tasks[2].update(unit)
    assert 2 == rig.start()["success"]
    assert failures(rig)[0].startswith(f"[Task 2] Failed: {reason}")


def test_a_link_that_has_run_out_is_asked_for_anew(rig) -> None:
    """A presigned URL is answered with 403 when it is too old; the task has a fresh one."""
    links = iter(["old", "new"])

    def answer(asked):
        if asked.path == "/tasks/2/":
            files = {SPECIFICATION: {"url": f"{rig.world.url}/{next(links)}"}}
            return {"id": 2, "data": None, "status_label": "stand_by", "data_unit": {"id": 1, "files": files}}
        return {"/old": Answer(403, b""), "/new": annotations(9)}.get(asked.path)

    rig.world.override = answer
    assert 3 == rig.start()["success"]
    assert (2, annotations(9)) in rig.world.writes


def test_a_link_that_is_refused_for_good_is_asked_for_once(rig) -> None:
    """The same address again would be refused again."""
    rig.world.documents[2] = Answer(403, b"")
    assert 2 == rig.start()["success"]
    assert 1 == rig.world.paths("GET").count("/documents/2.json")


def test_a_task_that_is_gone_or_cannot_be_read_is_counted(rig) -> None:
    """It was listed, so it is one of the total."""

    def answer(asked):
        if asked.path == "/tasks/1/":
            return Answer(404, {})
        return ConnectionRefused() if asked.path == "/tasks/2/" else None

    rig.world.override = answer
    result = rig.start()

    assert (3, 1, 2) == (result["total"], result["success"], result["failed"])
    assert "[Task 1] Failed: the task does not exist any more" == failures(rig)[0]


def test_a_refusal_names_the_path(rig) -> None:
    """A violation of the schema is a 400 that names the path; it is the task's reason."""
    body = {"data.objects[0].type": ["This field is required."]}
    rig.world.override = lambda asked: Answer(400, body) if asked.path == "/tasks/2/annotate_task_data/" else None
    assert 2 == rig.start()["success"]
    assert [
        "[Task 2] Failed: the backend refused the annotations: 400 data.objects[0].type: This field is required."
    ] == failures(rig)


def test_any_schema_is_passed_on(rig) -> None:
    """contract.md 4: ``?schema=any``; without it the backend decides."""
    rig.start(task_filters={"id": 1})
    rig.start(task_filters={"id": 1}, schema="any", overwrite=True)
    assert ["", "schema=any"] == [a.url.partition("?")[2] for a in rig.world.asked if a.method == "PUT"][0::3]


@pytest.mark.parametrize("fields", [{"allowed_hosts": ["files.example"]}, {"max_annotation_bytes": 20}])
def test_the_rules_for_files_are_parameters(rig, fields) -> None:
    """Hosts and size."""
    assert "FAILED" == rig.start(**fields)["status"]
    assert all("Failed to download JSON from URL" in line for line in failures(rig))


def test_tasks_that_are_annotated_already_are_not_the_runs_to_do(rig) -> None:
    """Already annotated: the status is not stand_by, or the stored data equal what would be written."""
    rig.world.tasks[1].update(status_label="in_progress", data={"draft": 1})
    rig.world.tasks[2].update(data=annotations(2))
    before = rig.world.state()["tasks"]
    result = rig.start(task_filters={})

    assert ("SUCCEEDED", 1, 1, 0, 0, 2) == tuple(
        result[key] for key in ("status", "total", "success", "failed", "stand_by", "skipped_existing")
    )
    assert "Annotated 1 of 1 task(s). 2 annotated already." == result["message"]
    assert [3] == [number for number, _ in rig.world.writes]
    assert before == rig.world.tasks | {3: before[3]}


def test_running_again_changes_nothing(rig) -> None:
    """Idempotent: nothing left to do is a success."""
    rig.start()
    after, rig.world.writes = rig.world.state(), []
    result = rig.start(task_filters={})

    assert {
        "status": "SUCCEEDED",
        "message": "Nothing left to do. 3 annotated already.",
        "total": 0,
        "success": 0,
        "failed": 0,
        "stand_by": 0,
        "skipped_existing": 3,
    } == result
    assert after == rig.world.state()


def test_overwriting_is_explicit(rig) -> None:
    """``overwrite=True`` writes what is annotated already, whatever its status."""
    rig.world.tasks[1].update(status_label="completed", data={"by": "hand"})
    rig.world.tasks[2].update(data=annotations(2))
    result = rig.start(task_filters={}, overwrite=True)

    assert (3, 3, 0) == (result["total"], result["success"], result["skipped_existing"])
    assert annotations(1) == rig.world.tasks[1]["data"]
    assert [1, 2, 3] == [number for number, _ in rig.world.writes]


def test_a_task_that_somebody_takes_on_meanwhile_is_theirs(rig) -> None:
    """Between the list and its turn a person may have begun."""

    def answer(asked):
        if asked.path == "/tasks/1/":
            rig.world.tasks[3].update(status_label="in_progress", data={"by": "hand"})

    rig.world.override = answer
    result = rig.start()

    assert (2, 2, 1) == (result["total"], result["success"], result["skipped_existing"])
    assert {"by": "hand"} == rig.world.tasks[3]["data"]


def test_stored_annotations_may_come_as_a_link(rig) -> None:
    """contract.md 3.3: a wrapper stands for the payload; it is what it leads to that is compared."""
    rig.world.documents[99] = annotations(2)
    rig.world.tasks[2]["data"] = {"mode": "presigned", "presigned_url": f"{rig.world.url}/documents/99.json"}
    assert 1 == rig.start()["skipped_existing"]


def test_a_backend_that_tells_no_status_is_taken_by_the_data(rig) -> None:
    """Rows need no more than the contract says."""

    def answer(asked):
        if asked.path == "/sdk/tasks/":
            return {"results": [{"id": 1}, {"id": 2}], "next": None}
        if asked.path in {"/tasks/1/", "/tasks/2/"}:
            number = int(asked.path.split("/")[2])
            row = rig.world.tasks[number]
            return {"id": number, "data": row["data"], "data_unit": {"id": 1000 + number}}
        return None

    rig.world.override = answer
    rig.world.tasks[1]["data"] = annotations(1)
    result = rig.start()

    assert (1, 1, 1) == (result["total"], result["success"], result["skipped_existing"])
