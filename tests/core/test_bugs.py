"""The named bugs as data, and the switches."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.ledger.nodes import test_nodes
from fake_backend.core.bugs import KNOWN, Bugs
from fake_backend.core.errors import BadRequest

ROOT = Path(__file__).parents[2]
SOURCES = [path for path in (ROOT / "fake_backend").rglob("*.py") if path.name != "known.py"]
NAMES = st.sets(st.sampled_from(sorted(KNOWN)))


def test_there_are_enough() -> None:
    """25 and more, of which 15 and more must be seen by simulation; no two say the same."""
    assert len(KNOWN) >= 25
    assert sum(bug.seen_by_simulation for bug in KNOWN.values()) >= 15
    assert len(KNOWN) == len({bug.sentence for bug in KNOWN.values()})


def test_each_is_told_in_full() -> None:
    """Its key is its id, in small words; a sentence without a full stop; a ticket, or where else it was met."""
    for name, bug in KNOWN.items():
        assert name == bug.id
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", bug.id)
        assert bug.sentence[:1].islower(), bug
        assert not bug.sentence.endswith("."), bug
        assert re.fullmatch(r"SYN-[0-9]{4}|(incidents|contract)\.md [0-9]+(\.[0-9]+)*", bug.ticket), bug


def test_each_has_a_clause_that_there_is() -> None:
    """The node id of a contract test."""
    clauses = test_nodes(ROOT, "contract_tests/clauses")

    assert set() == {bug.clause for bug in KNOWN.values()} - clauses


def test_each_is_decided_in_one_place() -> None:
    """The id is in the code of the backend once, beside its data: no bug is forgotten, none is spread."""
    code = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    places = {name: code.count(f'"{name}"') for name in KNOWN}

    assert {name for name, number in places.items() if number == 0} == set()
    assert {name: number for name, number in places.items() if number > 1} == {"lists-leak-tenants": 3}  # three reads


@given(NAMES, NAMES)
def test_bugs_are_on_from_when_they_are_switched_on(on: set[str], off: set[str]) -> None:
    """Those that were switched on and not off again; no name for ``off`` means all."""
    bugs = Bugs()
    bugs.on(*on)
    bugs.off(*off)

    assert sorted(on - off if off else ()) == list(bugs)
    assert {name: name in bugs for name in KNOWN} == {name: bool(off) and name in on - off for name in KNOWN}


@given(NAMES)
def test_a_bug_that_there_is_not_is_refused_with_those_that_there_are(others: set[str]) -> None:
    """Nothing is switched on by a list with a wrong name in it; to ask for one is an error of ours."""
    bugs = Bugs()
    with pytest.raises(BadRequest, match="no bug called 'colour'") as refused:
        bugs.on(*others, "colour")

    assert [] == list(bugs)
    assert all(name in str(refused.value.expected) for name in KNOWN)
    with pytest.raises(KeyError):
        assert "colour" in bugs
