"""The command on the embedded fake: verdicts, exit status, and what it leaves behind."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from verify_small import SCOPES, verify, with_pictures

from contract_tests.oracle import expected_rows
from contract_tests.verify import embedded
from contract_tests.verify.outcome import METHODS, TARGETS, WAYS


@pytest.fixture
def small(monkeypatch) -> None:
    """Let the command verify a document that is quicker to export than the demo."""
    monkeypatch.setattr(embedded, "document", lambda seed, hard: with_pictures(seed, hard=hard))
    monkeypatch.setattr(embedded, "SCOPES", SCOPES)


@pytest.mark.usefixtures("small")
def test_all_is_equal_in_all_fourteen_ways(tmp_path, capsys) -> None:
    """Exit 0; targets by heads and exporters, to_task by methods; equal digests; artefacts as they were compared."""
    status, report = verify(tmp_path)
    rows = report["rows"]

    assert (0, "equal", []) == (status, report["verdict"], report["skipped"])
    assert [(target, *way) for target in TARGETS for way in WAYS] + [("to_task", way, "") for way in METHODS] == [
        (row["target"], row["head"], row["exporter"]) for row in rows
    ]
    assert [6] * 8 + [5] * 4 + [6] * 2 == [row["rows"] for row in rows]
    for start in (0, 4, 8):
        delegated, in_process = ([row["digest"] for row in rows[at : at + 2]] for at in (start, start + 2))
        assert delegated == in_process
    for row in rows:
        folder = tmp_path / "verify" / f"{row['target']}-{row['head']}-{row['exporter']}".removesuffix("-")
        kept = [path for path in folder.rglob("*") if path.is_file()]

        assert (row["files"], row["bytes"]) == (len(kept), sum(path.stat().st_size for path in kept))
        assert row["requests"] > 0
    assert "cold start: " in capsys.readouterr().out


def test_of_the_demo_each_filter_keeps_some_rows() -> None:
    """``make verify`` itself exports the demo; here, that a filter that is lost in part would show."""
    demo = json.loads(Path("fixtures/demo-seed-1.json").read_text("utf-8"))

    for target, count in zip(TARGETS, (200, 100, 60), strict=True):
        scope = dict(embedded.SCOPES[target])

        assert count == len(expected_rows(demo, scope, target=target, tenant=embedded.TENANT))
        for key in scope.keys() - {"project"}:
            fewer = {name: value for name, value in scope.items() if name != key}

            assert count < len(expected_rows(demo, fewer, target=target, tenant=embedded.TENANT)), key


@pytest.mark.usefixtures("small")
def test_targets_are_exported_as_they_are_chosen(tmp_path, capsys) -> None:
    """One or several, in the order of all; the others are neither exported nor called skipped."""
    status, report = verify(tmp_path, "--target", "ground_truth", "--target", "task")

    assert (0, []) == (status, report["skipped"])
    assert ["task"] * 4 + ["ground_truth"] * 4 == [row["target"] for row in report["rows"]]
    assert [SCOPES["task"]] * 4 + [SCOPES["ground_truth"]] * 4 == [row["filter"] for row in report["rows"]]
    assert "assignment" not in capsys.readouterr().out


LOST = "surplus row.*: {}\\b"
MISSING = "\\b{}\\b.* missing from the bulk answer"
SWAPPED = "row {}, labels(?s:.)*row {}, labels"
CAUGHT = {
    "delegated-filter-loss": (
        ["error", "error", "equal", "equal"],
        {"task": LOST.format("6, 3"), "assignment": LOST.format("6, 3"), "ground_truth": LOST.format("6, 3")},
    ),
    "bulk-drops-rows": (
        ["equal", "equal", "error", "error"],
        {"task": MISSING.format(4), "assignment": MISSING.format(4), "ground_truth": MISSING.format(5)},
    ),
    "bulk-swaps-payloads": (
        ["equal", "equal", "differs", "differs"],
        dict.fromkeys(TARGETS, f"{SWAPPED.format(7, 8)}|{SWAPPED.format(8, 7)}"),
    ),
}


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize("bug", sorted(CAUGHT))
def test_a_bug_is_caught_and_named(tmp_path, capsys, bug: str) -> None:
    """Exit 1, for each target the verdict on the head that the bug is in, and the rows on the terminal."""
    verdicts, shown = CAUGHT[bug]

    status, report = verify(tmp_path, "--bug", bug, *(word for target in TARGETS for word in ("--target", target)))
    told = re.split(r"^(task|assignment|ground_truth), ", capsys.readouterr().out, flags=re.MULTILINE)
    explained = list(zip(told[1::2], told[2::2], strict=True))

    assert (1, verdicts * 3) == (status, [row["verdict"] for row in report["rows"]])
    for target in TARGETS:
        assert any(name == target and re.search(shown[target], text) for name, text in explained), target
