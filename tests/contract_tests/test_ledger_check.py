"""The ledger is held to its promises: a rule without a test, or a contract test without a rule, is a fault."""

from __future__ import annotations

import textwrap
from dataclasses import replace
from datetime import date

import pytest

from contract_tests.ledger import EVIDENCE, LedgerError, Row, faults, read, test_nodes
from contract_tests.ledger.__main__ import main

TODAY = date(2026, 3, 1)
TEST = "contract_tests/clauses/test_a.py::test_b"
ROW = Row("a", "A rule.", "openapi", "tasks:list", date(2026, 2, 28), TEST)
RULE = """
    [[rule]]
    id = "a"
    rule = "A rule."
    evidence = "openapi"
    source = "tasks:list"
    date = 2026-01-31
    test = "contract_tests/clauses/test_a.py::test_b"
"""


def judge(*rows: Row) -> list[str]:
    return faults(rows, tests={TEST}, clauses={TEST}, today=TODAY)


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_a_whole_ledger_has_no_fault(evidence: str) -> None:
    """A row with a test, evidence and a date is accepted; an assumed one with what would settle it."""
    expected: list[str] = []

    settles = "a look at the real backend" if evidence == "assumed" else ""

    versions = ("2026.2.17",) if evidence == "client" else ()

    assert expected == judge(replace(ROW, evidence=evidence, settles=settles, versions=versions))


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([replace(ROW, test="x.py::test_gone"), ROW], "there is no test x.py::test_gone"),
        ([ROW, ROW], "the id is used 2 times"),
        ([replace(ROW, date=date(2026, 3, 2))], "the date 2026-03-02 is in the future"),
        ([replace(ROW, evidence="assumed")], "must say in `settles`"),
        ([replace(ROW, settles="x")], "belongs to assumed rules"),
        ([replace(ROW, evidence="rumour")], "evidence is 'rumour'; it can be seed, openapi"),
        ([replace(ROW, evidence="client")], "must say in `versions`"),
        ([replace(ROW, versions=("2026.2.17",))], "`versions` belongs to"),
        ([ROW, replace(ROW, id="b")], "2 rules name this test"),
        ([replace(ROW, rule=" ")], "rule is blank"),
        ([], f"{TEST}: no rule names this contract test"),
    ],
)
def test_each_fault_is_told_in_a_sentence(rows: list[Row], sentence: str) -> None:
    """Whoever reads the lint output knows which row to mend and how."""
    assert any(sentence in fault for fault in judge(*rows))


def test_tests_are_found_without_importing_them(tmp_path) -> None:
    """Functions and methods count, helpers do not, and nothing is run."""
    source = """
        raise SystemExit("imported")
        def helper(): ...
        def test_one(): ...
        async def test_two(): ...
        class TestGroup:
            def test_three(self): ...
            def helper(self): ...
        class Other:
            def test_four(self): ...
    """
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "test_x.py").write_text(textwrap.dedent(source))
    (tmp_path / "sub" / "other.py").write_text("def test_five(): ...")

    expected = {"sub/test_x.py::test_one", "sub/test_x.py::test_two", "sub/test_x.py::TestGroup::test_three"}

    assert expected == test_nodes(tmp_path, "sub")


def project(tmp_path, ledger: str):
    clauses = tmp_path / "contract_tests" / "clauses"
    clauses.mkdir(parents=True)
    (clauses / "test_a.py").write_text("def test_b(): ...")
    rules = tmp_path / "contract_tests" / "ledger" / "rules"
    rules.mkdir(parents=True)
    (rules / "one.toml").write_text(textwrap.dedent(ledger))
    return tmp_path


def test_a_ledger_is_read_from_toml(tmp_path) -> None:
    """Every field arrives, the date as a date."""
    expected = [replace(ROW, date=date(2026, 1, 31))]

    assert expected == read(project(tmp_path, RULE) / "contract_tests" / "ledger" / "rules")


@pytest.mark.parametrize(
    ("ledger", "sentence"),
    [
        ("[[rule", "one.toml: "),
        (RULE + "    colour = 'red'\n", "one.toml, rule 1 (a): unknown field colour"),
        (RULE.replace("date = 2026-01-31", ""), "one.toml, rule 1 (a): date missing"),
        (RULE.replace("2026-01-31", "'2026-01-31'"), "a TOML date"),
        (RULE.replace("2026-01-31", "2026-01-31T00:00:00"), "a TOML date"),
        (RULE.replace('"A rule."', "3"), "rule must be text"),
        (RULE + "    versions = '2026.2.17'\n", "versions is '2026.2.17'"),
        (RULE.replace("[[rule]]", "[[rules]]"), "unknown table rules"),
    ],
)
def test_a_ledger_that_is_none_is_refused(tmp_path, ledger: str, sentence: str) -> None:
    """A typing error must not make a rule disappear."""
    with pytest.raises(LedgerError) as refusal:
        read(project(tmp_path, ledger) / "contract_tests" / "ledger" / "rules")

    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("status", "ledger", "printed"),
    [(0, RULE, ""), (1, "", "no rule names"), (1, "[[rule", "one.toml")],
)
def test_check_exits_with_its_verdict(tmp_path, capsys, status: int, ledger: str, printed: str) -> None:
    """`make lint` stops on a fault and shows it."""
    assert status == main(["--check"], project(tmp_path, ledger))
    assert printed in capsys.readouterr().err


def test_the_count_shows_what_is_assumed(tmp_path, capsys) -> None:
    """What nobody has verified is in plain sight."""
    ledger = RULE.replace('"openapi"', '"assumed"') + "    settles = 'a look'\n"

    assert main([], project(tmp_path, ledger)) == 0

    assert "assumed" in capsys.readouterr().out
