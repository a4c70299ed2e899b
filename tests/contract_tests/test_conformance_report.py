"""The verdict on a version, and its file."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from rich.console import Console

from contract_tests.conformance.cases import Case
from contract_tests.conformance.habits import Expected
from contract_tests.conformance.record import RecordCheck
from contract_tests.conformance.report import VersionReport, show
from contract_tests.conformance.run import Finding, judged
from contract_tests.conformance.to_task.cases import Case as ToTaskCase
from contract_tests.conformance.to_task.run import Finding as ToTaskFinding
from contract_tests.conformance.versions import CLIENTS
from contract_tests.verify.compare import Difference
from contract_tests.verify.outcome import Outcome
from contract_tests.verify.redact import redactor

CLIENT = CLIENTS["2026.2.17"]
TOKEN = "tok-4f1d"
UNMODIFIED, MODIFIED = RecordCheck(3, []), RecordCheck(3, ["synapse_sdk/wire.py"])
ODD = Difference("labels/a.json", 7, f'{{"a": "{TOKEN}"}}', "(absent)")
WANTED = Expected({"labels/a.json": b"{}"}, {"labels/a.json": 7}, exported=1, failed=2)


def finding(
    *differences: Difference, error: str = "", refused: str = "", case: str = "matrix", target: str = "task"
) -> Finding:
    """Return an export with what was found."""
    asked = Case(case, "in-process", originals=True, scope={"project": 1}, target=target, refused=refused)
    outcome = Outcome("in-process", "row", {"labels/a.json": b"{}"}, rows=3, requests=4, seconds=0.5, error=error)
    return Finding(asked, outcome, WANTED, 0, {"stream", "job"}, differences, frozenset({TOKEN}))


def annotated(*differences: Difference, refused: str = "", **result) -> ToTaskFinding:
    """Return a run of to_task with what was found; ``result`` is what the client says."""
    case = ToTaskCase("every outcome", "file", {"labelers": None}, refused=refused)
    said = {"status": "SUCCEEDED", "total_tasks": 3, "success_count": 1, "failed_count": 2, **result}
    tree = {"tasks/7.json": b"{}", "result.json": json.dumps(said).encode()}
    return ToTaskFinding(case, tree, tree, {"write", "list"}, 9, 0.5, differences, frozenset({TOKEN}))


@pytest.mark.parametrize(
    ("findings", "package", "verdict"),
    [
        ([finding(), finding()], UNMODIFIED, "equal"),
        ([finding(), finding(ODD)], UNMODIFIED, "differs"),
        ([finding(ODD), finding(error="503")], UNMODIFIED, "error"),
        ([finding(error="data_unit_id", refused="data_unit_id")], UNMODIFIED, "equal"),
        ([finding(ODD, error="other", refused="data_unit_id")], UNMODIFIED, "differs"),
        ([finding()], MODIFIED, "error"),
        ([], UNMODIFIED, "error"),
    ],
)
def test_the_verdict_is_the_worst_of_all(findings: list[Finding], package: RecordCheck, verdict: str) -> None:
    """A modified package, an unexpected error and no export at all are errors; an expected refusal is none."""
    assert verdict == VersionReport(CLIENT, package, findings, [annotated()]).verdict


@pytest.mark.parametrize(
    ("to_task", "verdict"),
    [
        ([annotated()], "equal"),
        ([annotated(), annotated(ODD)], "differs"),
        ([annotated(error="503"), annotated(ODD)], "error"),
        ([annotated(error="capacity gate", refused="capacity gate")], "equal"),
        ([annotated(ODD, error="other", refused="capacity gate")], "differs"),
        ([], "error"),
    ],
)
def test_to_task_counts_as_exports_do(to_task: list[ToTaskFinding], verdict: str) -> None:
    """One run that differs makes the version differ, an unexpected error or no run at all is an error."""
    assert verdict == VersionReport(CLIENT, UNMODIFIED, [finding()], to_task).verdict


def test_a_run_of_to_task_is_a_row_of_its_own() -> None:
    """With what the client says of itself, what it asked for, and a digest over the tasks alone."""
    one, other = annotated(), annotated(status="FAILED")
    (row,) = json.loads(VersionReport(CLIENT, UNMODIFIED, [], [one]).json())["to_task"]
    assert {
        "case": "every outcome",
        "method": "file",
        "project": 1,
        "filter": {"labelers": None},
        "refused": "",
        "status": "SUCCEEDED",
        "tasks": 3,
        "success": 1,
        "failed": 2,
        "requests": 9,
        "seconds": 0.5,
        "digest": one.digest,
        "seen": ["list", "write"],
        "verdict": "equal",
    } == row
    changed = replace(one, tree={**one.tree, "tasks/7.json": b"{ }"})
    assert (one.digest, True) == (other.digest, one.digest != changed.digest)


def test_the_file_has_the_fields_of_verify_and_the_habits() -> None:
    """Rows carry verify's fields; the file says the version, its package and its habits."""
    report = json.loads(VersionReport(CLIENT, UNMODIFIED, [finding(), finding(case="more")], [annotated()]).json())
    assert ["version", "package", "habits", "rows", "further", "to_task", "verdict"] == list(report)
    assert {"matches_record": True, "files": 3} == report["package"]
    assert (1, 1, "equal") == (len(report["rows"]), len(report["further"]), report["verdict"])
    assert [habit.code for habit in CLIENT.habits] == [habit["code"] for habit in report["habits"]]
    row = report["rows"][0]
    assert {
        "target": "task",
        "head": "in-process",
        "exporter": "row",
        "filter": {"project": 1},
        "originals": True,
        "rows": 3,
        "files": 1,
        "bytes": 2,
        "requests": 4,
        "seconds": 0.5,
        "verdict": "equal",
        "seen": ["job", "stream"],
    }.items() <= row.items()
    assert 64 == len(row["digest"])


