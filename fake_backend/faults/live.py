"""The faults of one world: the plans in force, what they say together of an arrival, and connections that are spoiled.

Where two rules strike the same arrival, what the earlier one says goes before what the later one says.
"""

from __future__ import annotations

import itertools
import threading
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

from fake_backend.core.errors import BadRequest
from fake_backend.faults.in_force import InForce
from fake_backend.faults.never_fired import NeverFired

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from os import PathLike

    from fake_backend.core.clock import Clock
    from fake_backend.faults.arrival import Arrival
    from fake_backend.faults.in_force import RuleReport
    from fake_backend.faults.rules import Effect, Plan


BREAKS: Final = ("drop", "reset")


@dataclass(frozen=True)
class Strike:
    """What befalls an arrival.

    Args:
        effect: All that happens.
        rules: The rules that had a part in it.
    """

    effect: Effect
    rules: tuple[str, ...]


class Faults:
    """The faults of one world. Safe to use from several threads.

    Args:
        clock: The world's time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._plans: dict[int, InForce] = {}
        self._numbers = itertools.count(1)
        self._spoiled: WeakKeyDictionary[Any, Effect] = WeakKeyDictionary()

    def __repr__(self) -> str:
        told = self.report()
        return f"<Faults {sum(one.fired for one in told)} fired of {len(told)} rules>"

    def __bool__(self) -> bool:
        """Return whether anything can be struck at all."""
        return any(plan.rules for plan in self._plans.values()) or bool(self._spoiled)

    def put(self, plan: Plan | Mapping[str, Any] | str | PathLike[str]) -> int:
        """Put a plan in force beside those that are, and return a number by which ``take`` knows it.

        Args:
            plan: A plan, the document of one, or the path of its file (JSON, or TOML).

        Raises:
            PlanInvalid: It is no plan.
            BadRequest: A rule in force has the name of one of its rules.
        """
        return self._put(_plan(plan), kept=False)[0]

    def _put(self, plan: Plan, *, kept: bool) -> tuple[int, InForce]:
        with self._lock:
            taken = {one.rule.id for other in self._plans.values() for one in other.rules}
            for rule in plan.rules:
                if rule.id in taken:
                    raise BadRequest(f"A fault {rule.id!r} is in force already.", received=rule.id, field="rules")
            number = next(self._numbers)
            self._plans[number] = InForce(plan, self._clock.monotonic(), kept=kept)
            return number, self._plans[number]

    def take(self, number: int) -> list[RuleReport]:
        """Take a plan out of force and return what became of its rules; connections that were spoiled stay so."""
        with self._lock:
            mine = self._plans.pop(number, None)
        return [one.report() for one in mine.rules] if mine is not None else []

    def clear(self) -> None:
        """Take every plan out of force, and forget what was spoiled."""
        with self._lock:
            self._plans.clear()
            self._spoiled.clear()

    def reset(self) -> None:
        """Begin anew, as the world does: plans that a ``during`` keeps count from the start, all others end."""
        with self._lock:
            self._plans = {number: plan for number, plan in self._plans.items() if plan.kept}
            for plan in self._plans.values():
                plan.begin(self._clock.monotonic())
            self._spoiled.clear()

    @contextmanager
    def during(self, plan: Plan | Mapping[str, Any] | str | PathLike[str]) -> Iterator[Faults]:
        """Keep a plan in force for a while, also when the world is reset meanwhile.

        Raises:
            NeverFired: A rule that was active struck nothing, though it may have been cleared before the end; not
                where the block ends in an error of its own.
        """
        number, kept = self._put(_plan(plan), kept=True)
        try:
            yield self
        except BaseException:
            self.take(number)
            raise
        self.take(number)
        if idle := kept.idle():
            raise NeverFired(idle)

    def came_of(self, strike: Strike) -> None:
        """Count the strike of a worker's step as fired: something has come of it; of several rules, of the first."""
        with self._lock:
            now = self._clock.monotonic()
            for plan in self._plans.values():
                for one in plan.rules:
                    if one.rule.id == strike.rules[0]:
                        one.fires(now)

    def report(self) -> list[RuleReport]:
        """Return what became of each rule in force."""
        with self._lock:
            return [one.report() for plan in self._plans.values() for one in plan.rules]

    def strike(self, arrival: Arrival, one_off: Effect | None = None) -> Strike | None:
        """Return what befalls an arrival, ``None`` for nothing.

        Args:
            arrival: What comes.
            one_off: What the request asked for itself; goes before all rules.
        """
        with self._lock:
            spoiled = None if arrival.connection is None else self._spoiled.get(arrival.connection)
            now = self._clock.monotonic()
            struck = [rule for plan in self._plans.values() for rule in plan.struck(arrival, now)]
            effects = [*([spoiled] if spoiled else []), *([one_off] if one_off else [])]
            effects += [rule.effect for rule in struck]
            if not effects:
                return None
            effect = merged(effects)
            if effect.spoil is not None and spoiled is None and arrival.connection is not None:
                self._spoiled[arrival.connection] = _lasting(effect)
            return Strike(effect, tuple(rule.id for rule in struck))


def merged(effects: list[Effect]) -> Effect:
    """Return all that several effects say; what an earlier one says goes before what a later one says.

    A connection breaks in one way: where the earlier one drops or resets it, the later one does not.
    """
    first, *others = effects
    blank = type(first)()
    for other in others:
        closed = first.drop is not None or first.reset is not None
        added = {
            one.name: getattr(other, one.name)
            for one in fields(other)
            if getattr(first, one.name) == getattr(blank, one.name) and not (closed and one.name in BREAKS)
        }
        first = replace(first, **added)
    return first


def _lasting(effect: Effect) -> Effect:
    """Return what a spoiled connection is from now on."""
    blank = type(effect)()
    if effect.spoil == "no_answer":
        return replace(blank, no_answer=True, processed=False)
    return replace(blank, reset="before") if effect.spoil == "reset" else replace(blank, drop="before")


def _plan(plan: Plan | Mapping[str, Any] | str | PathLike[str]) -> Plan:
    # pydantic reads plans and takes 60 ms to import; a world without faults does not pay for it
    from fake_backend.faults import reading, rules  # noqa: PLC0415

    if isinstance(plan, rules.Plan):
        return reading.checked(plan)
    if isinstance(plan, str) or hasattr(plan, "__fspath__"):
        return reading.read(plan)
    return reading.shaped(plan)
