"""One plan in force: which of its rules strike an arrival, what they have left, and what they have struck.

Every rule looks at every arrival, counts for itself and draws from a stream of its own, made of the plan's seed and
the rule's name. So a rule that is added changes no other's counts or draws.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from fake_backend.core.digits import whole
from fake_backend.faults.matching import Matcher

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fake_backend.faults.arrival import Arrival
    from fake_backend.faults.rules import Plan, Rule


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


class InForce:
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
