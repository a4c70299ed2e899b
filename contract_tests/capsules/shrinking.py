"""Takes away all that a broken law does not need: delta debugging, deterministic (Zeller and Hildebrandt, 2002)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.capsules.capsule import Capsule, CapsuleInvalid
from contract_tests.capsules.replaying import performed
from contract_tests.capsules.smaller import changes, rows, rules, without_rows, without_rules
from contract_tests.simulation.laws import broken_laws

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from contract_tests.simulation.recipe import Recipe
    from contract_tests.simulation.trial import Trial


def shrink(capsule: Capsule, heard: Callable[[str], None] = lambda _: None) -> Capsule:
    """Return the smallest capsule found that breaks the same law.

    Args:
        capsule: One that breaks a law.
        heard: Told in a sentence how far it is.

    Raises:
        ValueError: It breaks no law, or not the one that it says.
    """
    if capsule.law is None:
        raise ValueError("The capsule breaks no law, so nothing says which of it is needed.")
    law = capsule.law.law
    if _breaking(capsule.recipe, law) is None:
        raise ValueError(f"The capsule does not break {law!r} any more, so nothing says which of it is needed.")
    recipe, before = capsule.recipe, None
    while recipe != before:
        before = recipe
        recipe = _less(recipe, rules, without_rules, law)
        heard(f"{len(recipe.rules)} faults")
        recipe = _plainer(recipe, law)
        recipe = _less(recipe, rows, without_rows, law)
        heard(f"{len(rows(recipe))} rows of all kinds")
    trial = _breaking(recipe, law)
    assert trial is not None
    return Capsule.of(trial, broken_laws(trial)[0])  # without faults an earlier law may break as well


def _breaking(recipe: Recipe, law: str) -> Trial | None:
    """Return the trial of a recipe that breaks a law; ``None`` when it does not, or is no recipe any more."""
    try:
        trial = performed(recipe)
    except CapsuleInvalid:
        return None
    return trial if any(one.law == law for one in broken_laws(trial)) else None


def _plainer(recipe: Recipe, law: str) -> Recipe:
    """Return a recipe after every change that it bears, one after the other."""
    for change in changes(recipe):
        plain = change(recipe)
        if plain != recipe and _breaking(plain, law) is not None:
            recipe = plain
    return recipe


def _less[Part](
    recipe: Recipe,
    parts: Callable[[Recipe], list[Part]],
    without: Callable[[Recipe, Collection[Part]], Recipe],
    law: str,
) -> Recipe:
    """Return a recipe of which no single part can be taken away: halves first, then ever smaller pieces."""
    size = max(1, len(parts(recipe)) // 2)
    while True:
        taken = False
        place = 0
        while place < len(present := parts(recipe)):
            candidate = without(recipe, present[place : place + size])
            if _breaking(candidate, law) is None:
                place += size
            else:
                recipe, taken = candidate, True
        if size == 1 and not taken:
            return recipe
        size = max(1, size // 2)
