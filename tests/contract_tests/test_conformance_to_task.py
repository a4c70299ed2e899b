"""Which runs of to_task the published client is asked for, and what each must come to."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path

import pytest

from contract_tests.conformance.to_task.cases import GOOD, STAND_BY, Case, cases
from contract_tests.conformance.to_task.document import (
    BROKEN,
    CROWD,
    DM_SCHEMA,
    FREE_FORM,
    WITHOUT_ANNOTATIONS,
    WITHOUT_FILES,
    WITHOUT_PRIMARY,
    WITHOUT_UNIT,
    document,
)
from contract_tests.conformance.to_task.expectations import APPLICATION, expected
from contract_tests.conformance.to_task.habits import applied, ignored
from contract_tests.conformance.to_task.oracle import by_file, by_inference
from contract_tests.conformance.versions import CLIENTS, Client
from fake_backend.seeding import validate

DOCS = Path(__file__).parents[2] / "docs" / "conformance.md"
OLD, NEW = CLIENTS["2026.1.128"], CLIENTS["2026.2.17"]
BOTH = pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
CASES = {case.name: case for case in cases()}
EVERY_CASE = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
WAITING = {"serve applications": 5, "feasibility": 2, "cluster": 1, "job": 1}
PROJECT_1 = list(range(DM_SCHEMA, 100, -1))  # its tasks, as lists have them


def told(case, client=NEW):
    """Return what a run of the document must come to."""
    return expected(case, client, case.document())


def by_end(attempts):
    """Return the tasks by how they end."""
    found = {}
    for attempt in attempts:
        found.setdefault(attempt.end, set()).add(attempt.task)
    return found


def test_every_case_has_a_name_of_its_own() -> None:
    """Names tell runs apart and can be folders."""
    assert len(cases()) == len(CASES)
    assert all(name.replace("-", "").isalnum() for name in CASES)


def test_the_guide_lists_every_run() -> None:
    """docs/conformance.md counts them and says of each what it shows."""
    section = DOCS.read_text(encoding="utf-8").split("## to_task\n")[1].split("\n## ")[0]
    assert f"the same {len(CASES)} runs" in section
    rows = [[cell.strip() for cell in line.split("|")[1:3]] for line in section.splitlines() if line.startswith("|")]
    listed = [(name, method) for names, method in rows[2:] for name in _names(names)]
    assert sorted((case.case, case.method) for case in CASES.values()) == sorted(listed)


def _names(cell):
    """Return the runs of a cell: two file forms share a row, and a comma may be part of a name."""
    known = {case.case for case in CASES.values()}
    return [cell] if cell in known else cell.split(", ")


@EVERY_CASE
def test_a_backend_takes_the_document_of_every_case(case: Case) -> None:
    """And it is the same one each time, but for the pre-processor and its agent."""
    validate(case.document())
    usual, special = document({}, {}, deployed=True), case.document()
    assert {"agents", "plugin_releases", "serve_applications"} >= {
        name for name in usual if usual[name] != special[name]
    }


@EVERY_CASE
@BOTH
def test_every_case_is_consistent_in_itself(case: Case, client: Client) -> None:
    """Counts add up, and the journal is asked for each written task once and for as many refusals as there are."""
    wanted = told(case, client)
    ends = Counter(attempt.end for attempt in wanted.attempts)
    assert wanted.predictions["taken"] == wanted.predictions["handed_over"] + wanted.predictions["failed"]
    assert ends["stored"] + ends["refused"] == len(wanted.due.written) == len(set(wanted.due.written))
    assert ends["refused"] + ends["failed call"] == sum(wanted.due.refusals.values())
    if not case.refused:
        said = wanted.result
        assert (said["total_tasks"], said["success_count"]) == (len(wanted.attempts), len(wanted.stored))
        assert said["failed_count"] == len(said["failures"]) == len(wanted.attempts) - len(wanted.stored)


def test_the_oracle_tells_why_each_task_cannot_be_annotated() -> None:
    """By file: what a task lacks, a file that is no JSON, data that the task's schema does not take."""
    attempts = by_file(document({}, {}, deployed=True), {"project": 1, **STAND_BY}, checks_schema=True)
    assert {
        "stored": {101, 102, 103, 104, 105, 106, DM_SCHEMA},
        "refused": {FREE_FORM},
        "broken file": {BROKEN},
        "lacking": {WITHOUT_UNIT, WITHOUT_FILES, WITHOUT_ANNOTATIONS, WITHOUT_PRIMARY},
    } == by_end(attempts)
    assert {
        WITHOUT_UNIT: "Task does not have a data unit",
        WITHOUT_FILES: "Data unit does not have files",
        WITHOUT_ANNOTATIONS: "Target specification file not found for task",
        WITHOUT_PRIMARY: "Primary file URL not found for task",
    } == {attempt.task: attempt.reason for attempt in attempts if attempt.reason}
    boxes = {one.task: one.data["objects"][0]["coordinates"]["x"] for one in attempts if one.task < WITHOUT_UNIT}
    assert {number: number for number in range(101, 107)} == boxes


def test_the_oracle_numbers_calls_as_the_tasks_are_listed() -> None:
    """By inference: the highest id first; tasks that lack a picture are no call, those without annotations are."""
    release = {"empty_calls": [1, 4], "failed_calls": [3]}
    attempts = by_inference(
        document(release, {}, deployed=True), {"project": 1, **STAND_BY}, lambda picture: picture.decode()
    )
    assert {
        "empty": {115, 111},
        "refused": {114},
        "failed call": {113},
        "stored": {101, 102, 103, 104, 105, 106},
        "lacking": {WITHOUT_UNIT, WITHOUT_FILES, WITHOUT_PRIMARY},
    } == by_end(attempts)
    assert "picture 101" == {one.task: one.data for one in attempts}[101]


