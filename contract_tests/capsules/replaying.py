"""Runs a capsule again."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from contract_tests.capsules.capsule import CapsuleInvalid, Request, counted, requests_of
from contract_tests.simulation.laws import Broken, broken_laws
from contract_tests.simulation.trial import perform
from fake_backend import Refusal, SeedInvalid

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.capsules.capsule import Capsule
    from contract_tests.simulation.recipe import Recipe
    from contract_tests.simulation.trial import Trial


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

    Raises:
        CapsuleInvalid: Its recipe cannot be staged.
    """
    recipe = capsule.recipe if bugs is None else capsule.recipe.with_(bugs=tuple(bugs))
    trial = performed(recipe)
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
        if seen[0] != seen[1]:
            return Replayed(broken, False, f"request {place + 1} was {seen[0]} and is {seen[1]}")
        if place >= len(now):
            return Replayed(broken, False, "the requests are the same, and what else the journal tells is not")
        other = [one.name for one in fields(Request) if getattr(now[place], one.name) != getattr(then[place], one.name)]
        return Replayed(broken, False, f"request {place + 1}, {seen[0]}, is another in its {' and '.join(other)}")
    more, less = counted(now) - counted(then), counted(then) - counted(now)
    if not more and not less:
        return Replayed(broken, is_same=True)
    return Replayed(
        broken, False, f"{more.total()} requests more, {less.total()} less, the first of them {[*more, *less][0]}"
    )


def performed(recipe: Recipe) -> Trial:
    """Stage a recipe that somebody may have written by hand, or that lacks what was taken from it.

    Raises:
        CapsuleInvalid: A backend refuses it, or the oracle misses a row or a setting of it.
    """
    try:
        return perform(recipe)
    except (SeedInvalid, Refusal, ValueError, TypeError) as error:
        raise CapsuleInvalid(f"The capsule's recipe cannot be staged: {error}") from error
    except KeyError as error:
        raise CapsuleInvalid(f"The capsule's recipe cannot be staged: it lacks {error.args[0]!r}.") from error


def held_to_the_laws(capsule: Capsule, *, bugs: Sequence[str] | None = None) -> list[str]:
    """Run it again and return the laws that it breaks, in sentences; what a generated test asserts to be none."""
    return [str(one) for one in replay(capsule, bugs=bugs).broken]