def test_a_row_says_what_was_exported() -> None:
    """The target of a row is that of its export, in the file and in the table."""
    report = VersionReport(
        CLIENT, UNMODIFIED, [finding(target="assignment"), finding(case="more", target="task")], [annotated()]
    )
    written = json.loads(report.json())
    assert ["assignment", "task"] == [row["target"] for row in (*written["rows"], *written["further"])]
    console = Console(file=io.StringIO(), width=150)
    show(report, console, redactor([]))
    assert "assignment" in console.file.getvalue()
    assert "every outcome" in console.file.getvalue()


def test_differences_are_shown_without_secrets() -> None:
    """Path, row and both values are printed, tokens masked, four at most."""
    console = Console(file=io.StringIO(), width=140)
    failed = annotated(error=f"refused {TOKEN}")
    show(VersionReport(CLIENT, MODIFIED, [finding(*[ODD] * 6)], [failed]), console, redactor([TOKEN]))
    shown = console.file.getvalue()
    assert "  refused ***" in shown
    assert 4 == shown.count("row 7, labels/a.json")
    assert '{"a": "***"}' in shown
    assert "and 2 more" in shown
    assert "synapse_sdk/wire.py" in shown
    assert TOKEN not in shown


def test_the_clients_own_counts_are_judged() -> None:
    """What the client says that it exported must be what the oracle says."""
    case = finding().case
    assert [] == judged(case, {"exported_count": 1, "failed_count": 2, "total_count": 3}, WANTED)
    (wrong,) = judged(case, {"exported_count": 1, "failed_count": 2, "total_count": 4}, WANTED)
    assert ("result, total_count", "3", "4") == (wrong.where, wrong.expected, wrong.got)


@pytest.mark.parametrize(("error", "count"), [("… data_unit_id …", 0), ("timeout", 1), ("", 1)])
def test_a_refusal_must_come_and_say_why(error: str, count: int) -> None:
    """Another error, or a success, is a difference where a refusal is expected."""
    case = finding(refused="data_unit_id").case
    assert count == len(judged(case, {"error": error} if error else {"total_count": 3}, WANTED))
