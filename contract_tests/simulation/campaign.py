"""Many runs of one seed, on two processes."""

from __future__ import annotations

import gc
import logging
import os
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any

from contract_tests.simulation.draw import recipe
from contract_tests.simulation.laws import Broken, broken_laws
from contract_tests.simulation.sometimes import states
from contract_tests.simulation.trial import perform

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PROCESSES = 2
AT_A_TIME = 10  # runs that a process takes at once
LOG, NO_PROXY = "fake_backend", "no_proxy"
ENOUGH = 1_000  # runs from which on a campaign must have been everywhere


@dataclass(frozen=True)
class Line:
    """What one run came to, in numbers.

    Args:
        run: Its number.
        way: What was done.
        promise: What its fault plan was drawn to be.
        is_success: Whether it came to what the oracle tells though faults were in force.
        error: Class of the error that ended it, or blank.
        rows: Rows that it was about.
        requests: That it sent while the faults were in force.
        strikes: Faults that fired.
        seconds: World time.
        kinds: Kinds of faults that fired.
        states: Where it has been.
        broken: Laws that it breaks.
        digest: SHA-256 of its journal.
    """

    run: int
    way: str
    promise: str
    is_success: bool
    error: str
    rows: int
    requests: int
    strikes: int
    seconds: float
    kinds: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    broken: tuple[Broken, ...] = ()
    digest: str = ""


@dataclass
class Tally:
    """What a campaign has come to so far.

    Args:
        lines: One for each run.
    """

    lines: list[Line] = field(default_factory=list)

    @property
    def struck(self) -> list[Line]:
        """Runs in which a fault fired."""
        return [line for line in self.lines if line.strikes]

    @property
    def share(self) -> float:
        """Share of the struck runs that succeeded."""
        return sum(line.is_success for line in self.struck) / max(1, len(self.struck))

    @property
    def broken(self) -> list[Line]:
        """Runs that broke a law."""
        return [line for line in self.lines if line.broken]

    def reached(self) -> Counter[str]:
        """Return how many runs have been in each state."""
        return Counter(state for line in self.lines for state in line.states)


def one(seed: int, run: int, *, bugs: Sequence[str] = ()) -> Line:
    """Perform one run and return what it came to.

    Args:
        seed: Of the campaign.
        run: Its number.
        bugs: Named bugs of the backend that are on.
    """
    trial = perform(recipe(seed, run).with_(bugs=tuple(bugs)))
    first = trial.first
    return Line(
        run,
        trial.recipe.command.way,
        trial.recipe.promise,
        trial.is_success,
        first.error_kind,
        trial.expected.rows,
        len(first.entries),
        first.strikes,
        round(first.seconds, 3),
        tuple(sorted({name.split("-", 1)[1] for name in first.fired})),
        tuple(states(trial)),
        tuple(broken_laws(trial)),
        trial.digest,
    )


def campaign(seed: int, runs: int, *, bugs: Sequence[str] = (), first: int = 0) -> Iterator[Line]:
    """Yield the lines of many runs, in the order of their numbers, as they are there.

    Args:
        seed: Of all of them.
        runs: How many.
        bugs: Named bugs of the backend that are on.
        first: Number of the first.
    """
    numbers = range(first, first + runs)
    # forked from a process that has imported everything; no thread of it is running by then
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("fork"), initializer=prepare) as pool:
        yield from pool.map(partial(one, seed, bugs=tuple(bugs)), numbers, chunksize=AT_A_TIME)


@contextmanager
def many_runs() -> Iterator[None]:
    """Keep this process ready for many short runs, and leave it as it was: it may be that of others, such as a test."""
    log, proxies, threshold = logging.getLogger(LOG), os.environ.get(NO_PROXY), gc.get_threshold()
    level, is_frozen = log.level, gc.get_freeze_count() > 0
    prepare()
    try:
        yield
    finally:
        log.setLevel(level)
        gc.set_threshold(*threshold)
        if not is_frozen:
            gc.unfreeze()
        if proxies is None:
            del os.environ[NO_PROXY]
        else:
            os.environ[NO_PROXY] = proxies


def prepare() -> None:
    """Make a process of our own ready for many short runs: nothing old for the collector to look at."""
    logging.getLogger(LOG).setLevel(logging.ERROR)  # jobs are meant to fail here
    os.environ[NO_PROXY] = ".invalid"  # requests would look for a proxy anew each time
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def as_json(line: Line) -> dict[str, Any]:
    """Return a line as JSON has it."""
    return {**line.__dict__, "broken": [{"law": one.law, "sentence": one.sentence} for one in line.broken]}
