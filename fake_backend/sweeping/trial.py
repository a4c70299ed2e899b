"""One run with one fault, and what it came to."""

from __future__ import annotations

import reprlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from fake_backend.core.clock import VirtualClock
from fake_backend.core.errors import BadRequest
from fake_backend.core.journal import Entry
from fake_backend.faults import NeverFired
from fake_backend.sweeping.facts import Facts, facts
from fake_backend.sweeping.guard import Guard, Limits, Runaway

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend.backend import FakeBackend
    from fake_backend.sweeping.classes import FaultClass
    from fake_backend.sweeping.points import Point

RULE = "single"
UNCLEAR = (AssertionError, ArithmeticError, AttributeError, LookupError, NameError, TypeError, RecursionError)
"""Errors that say something of the program and nothing of what befell it."""


class Verdict(StrEnum):
    """What a run with a fault came to."""

    RECOVERS = "recovers"
    CLEAR_ERROR = "clear error"
    UNCLEAR_ERROR = "unclear error"
    DUPLICATES = "duplicates"
    LOSES_DATA = "loses data"
    HANGS = "hangs"
    NOT_REACHED = "not reached"


@dataclass(frozen=True)
class Work:
    """What is run, again and again.

    Args:
        run: The user's own code.
        left: Reads what it has left behind, once it is over.
        backend: Makes a new backend, the same each time.
    """

    run: Callable[[FakeBackend], Any]
    left: Callable[[FakeBackend], Any]
    backend: Callable[[], FakeBackend]


@dataclass(frozen=True)
class Outcome:
    """What a run came to.

    Args:
        value: What it returned.
        left: What it has left behind.
        facts: What is in the backend then.
        requests: How many it made.
        seconds: World time that it took.
    """

    value: Any
    left: Any
    facts: Facts
    requests: int
    seconds: float


@dataclass(frozen=True)
class Cell:
    """One fault at one request.

    Args:
        point: The request.
        fault: Name of the class.
        verdict: What it came to.
        told: In words: the error, or what differs.
        requests: How many the run made.
        seconds: World time that it took.
    """

    point: Point
    fault: str
    verdict: Verdict
    told: str
    requests: int
    seconds: float


def undisturbed(work: Work) -> tuple[Outcome, list[Entry]]:
    """Return what a run without faults comes to, and its requests.

    Raises:
        BadRequest: The backend's clock is not virtual.
    """
    with work.backend() as backend:
        clock = _virtual(backend)
        begun, entries = clock.monotonic(), list[Entry]()
        backend.journal.watch(entries.append)  # the journal itself forgets the first of many
        value = work.run(backend)
        backend.journal.watch(None)
        seconds = clock.monotonic() - begun
        return Outcome(value, work.left(backend), facts(backend, entries), len(entries), seconds), entries


def trial(work: Work, point: Point, fault: FaultClass, due: Outcome, limits: Limits) -> Cell:
    """Run once with one fault and judge what came of it.

    Args:
        work: What to run.
        point: The request that is struck.
        fault: With what.
        due: What a run without faults comes to.
        limits: What the run may take before it counts as one that hangs.
    """
    plan = {"rules": [{"id": RULE, "match": point.match, "effect": fault.effect(point), "times": 1}]}
    with work.backend() as backend:
        clock = _virtual(backend)
        begun = clock.monotonic()
        value, error, fired = None, None, True
        guard = Guard(backend.journal, clock, limits)
        try:
            with backend.faults.during(plan), guard:  # during, so that a run may reset its world
                try:
                    value = work.run(backend)
                except (Exception, SystemExit, Runaway) as caught:  # noqa: BLE001 (whatever it raises is what is judged)
                    error = caught
        except NeverFired:
            fired = False
        requests, seconds = len(guard.entries), clock.monotonic() - begun
        if guard.reached:
            return Cell(point, fault.name, Verdict.HANGS, guard.reached, requests, seconds)
        backend.faults.clear()
        came_to = facts(backend, guard.entries)
        left = work.left(backend) if error is None else None
        verdict, told = _judged(Outcome(value, left, came_to, requests, seconds), error, due, fired=fired)
        return Cell(point, fault.name, verdict, told, requests, seconds)


def _judged(found: Outcome, error: BaseException | None, due: Outcome, *, fired: bool) -> tuple[Verdict, str]:
    if not fired:
        return Verdict.NOT_REACHED, "the request was not made this time"
    doubled = found.facts.doubled(due.facts)
    if doubled:
        return Verdict.DUPLICATES, doubled
    if error is not None:
        told = f"{type(error).__name__}: {error}"
        return (Verdict.UNCLEAR_ERROR if isinstance(error, UNCLEAR) else Verdict.CLEAR_ERROR), told
    if found.value != due.value:
        return Verdict.LOSES_DATA, f"it ends well and returns {reprlib.repr(found.value)}"
    if found.left != due.left:
        return Verdict.LOSES_DATA, "it ends well and leaves something else behind"
    if found.facts.tasks != due.facts.tasks:
        pairs = zip(found.facts.tasks, due.facts.tasks, strict=False)
        changed = [row[0] for row, other in pairs if row != other]
        return Verdict.LOSES_DATA, f"it ends well, and tasks differ: {', '.join(map(str, changed[:5]))}"
    return Verdict.RECOVERS, ""


def _virtual(backend: FakeBackend) -> VirtualClock:
    if not isinstance(backend.clock, VirtualClock):
        raise BadRequest("A sweep lives in virtual time.", received=repr(backend.clock), expected="clock='virtual'")
    return backend.clock
