"""The plans in force: which rules strike an arrival, what they have left, and what they have struck.

Every rule looks at every arrival, counts for itself and draws from a stream of its own, made of the plan's seed and
the rule's name. So a rule that is added changes no other's counts or draws; where two of them strike the same arrival,
what the earlier one says goes before what the later one says.
"""

from __future__ import annotations

import itertools
import random
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from fake_backend.core.digits import whole
from fake_backend.core.errors import BadRequest
from fake_backend.faults.matching import Matcher
from fake_backend.faults.never_fired import NeverFired

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping
    from os import PathLike

    from fake_backend.core.clock import Clock
    from fake_backend.faults.arrival import Arrival
    from fake_backend.faults.rules import Effect, Plan, Rule


@dataclass(frozen=True)
class Strike:
    """What befalls an arrival.

    Args:
        effect: All that happens.
        rules: The rules that had a part in it.
    """

    effect: Effect
    rules: tuple[str, ...]


@dataclass(frozen=True)
class RuleReport:
    """What became of one rule.

    Args:
        id: Its name.
        active: Whether it was there at all in this run.
        matched: Arrivals that it was about, by everything but chance and budget.
        fired: Those that it struck.
        first: World time of the first strike, in seconds after the plan came into force; ``None`` for none.
        last: The same of the last one.
    """

    id: str
    active: bool
    matched: int
    fired: int
    first: float | None
    last: float | None


@dataclass
class _Live:
    """One rule in force."""

    rule: Rule
    began: float
    chance: random.Random
    active: bool
    matcher: Matcher
    counts: Counter[Hashable] = field(default_factory=Counter)
    by_connection: WeakKeyDictionary[Any, int] = field(default_factory=WeakKeyDictionary)
    matched: int = 0
    spent: int = 0
    fired: int = 0
    first: float | None = None
    last: float | None = None

    def strikes(self, arrival: Arrival, now: float, seen: _Seen) -> bool:
        """Return whether the rule strikes, after counting and drawing."""
        if not self.active or not self.matcher.concerns(arrival, now - self.began, seen.attempt, seen.page):
            return False
        if self.matcher.call is not None and self._number(arrival) not in self.matcher.call:
            return False
        self.matched += 1
        share = self.rule.match.probability
        if share < 1 and self.chance.random() >= share:
            return False
        if self.rule.times is not None and self.spent >= self.rule.times:
            return False
        self.spent += 1
        if arrival.target != "worker":  # who says itself whether anything came of it
            self.fires(now)
        return True

    def fires(self, now: float) -> None:
        """Count a strike of which something came."""
        self.fired += 1
        self.last = now - self.began
        self.first = self.last if self.first is None else self.first

    def _number(self, arrival: Arrival) -> int:
        """Return which of its scope's arrivals this is, from 1."""
        if self.rule.match.per == "connection" and arrival.connection is not None:
            self.by_connection[arrival.connection] = self.by_connection.get(arrival.connection, 0) + 1
            return self.by_connection[arrival.connection]
        scope = arrival.client if self.rule.match.per == "client" else None
        self.counts[scope] += 1
        return self.counts[scope]

    def report(self) -> RuleReport:
        """Return what became of the rule so far."""
        return RuleReport(self.rule.id, self.active, self.matched, self.fired, self.first, self.last)


@dataclass(frozen=True)
class _Seen:
    """What an arrival is among those before it; 0 where nobody asks."""

    attempt: int
    page: int


class Faults:
    """The faults of one world. Safe to use from several threads.

    Args:
        clock: The world's time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._plans: dict[int, _InForce] = {}
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

    def _put(self, plan: Plan, *, kept: bool) -> tuple[int, _InForce]:
        with self._lock:
            taken = {one.rule.id for other in self._plans.values() for one in other.rules}
            for rule in plan.rules:
                if rule.id in taken:
                    raise BadRequest(f"A fault {rule.id!r} is in force already.", received=rule.id, field="rules")
            number = next(self._numbers)
            self._plans[number] = _InForce(plan, self._clock.monotonic(), kept=kept)
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


class _InForce:
    """One plan in force: its rules, and the arrivals that it remembers, since it came into force or began anew.

    Args:
        plan: What it says.
        now: World time.
        kept: Whether a reset of the world has it begin anew, instead of ending it.
    """

    def __init__(self, plan: Plan, now: float, *, kept: bool) -> None:
        self._plan = plan
        self.kept = kept
        self.rules: list[_Live] = []
        self._fired: set[str] = set()  # before it began anew
        self.begin(now)

    def begin(self, now: float) -> None:
        """Count and draw from the start; only which rules have fired is not forgotten."""
        self._fired |= {one.rule.id for one in self.rules if one.fired}
        self._attempts: Counter[Hashable] = Counter()
        self._walks: dict[Hashable, dict[str | None, int]] = {}
        self.rules = []
        for rule in self._plan.rules:
            chance = random.Random(f"{self._plan.seed}/{rule.id}")  # noqa: S311 (must repeat, not resist)
            active = rule.activation >= 1 or chance.random() < rule.activation
            self.rules.append(_Live(rule, now, chance, active, Matcher(rule.match)))

    def idle(self) -> tuple[str, ...]:
        """Return the rules that were there and never fired."""
        names = ((one.rule.id, one.active, one.fired) for one in self.rules)
        return tuple(name for name, active, fired in names if active and not fired and name not in self._fired)

    def struck(self, arrival: Arrival, now: float) -> list[Rule]:
        """Return the rules that strike an arrival."""
        seen = self._see(arrival)
        return [one.rule for one in self.rules if one.strikes(arrival, now, seen)]

    def _see(self, arrival: Arrival) -> _Seen:
        """Remember an arrival as far as some rule asks for it."""
        attempt = page = 0
        if any(one.matcher.attempt is not None for one in self.rules):
            likeness = arrival.likeness
            self._attempts[likeness] += 1
            attempt = self._attempts[likeness]
        if any(one.matcher.page is not None for one in self.rules):
            page = self._page(arrival)
        return _Seen(attempt, page)

    def _page(self, arrival: Arrival) -> int:
        place = arrival.place
        if place is not None and place.isascii() and place.isdigit():
            return whole(place)
        if place is None:
            self._walks[arrival.walk] = {None: 1}
        pages = self._walks.setdefault(arrival.walk, {})
        return pages.setdefault(place, len(pages) + 1)


def merged(effects: list[Effect]) -> Effect:
    """Return all that several effects say; what an earlier one says goes before what a later one says."""
    first, *others = effects
    blank = type(first)()
    for other in others:
        added = {
            one.name: getattr(other, one.name)
            for one in fields(other)
            if getattr(first, one.name) == getattr(blank, one.name)
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
