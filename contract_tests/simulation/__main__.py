"""``python -m contract_tests.simulation``: many drawn runs of the SDK under faults, and the laws that must hold.

Exit status: 0 when every law held and, from 1,000 runs on, the search has been everywhere; 1 when not; 2 for arguments
that mean nothing. With ``--bug`` a law has to be broken: 1 as soon as one is. With ``--bug all`` each bug that says
``seen by simulation`` has to break one: 0 when they all do.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from contract_tests.simulation.campaign import Tally, campaign, many_runs
from contract_tests.simulation.draw import recipe
from contract_tests.simulation.keeping import keep
from contract_tests.simulation.laws import broken_laws
from contract_tests.simulation.seen import seen_by_simulation
from contract_tests.simulation.summary import complaints, show, write
from contract_tests.simulation.trial import perform
from fake_backend import KNOWN_BUGS

if TYPE_CHECKING:
    from collections.abc import Sequence

BUILD = Path(__file__).resolve().parents[2] / "build" / "simulation"
WIDTH = 120  # columns where there is no terminal to ask
KEPT = 5  # capsules of one campaign; a broken law seldom breaks once
ALL = "all"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for and return the exit status.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    given = _parsed(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    if given.run is not None and given.bug == ALL:
        sys.stderr.write("simulation: --run is about one run, and --bug all about many; name one bug\n")
        return 2
    if given.run is not None:
        return _one(console, given)
    if given.bug == ALL:
        return _every_bug(console, given)
    began = time.perf_counter()
    tally = _runs(console, given.seed, given.runs, bug=given.bug)
    seconds = time.perf_counter() - began
    wrong = complaints(tally)
    show(console, tally, seconds)
    told = write(BUILD, given.seed, tally, seconds, wrong)
    for sentence in wrong:
        console.print(f"[bold red]broken[/]: {sentence}", soft_wrap=True)
    console.print(f"summary: {told.relative_to(BUILD.parents[1])}")
    return 1 if wrong else 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m contract_tests.simulation", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=_count, default=1_000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: 1)")
    parser.add_argument("--bug", choices=[*KNOWN_BUGS, ALL], help="wrong behaviour of the backend; a law must break")
    parser.add_argument("--run", type=int, help="one run alone, by its number")
    parser.add_argument("--order", default="first", help="name of the order of what runs side by side, for --run")
    parser.add_argument("--journal", type=Path, help="file for the journal of --run, one line a request")
    parser.add_argument("--capsule", type=Path, help="file for the capsule of --run, whether a law breaks or not")
    return parser.parse_args(arguments)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of runs; one of at least 1 would do")
    return int(text)


def _runs(console: Console, seed: int, runs: int, *, bug: str | None) -> Tally:
    """Run a campaign; with a bug only until a law breaks."""
    tally, bugs = Tally(), [] if bug is None else [bug]
    for line in campaign(seed, runs, bugs=bugs):
        tally.lines.append(line)
        if line.broken:
            if len(tally.broken) <= KEPT:
                trial = perform(recipe(seed, line.run).with_(bugs=tuple(bugs)))
                path = keep(trial, BUILD)
                console.print(f"run {line.run} ({line.way}, {line.promise}): {line.broken[0]}", soft_wrap=True)
                console.print(f"capsule: {path.relative_to(BUILD.parents[1])}")
            if bug is not None:
                break
    return tally


def _one(console: Console, given: argparse.Namespace) -> int:
    bugs = (given.bug,) if given.bug else ()
    with many_runs():
        trial = perform(recipe(given.seed, given.run).with_(order=given.order, bugs=bugs))
        broken = broken_laws(trial)
    if given.journal is not None:
        given.journal.write_bytes(trial.journal)
    if given.capsule is not None:
        keep(trial, given.capsule.parent, given.capsule.name)
    console.print(f"{trial.recipe!r}: {len(trial.entries)} requests, {trial.first.strikes} faults", soft_wrap=True)
    console.print(f"journal: {trial.digest}")
    for law in broken:
        console.print(f"[bold red]broken[/]: {law}", soft_wrap=True)
    return 1 if broken else 0


def _every_bug(console: Console, given: argparse.Namespace) -> int:
    missed, bugs = [], seen_by_simulation()
    for bug in bugs:
        tally = Tally()
        for line in campaign(given.seed, given.runs, bugs=[bug]):
            tally.lines.append(line)
            if line.broken:
                break
        if tally.broken:
            console.print(f"{bug}: run {tally.broken[0].run} breaks {tally.broken[0].broken[0]}", soft_wrap=True)
        else:
            missed.append(bug)
            console.print(f"[bold red]{bug}[/]: {given.runs} runs, and no law breaks")
    console.print(f"{len(bugs)} bugs: {len(bugs) - len(missed)} break a law within {given.runs} runs")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
