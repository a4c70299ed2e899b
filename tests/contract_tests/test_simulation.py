"""The simulation itself: what is drawn repeats, laws can break, and a search that misses something says so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.simulation.campaign import ENOUGH, Line, Tally, one
from contract_tests.simulation.draw import recipe
from contract_tests.simulation.laws import Broken, broken_laws
from contract_tests.simulation.lot import Lot
from contract_tests.simulation.sometimes import SOMETIMES, WAYS
from contract_tests.simulation.summary import complaints
from contract_tests.simulation.trial import perform, published
from contract_tests.simulation.turns import Turns
from fake_backend import KNOWN_BUGS

SEED = 20_261_128
SIDE_BY_SIDE = 37  # of this seed: downloads run side by side, and a fault strikes
EVERYWHERE = Line(0, WAYS[0], "within", True, "", 20, 40, 2, 1.0, states=(*WAYS, *SOMETIMES))


def test_every_law_holds_for_runs_that_nobody_has_chosen() -> None:
    """A short campaign of each day; a long one is ``make simulate``."""
    broken = {run: line.broken for run in range(8) if (line := one(SEED, run)).broken}

    assert {} == broken


def test_two_processes_have_one_journal_whatever_the_hash_seed(tmp_path) -> None:
    """Equal byte for byte: nothing in it comes from the process, the machine or its clock."""
    path = tmp_path / "journal"
    told = [sys.executable, "-m", "contract_tests.simulation", "--seed", str(SEED), "--run", "2", "--journal", path]
    subprocess.run(told, check=True, env={**os.environ, "PYTHONHASHSEED": "12345"}, stdout=subprocess.DEVNULL)

    journal = perform(recipe(SEED, 2)).journal

    assert journal == path.read_bytes()
    assert len(journal.splitlines()) > 10


def test_two_orders_of_what_runs_side_by_side_leave_the_same_artefacts() -> None:
    """Whatever overtakes what: the tree is the same, though the requests come in another order."""
    quiet = recipe(SEED, SIDE_BY_SIDE).with_(faults={"seed": 0, "rules": []}, promise="none")
    one_way, other_way = (perform(quiet.with_(order=name)) for name in ("first", "second"))

    assert published(one_way.first) == published(other_way.first) != {}
    assert one_way.journal != other_way.journal
    assert sorted(entry["path"] for entry in one_way.entries) == sorted(entry["path"] for entry in other_way.entries)


def test_an_added_fault_changes_no_other_faults_draws() -> None:
    """Every rule draws for itself: what it strikes, it strikes beside another one too."""
    mine = {"id": "mine", "match": {"probability": 0.3}, "effect": {"headers": {"X-Struck": "1"}}}
    other = {"id": "other", "match": {"probability": 0.5}, "effect": {"headers": {"X-Other": "1"}}}
    plain = recipe(SEED, SIDE_BY_SIDE).with_(promise="within", jumps={})
    alone, beside = (
        perform(plain.with_(faults={"seed": 4, "rules": rules})).entries for rules in ([mine], [other, mine])
    )
    struck = [[entry["number"] for entry in entries if "mine" in entry["faults"]] for entries in (alone, beside)]

    assert struck[0] == struck[1] != []
    assert any("other" in entry["faults"] for entry in beside)


def test_a_run_is_drawn_from_its_seed_and_number_alone() -> None:
    """The same one twice, another one for another number, and JSON holds all of it."""
    drawn = recipe(SEED, 5)

    assert drawn == recipe(SEED, 5)
    assert drawn.document != recipe(SEED, 6).document
    assert drawn == type(drawn).of_json(drawn.as_json())


@given(st.lists(st.integers(), max_size=8), st.integers(1, 4), st.text(max_size=4))
def test_turns_hand_back_what_each_call_returns_in_this_thread(numbers, workers, name) -> None:
    """As any executor: each call once, its own result; and no thread is started."""
    before, ran = threading.active_count(), []
    with Turns(workers, Lot(name)) as pool:
        turns = [pool.submit(lambda number: ran.append(number) or threading.get_ident(), number) for number in numbers]
        assert {threading.get_ident()} >= {turn.result() for turn in turns}

    assert sorted(numbers) == sorted(ran)
    assert before == threading.active_count()


def test_turns_are_in_an_order_that_is_drawn() -> None:
    """Calls overtake each other as far as there are workers, otherwise in another seed."""

    def order(name, workers):
        ran = []
        with Turns(workers, Lot(name)) as pool:
            for number in range(6):
                pool.submit(ran.append, number)
        return tuple(ran)

    assert {(0, 1, 2, 3, 4, 5)} == {order(str(name), 1) for name in range(20)}
    assert len({order(str(name), 3) for name in range(20)}) > 3


def test_an_error_of_a_call_is_its_own() -> None:
    """Whoever waits for it gets it, and the others are done."""
    with Turns(2, Lot("error")) as pool:
        good, bad = pool.submit(lambda: 1), pool.submit(lambda: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            bad.result()
        assert 1 == good.result()


@pytest.mark.parametrize("missing", [*WAYS, *SOMETIMES])
def test_a_campaign_that_misses_a_state_says_so(missing) -> None:
    """From a thousand runs on, everything interesting has to have happened."""
    states = tuple(name for name in EVERYWHERE.states if name != missing)

    assert [] == complaints(Tally([EVERYWHERE] * ENOUGH))
    assert [f"no run was there: {missing}"] == complaints(Tally([replace(EVERYWHERE, states=states)] * ENOUGH))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"is_success": False}, "of the runs in which a fault fired succeeded"),
        ({"rows": 19}, "the median run has 19 rows"),
        ({"requests": 39}, "the median run has 39 requests"),
        ({"strikes": 1}, "the median run has 1 strikes"),
        ({"broken": (Broken("survives", "it did not"),)}, "run 0 breaks survives: it did not"),
    ],
)
def test_a_campaign_that_is_too_easy_or_breaks_a_law_fails(change, words) -> None:
    """Medians and shares are those that are asked for, and a broken law is told with its run."""
    assert words in complaints(Tally([replace(EVERYWHERE, **change)] * ENOUGH))[0]


def test_laws_break_where_they_are_broken() -> None:
    """Each law about what is left behind sees it: another content, a foreign row, an error of nobody's, a leftover."""
    trial = perform(recipe(SEED, SIDE_BY_SIDE).with_(faults={"seed": 0, "rules": []}, promise="none"))
    assert [] == broken_laws(trial)
    path = next(iter(trial.first.tree))

    def names(**changes):
        return [one.law for one in broken_laws(replace(trial, first=replace(trial.first, **changes)))]

    assert "equals-oracle" in names(tree={})
    assert "equals-oracle" in names(tree={**trial.first.tree, "export/more": b""})
    assert "nothing-foreign" in names(tree={**trial.first.tree, path: b"of another tenant"})
    assert {"clear-error", "survives", "nothing-left"} <= {*names(error="no", error_kind="KeyError", is_clear=False)}
    assert ["write-once"] == names(jobs=2)
    assert ["bounded-wait"] == names(longest_wait=61.0)
    assert ["bounded-wait"] == names(seconds=400.0)
    assert ["bounded-requests"] == names(entries=trial.first.entries * 5)


def test_a_bug_that_is_on_breaks_a_law_soon() -> None:
    """A search that sees nothing of a backend that loses rows would prove nothing."""
    assert "bulk-drops-rows" in KNOWN_BUGS
    assert any(one(SEED, run, bugs=["bulk-drops-rows"]).broken for run in range(20))
