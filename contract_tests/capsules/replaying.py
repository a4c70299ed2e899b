"""Runs a capsule again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.capsules.capsule import counted, requests_of
from contract_tests.simulation.laws import Broken, broken_laws
from contract_tests.simulation.trial import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.capsules.capsule import Capsule


@dataclass(frozen=True)
class Replayed:
    """What became of it.

    Args:
        broken: Laws that it breaks now.
        is_same: Whether it is what the capsule promises a replay to be.
        difference: Where the two part, in a sentence; blank where they do not.
    """

    broken: Sequence[Broken]
    is_same: bool
    difference: str = ""


def replay(capsule: Capsule, *, bugs: Sequence[str] | None = None) -> Replayed:
    """Run it again.

    Args:
        capsule: What to run.
        bugs: Named bugs of the backend in place of the capsule's own.
    """
    recipe = capsule.recipe if bugs is None else capsule.recipe.with_(bugs=tuple(bugs))
    trial = perform(recipe)
    now, then = requests_of(trial), list(capsule.requests)
    broken = broken_laws(trial)
    if capsule.replay == "journal":
        if trial.digest == capsule.journal:
            return Replayed(broken, is_same=True)
        place = next((n for n, (one, other) in enumerate(zip(now, then, strict=False)) if one != other), None)
        place = min(len(now), len(then)) if place is None else place
        seen = [
            f"{row[place].method} {row[place].path} {row[place].status}" if place < len(row) else "nothing"
            for row in (then, now)
        ]
        return Replayed(broken, False, f"request {place + 1} was {seen[0]} and is {seen[1]}")
    more, less = counted(now) - counted(then), counted(then) - counted(now)
    if not more and not less:
        return Replayed(broken, is_same=True)
    return Replayed(
        broken, False, f"{more.total()} requests more, {less.total()} less, the first of them {[*more, *less][0]}"
    )


def held_to_the_laws(capsule: Capsule, *, bugs: Sequence[str] | None = None) -> list[str]:
    """Run it again and return the laws that it breaks, in sentences; what a generated test asserts to be none."""
    return [str(one) for one in replay(capsule, bugs=bugs).broken]
