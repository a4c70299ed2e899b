"""What ``make power`` calls caught, and what its plugin makes of every backend."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import requests
from rich.console import Console

from contract_tests.power.outcome import IN_PROCESS, LIVE, TRANSPORTS, Trial, Verdict, saw
from contract_tests.power.report import markdown, misses, publish, show
from contract_tests.power.trials import plan
from contract_tests.power.worlds import Worlds
from fake_backend import KNOWN_BUGS, FakeBackend

BUG = KNOWN_BUGS["bulk-drops-rows"]
SEEN = Verdict(BUG.clause, is_red=True, saw=True, reason="AssertionError: fewer")
CRASHED = Verdict(BUG.clause, is_red=True, saw=False, reason="KeyError: 'data'")
GREEN = Verdict(BUG.clause, is_red=False, saw=False, reason="")
ELSEWHERE = Verdict("contract_tests/clauses/test_walks.py::test_another", is_red=True, saw=True, reason="E: x")


def failure(block) -> BaseException:
    """Return what a block raises."""
    with pytest.raises(BaseException) as raised:  # noqa: PT011 (whatever it is)
        block()
    return raised.value


def wrong() -> None:
    raise AssertionError("1 == 2")


def lenient() -> None:
    with pytest.raises(ValueError, match="x"):
        pass


def test_a_test_sees_by_assertions_alone() -> None:
    """A failed assertion, a refusal that did not come; and in a group of failures each must be one."""
    assert saw(failure(wrong))
    assert saw(failure(lenient))
    assert not saw(KeyError("data"))
    assert saw(ExceptionGroup("several", [failure(wrong), failure(wrong)]))
    assert not saw(ExceptionGroup("several", [failure(wrong), KeyError("data")]))


@pytest.mark.parametrize(
    ("bug", "verdicts", "trouble", "words"),
    [
        (BUG.id, [GREEN, SEEN], "", None),
        (BUG.id, [SEEN, ELSEWHERE], "", None),
        (BUG.id, [CRASHED, SEEN], "", None),
        (BUG.id, [GREEN, ELSEWHERE], "", "stayed green"),
        (BUG.id, [CRASHED, ELSEWHERE], "", "crashed (KeyError: 'data')"),
        (BUG.id, [], "no tests ran", "no tests ran"),
        (None, [GREEN], "", None),
        (None, [SEEN], "", "red all the same: AssertionError: fewer"),
        (None, [CRASHED], "", "red all the same: KeyError: 'data'"),
    ],
)
def test_a_bug_is_caught_by_the_clause_that_is_about_it(bug, verdicts, trouble, words) -> None:
    """Another clause's red does not count, nor a crash; without a bug nothing may be red."""
    told = misses([BUG], [Trial(bug, LIVE, verdicts, trouble)])

    assert (words is None) == (told == [])
    assert words is None or words in told[0]


def test_every_bug_is_tried_on_every_transport() -> None:
    """With the clause that is about it; those clauses without a bug too; all clauses where that is asked."""
    bugs = list(KNOWN_BUGS.values())
    asked, whole = plan(bugs, TRANSPORTS, is_full=False), plan(bugs, TRANSPORTS, is_full=True)
    clauses = {(one.bug, one.transport): list(one.clauses) for one in asked}
    every = sorted({bug.clause for bug in bugs})

    assert {(None, one): every for one in TRANSPORTS} | {
        (bug.id, one): [bug.clause] for bug in bugs for one in TRANSPORTS
    } == clauses
    assert {(one.bug, one.transport) for one in whole} == clauses.keys()
    assert {("contract_tests/clauses",)} == {tuple(one.clauses) for one in whole}


def test_the_reports_tell_the_same(tmp_path) -> None:
    """Console, JSON, markdown and HTML: who was red, who crashed, and what is not caught."""
    trials = [Trial(BUG.id, IN_PROCESS, [SEEN]), Trial(BUG.id, LIVE, [CRASHED])]
    console = Console(width=200, record=True, quiet=False, file=(tmp_path / "told").open("w"))
    show([BUG], trials, console)
    console.file.close()
    publish([BUG], trials, tmp_path)
    told = json.loads((tmp_path / "power.json").read_text("utf-8"))

    assert [[BUG.clause], []] == [list(one["red"]) for one in told["trials"]]
    assert [[], [BUG.clause]] == [list(one["crashed"]) for one in told["trials"]]
    assert misses([BUG], trials) == told["not_caught"]
    assert re.search(rf"{BUG.id} .* red +CRASHED", console.export_text())
    assert "| in-process, live ! |" in (tmp_path / "power.md").read_text("utf-8")
    assert "KeyError" in (tmp_path / "power.html").read_text("utf-8")


def test_the_page_has_the_table() -> None:
    """``docs/bugs.md`` shows every bug as the data tell it."""
    page = Path("docs/bugs.md").read_text("utf-8")

    assert markdown(KNOWN_BUGS.values()) in page


@pytest.mark.parametrize("is_live", [False, True])
def test_every_backend_has_the_bug_and_the_transport(is_live) -> None:
    """As long as the plugin is at work, also after a reset; and then backends are as they were."""
    worlds = Worlds(BUG.id, is_live=is_live)
    worlds.pytest_sessionstart()
    try:
        with FakeBackend(seed="empty") as backend:
            backend.reset()
            told = requests.get(f"{backend.url}/_fake/bugs/", timeout=10).json()["on"]
            assert [BUG.id] == told
            for address in (backend.url, backend.storage_url):
                assert is_live == address.startswith("http://127.0.0.1:")
    finally:
        worlds.pytest_unconfigure()
    with FakeBackend(seed="empty") as backend:
        assert [] == list(backend.bugs)
        assert "fake-backend.invalid" in backend.url
