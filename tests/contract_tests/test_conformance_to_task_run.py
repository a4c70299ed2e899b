"""What is found out about a run of to_task: by what is stored, by what the client says, and by the journal."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from contract_tests.conformance.to_task import models
from contract_tests.conformance.to_task import run as module
from contract_tests.conformance.to_task.cases import Case
from contract_tests.conformance.to_task.document import JOB
from contract_tests.conformance.to_task.journal import Due, doubts, kind_of
from contract_tests.conformance.versions import CLIENTS

CLIENT = CLIENTS["2026.2.17"]
TWO = Case("two", "file", {"ids": "101,112"})
COLD = Case("cold", "inference", {"ids": "101"}, preparation="gate", refused="capacity gate", left="")
SAID = {
    "status": "SUCCEEDED",
    "message": "to_task completed. success=1, failed=1",
    "total_tasks": 2,
    "success_count": 1,
    "failed_count": 1,
    "failures": [{"task_id": 112, "error": "Primary file URL not found for task"}],
    "seconds": 0.5,
}


class StandIn:
    """A client that does what is due, less what it is told to leave out, and says what it is told to say.

    Args:
        said: Its answer.
        leaves_out: Kinds of requests.
        writes: Ids of the tasks that it writes.
    """

    def __init__(self, said, leaves_out=(), writes=(101,)):
        self._said, self._leaves_out, self._writes = said, leaves_out, writes

    def ask(self, asked):
        self._url = asked["environment"]["SYNAPSE_HOST"]
        self._headers = {
            "Authorization": f"Token {asked['environment']['SYNAPSE_PLUGIN_RUN_USER_TOKEN']}",
            "Synapse-Tenant": f"Token {asked['environment']['SYNAPSE_PLUGIN_RUN_TENANT']}",
        }
        query = {**asked["params"]["task_filters"], "project": 1, "fields": "id", "page_size": 100}
        self._send("project", "GET", "/projects/1/")
        self._send("data collection", "GET", "/data_collections/1/?expand=file_specifications")
        self._send("list", "GET", "/sdk/tasks/", params=query)
        for task in (112, 101):
            unit = self._send("task", "GET", f"/tasks/{task}/?expand=data_unit")["data_unit"]
            if task in self._writes:
                data = requests.get(unit["files"]["annotation_data"]["url"], timeout=5).json()
                self._send(
                    "write", "PUT", f"/tasks/{task}/annotate_task_data/", json={"action": "submit", "data": data}
                )
        metrics = {"record": {"steps": {"annotate_task_data": {"success": 1, "failed": 1, "stand_by": 0}}}}
        self._send("report", "PATCH", f"/jobs/{JOB}/", json={"metrics_record": metrics})
        return self._said

    def _send(self, kind, method, path, **options):
        if kind in self._leaves_out:
            return {}
        answer = requests.request(method, f"{self._url}{path}", headers=self._headers, timeout=5, **options)
        answer.raise_for_status()
        return answer.json()


def found(case, stand_in):
    """Return what is found out about a run of the stand-in."""
    return module._run(case, CLIENT, stand_in)


def test_a_run_that_does_what_is_due_is_equal() -> None:
    """Tasks, words, metrics and requests are as expected; nothing else of the world is looked at."""
    finding = found(TWO, StandIn(SAID))
    assert ("equal", ()) == (finding.verdict, finding.differences)
    assert {"data collection", "file", "list", "project", "report", "task", "write"} == finding.seen
    assert "completed" == json_of(finding, "tasks/101.json")["status_label"]


@pytest.mark.parametrize(
    ("stand_in", "places"),
    [
        (StandIn(SAID, leaves_out={"write"}), {"journal, tasks written", "journal, write", "tasks/101.json"}),
        (StandIn(SAID, leaves_out={"report"}), {"journal, report", "metrics.json"}),
        (
            StandIn(SAID, writes=(101, 112)),
            {"journal, file", "journal, tasks written", "journal, write", "tasks/112.json"},
        ),
        (StandIn({**SAID, "success_count": 2}), {"result.json"}),
        (StandIn({**SAID, "failures": [{"task_id": 112, "error": "other"}]}), {"result.json"}),
    ],
    ids=["unwritten", "unreported", "written too much", "miscounted", "other reason"],
)
def test_whatever_is_not_as_due_is_found(stand_in, places) -> None:
    """In the task itself, in what the client says, and in what it asked for."""
    finding = found(TWO, stand_in)
    assert ("differs", places) == (finding.verdict, {difference.where for difference in finding.differences})


@pytest.mark.parametrize(
    ("case", "said", "verdict", "error", "is_result"),
    [
        (TWO, "no such host", "error", "no such host", True),
        (COLD, "… by capacity gate …", "differs", "capacity gate", False),
        (COLD, "other", "differs", "other", True),
    ],
)
def test_an_error_is_one_unless_it_is_expected(case, said, verdict, error, is_result) -> None:
    """An expected one must say why, and the way there must be in the journal; here nobody has asked the agent."""
    finding = found(case, StandIn({"error": said}))
    places = {difference.where for difference in finding.differences}
    assert (verdict, error, is_result) == (finding.verdict, finding.error, "result.json" in places)
    assert ("journal, feasibility" in places) is (case is COLD)


def entry(line, status=200, party="api", ignored=()):
    """Return a request of the journal."""
    method, path = line.split()
    return {"party": party, "method": method, "path": path, "status": status, "ignored": list(ignored)}


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("project", entry("GET /projects/1/")),
        ("list", entry("GET /sdk/tasks/")),
        ("task", entry("GET /tasks/7/")),
        ("write", entry("PUT /tasks/7/annotate_task_data/")),
        ("unknown", entry("POST /tasks/7/annotate_task_data/")),
        ("run", entry("POST /plugins/shapes/run/")),
        ("cluster", entry("GET /__agents__/1/resources/cluster/")),
        ("report", entry("PATCH /jobs/1/")),
        ("report", entry("POST /logs/")),
        ("job", entry("GET /jobs/1/")),
        ("file", entry("GET /bucket/file", party="storage")),
        ("unknown", entry("PUT /bucket/file", party="storage")),
        ("unknown", entry("GET /v2/tasks/")),
    ],
)
def test_a_request_is_of_one_kind(kind, asked) -> None:
    """By endpoint, method and path; what to_task has no use for is unknown."""
    assert kind == kind_of(asked)


WRITE = entry("PUT /tasks/7/annotate_task_data/")
DUE = Due({"write": 1, "list": 0}, {"report": 2}, [7], frozenset({"status"}), {400: 1})
GOOD = [WRITE, entry("POST /logs/", ignored=["status"]), entry("PATCH /jobs/1/", status=400)]


@pytest.mark.parametrize(
    ("entries", "forgotten", "about"),
    [
        (GOOD, 0, set()),
        (GOOD, 1, {"journal"}),
        ([*GOOD, WRITE], 0, {"journal, write", "journal, tasks written"}),
        ([entry("PUT /tasks/8/annotate_task_data/"), *GOOD[1:]], 0, {"journal, tasks written"}),
        ([*GOOD, entry("GET /sdk/tasks/")], 0, {"journal, list"}),
        ([*GOOD, entry("GET /v2/tasks/")], 0, {"journal, unknown"}),
        ([*GOOD, entry("POST /logs/", status=503)], 0, {"journal, refusals"}),
        ([*GOOD, entry("POST /logs/", ignored=["other"])], 0, {"journal, ignored query keys"}),
        ([*GOOD, entry("POST /logs/")], 0, set()),
        ([WRITE], 0, {"journal, report", "journal, refusals", "journal, ignored query keys"}),
    ],
)
def test_the_journal_must_show_what_is_due_and_nothing_else(entries, forgotten, about) -> None:
    """One request more or less of a known number, one of no known kind, a task written twice: each is a doubt."""
    assert about == {doubt.about for doubt in doubts(entries, forgotten, DUE)}


def test_a_model_that_waits_for_its_window_fails_alone(monkeypatch) -> None:
    """Three calls at a time are answered; one that stays alone is not, so that calls in turn would be seen."""
    monkeypatch.setattr(models, "shapes", lambda request: {"seen": request})
    with ThreadPoolExecutor(3) as pool:
        assert [{"seen": number} for number in range(3)] == list(pool.map(models.together(3), range(3)))
    monkeypatch.setattr(models, "ANSWERS_WITHIN", 0.01)
    with pytest.raises(threading.BrokenBarrierError):
        models.together(3)(1)


def test_a_prediction_tells_what_was_seen() -> None:
    """Other bytes, other parameters or another model make another box."""
    made = [
        models.found_in(picture, parameters, model)
        for picture, parameters, model in ((b"a", {}, 1), (b"b", {}, 1), (b"a", {"t": 1}, 1), (b"a", {}, 2))
    ]
    assert all(one != other for number, one in enumerate(made) for other in made[:number])


def json_of(finding, path):
    """Return a file of what came of a run."""
    return json.loads(finding.tree[path])