@pytest.mark.parametrize(
    ("filters", "sent", "unknown"),
    [
        ({"labelers": None}, {}, set()),
        ({"labelers": 2}, {"labelers": 2}, set()),
        ({"has_assignment": False, "status_label": "stand_by"}, {"has_assignment": False, **STAND_BY}, set()),
        ({"status": "pending", "assignee": None}, {}, {"status"}),
        ({"status": "pending", "ids": "1-2", "project": 2}, {"ids": "1-2"}, {"status"}),
    ],
)
def test_what_is_none_or_unknown_does_not_narrow(filters, sent, unknown) -> None:
    """The client sends neither ``None`` nor knows what the backend does not know; its own project is put over."""
    assert {**sent, "project": 1} == applied(filters, 1)
    assert unknown == ignored(filters)


@BOTH
def test_none_in_a_filter_widens_the_run_to_the_project(client: Client) -> None:
    """Also tasks that people have completed are written over; a filter that names the wire's key leaves them."""
    widened = told(CASES["to-task-file-None-in-a-filter"], client)
    assert PROJECT_1 == [attempt.task for attempt in widened.attempts]
    assert {107, 108} <= widened.stored.keys()
    assert not {107, 108} & told(CASES["to-task-file-every-outcome"], client).stored.keys()
    assert widened.attempts == told(CASES["to-task-file-the-guides-keys"], client).attempts


@BOTH
@pytest.mark.parametrize("name", ["to-task-file-no-success", "to-task-inference-always-answering-empty"])
def test_no_success_at_all_is_expected_to_be_called_one(name: str, client: Client) -> None:
    """The client's habit: SUCCEEDED, and nothing is stored."""
    wanted = told(CASES[name], client)
    assert ("SUCCEEDED", 0, {}) == (wanted.result["status"], wanted.result["success_count"], wanted.stored)
    assert len(wanted.attempts) == wanted.result["failed_count"] > 0


def test_schema_any_is_sent_by_the_later_version_alone() -> None:
    """2.17 stores free-form data of a task with a schema, 1.128 is refused."""
    case = CASES["to-task-file-schema-any"]
    assert {FREE_FORM, DM_SCHEMA} == told(case, NEW).stored.keys()
    assert {DM_SCHEMA} == told(case, OLD).stored.keys()
    assert ({}, {400: 1}) == (told(case, NEW).due.refusals, told(case, OLD).due.refusals)


@pytest.mark.parametrize(
    ("name", "times", "least"),
    [
        ("cold", {"agent": 1, "run": 6, "task": 5}, WAITING),
        ("cold-agent-without-address", {"agent": 1, "run": 7, "task": 6}, {"serve applications": 2}),
        ("running", {"agent": 0, "run": 10, "task": 13}, {"serve applications": 1}),
        ("deferred", {"agent": 0, "task": 3}, {"serve applications": 1, "run": 6}),
        ("failing-to-deploy", {"agent": 1, "run": 1, "task": 0, "list": 0}, WAITING),
        (
            "refused-for-capacity",
            {"agent": 1, "run": 0, "task": 0, "list": 0},
            {"serve applications": 1, "feasibility": 1},
        ),
        ("cold-nothing-to-do", {"agent": 1, "run": 1, "task": 0, "list": 1}, {"serve applications": 2}),
    ],
)
def test_every_preparation_leaves_its_own_requests(name, times, least) -> None:
    """What the client asks for before it annotates is what contract.md 4 says of that way."""
    due = told(CASES[f"to-task-inference-{name}"]).due
    assert times.items() <= due.times.items()
    assert {"report": 1, **least} == due.least


def test_where_the_pre_processor_is_left() -> None:
    """Refused by the gate there is none; one that was started is left, also by a run that finds nothing to do."""
    left = {name: told(case).standing.get(APPLICATION) for name, case in CASES.items()}
    assert {"to-task-inference-refused-for-capacity"} == {name for name, status in left.items() if status is None}
    assert "DEPLOY_FAILED" == left["to-task-inference-failing-to-deploy"]
    assert "RUNNING" == left["to-task-inference-cold-nothing-to-do"]


def test_more_than_a_page_is_more_than_a_page() -> None:
    """The crowded project takes two requests of the list, and files apart take one more a task."""
    crowded = told(CASES["to-task-file-more-than-a-page"])
    assert (CROWD, 2) == (len(crowded.stored), crowded.due.times["list"])
    apart = told(CASES["to-task-file-files-asked-for-apart"])
    assert apart.due.times["task"] == apart.due.times["data unit"] > 0


def test_tasks_that_are_not_stored_stay_as_they_were_seeded() -> None:
    """Only data, has_data and status of stored tasks change; the rest is the seed's, whatever the backend showed."""
    case = Case("any", "file", GOOD)
    rows = {
        task["id"]: {"id": task["id"], "data": "shown", "has_data": "shown", "status_label": "shown", "created": "c"}
        for task in case.document()["tasks"]
    }
    given = copy.deepcopy(rows)
    after = told(case).rows(rows, case.document())
    assert given == rows
    stored = {"id", "data", "has_data", "status_label", "created"}
    assert all(stored == row.keys() and row["created"] == "c" for row in after.values())
    assert ({"checked": "by hand"}, True, "completed") == _shown(after[107])
    assert (None, False, "stand_by") == _shown(after[109])
    assert (True, "completed") == _shown(after[101])[1:]
    assert "obj_101" in json.dumps(after[101]["data"])


def _shown(row):
    return row["data"], row["has_data"], row["status_label"]
