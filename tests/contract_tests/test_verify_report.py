"""What a run writes down: verdicts, the three report files, and never a secret."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from contract_tests.verify.console import show
from contract_tests.verify.junit import junit
from contract_tests.verify.outcome import EXPORTERS, HEADS, Outcome
from contract_tests.verify.page import page
from contract_tests.verify.redact import redactor
from contract_tests.verify.report import Report, judge_by_each_other, judge_by_oracle

TREE = {"labels/a.json": b"1", "labels/b.json": b"2"}
SWAPPED = {"labels/a.json": b"2", "labels/b.json": b"1"}
OWNERS = {"task": {"labels/a.json": 7, "labels/b.json": 8}, "ground_truth": {}}
SCOPE = {"project": 1, "search": "고양이"}
SCOPES = {"task": SCOPE, "ground_truth": {"ground_truth_dataset_versions": [3]}}
SKIPPED = {"assignment": "--project <was> not given"}


def outcomes(**changed: Outcome) -> list[Outcome]:
    """Return one outcome for each head and exporter, some of them replaced by name."""
    whole = [Outcome(head, kind, TREE, rows=2, requests=5, seconds=0.25) for head in HEADS for kind in EXPORTERS]
    return [changed.get(outcome.name.removeprefix("task-").replace("-", "_"), outcome) for outcome in whole]


def report(*run: Outcome) -> Report:
    return Report(SCOPES, judge_by_oracle(run, lambda target, exporter: TREE, OWNERS), SKIPPED)


FAILED = Outcome("delegated", "row", error="Rows 3 & 4 are <surplus>\x00.")
DIFFERING = Outcome("in-process", "row", SWAPPED)


@pytest.mark.parametrize(
    ("verdict", "run"),
    [
        ("equal", outcomes()),
        ("differs", outcomes(in_process_row=DIFFERING)),
        ("error", outcomes(delegated_row=FAILED)),
        ("error", outcomes(delegated_row=FAILED, in_process_row=DIFFERING)),
    ],
)
def test_the_worst_verdict_is_that_of_the_run(verdict: str, run: list[Outcome]) -> None:
    """One export that went wrong is enough."""
    assert verdict == report(*run).verdict


def test_report_json_has_these_fields_and_no_others() -> None:
    """CI systems read it: docs/reports.md is its description, to the field."""
    expected = {
        "rows": [
            {
                "target": "task",
                "head": "delegated",
                "exporter": "row",
                "filter": SCOPE,
                "originals": True,
                "rows": 2,
                "files": 2,
                "bytes": 2,
                "digest": Outcome("delegated", "row", TREE).digest,
                "requests": 5,
                "seconds": 0.25,
                "verdict": "equal",
            }
        ],
        "skipped": [{"target": "assignment", "reason": "--project <was> not given"}],
        "verdict": "equal",
    }

    assert expected == json.loads(report(outcomes()[0]).json())


def test_without_an_oracle_a_difference_is_held_against_both_heads() -> None:
    """Nobody can say which of the two is right; an export that failed has nothing to compare."""
    run = outcomes(in_process_row=DIFFERING, delegated_sheet=Outcome("delegated", "sheet", error="gone"))

    run.append(Outcome("in-process", "row", TREE, target="ground_truth"))  # of another target: nothing to compare

    expected = ["differs", "error", "differs", "equal", "equal"]

    assert expected == [judgement.verdict for judgement in judge_by_each_other(run, OWNERS)]


def test_junit_has_a_case_for_each_export() -> None:
    """A failure for a difference, an error for an export that failed, and well-formed whatever the sentence holds."""
    suite = ET.fromstring(junit(report(*outcomes(delegated_row=FAILED, in_process_row=DIFFERING))))  # noqa: S314 - our own

    expected = [
        ("delegated-row", ["error"]),
        ("delegated-sheet", []),
        ("in-process-row", ["failure"]),
        ("in-process-sheet", []),
        ("all", ["skipped"]),
    ]

    assert expected == [(case.get("name"), [child.tag for child in case]) for case in suite]
    assert ["verify.task"] * 4 + ["verify.assignment"] == [case.get("classname") for case in suite]
    assert ["5", "1", "1", "1"] == [suite.get(name) for name in ("tests", "failures", "errors", "skipped")]


def test_the_page_stands_alone_and_escapes_what_it_shows() -> None:
    """No script, style sheet or picture from elsewhere, and no markup from an answer."""
    html = page(report(*outcomes(delegated_row=FAILED, in_process_row=DIFFERING)))

    assert "are &lt;surplus&gt;" in html
    assert "고양이" in html
    assert "--project &lt;was&gt; not given" in html
    assert not any(word in html for word in ("<script", "<link", "src=", "http"))


def test_the_terminal_shows_the_differing_rows() -> None:
    """Row, place and both values of the first differences, and the sentence of an error."""
    screen = io.StringIO()
    show(report(*outcomes(delegated_row=FAILED, in_process_row=DIFFERING)), Console(file=screen, width=160), str)

    for shown in ("row 7, labels/a.json", "row 8, labels/b.json", "expected 1", "got      2", "are <surplus>"):
        assert shown in screen.getvalue()
    assert "assignment: skipped: --project <was> not given" in screen.getvalue()


def test_the_table_fits_eighty_columns() -> None:
    """A terminal has that many; a row that is cut or folded cannot be read."""
    screen = io.StringIO()
    big = Outcome("in-process", "sheet", {"a": b"x" * 999_999}, 9999, 9999, 9.99, target="ground_truth")
    show(Report(SCOPES, judge_by_oracle([big], lambda *_: big.tree, OWNERS)), Console(file=screen, width=80), str)

    table = screen.getvalue().splitlines()
    assert ["ground_truth", "in-process", "sheet", "9999", "1", "999,999", "9999", "9.99"] == table[2].split()[:8]
    assert table[2].split()[9] == "equal"
    assert max(map(len, table)) <= 80


tokens = st.text(st.characters(categories=["L", "N"]), min_size=4, max_size=12)


@given(st.lists(tokens, max_size=3), st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_no_secret_survives_redaction(secrets: list[str], gaps: list[str]) -> None:
    """Wherever a token stands in a text, it shows as stars, also when one token is the beginning of another."""
    text = "".join(gap + secret for gap in gaps for secret in secrets)

    assert not any(secret in redactor(secrets)(text) for secret in secrets)


def test_signatures_are_masked_wherever_they_come_from() -> None:
    """A presigned URL is a key to its object for as long as it lasts."""
    expected = "GET http://h/k?X-Amz-Expires=60&X-Amz-Signature=***&x=1 then X-Amz-Signature=***"

    assert expected == redactor([])("GET http://h/k?X-Amz-Expires=60&X-Amz-Signature=ab12&x=1 then X-Amz-Signature=cd")
