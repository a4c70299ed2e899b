"""Keeps a run as a capsule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.capsules.capsule import Capsule
from contract_tests.simulation.laws import broken_laws

if TYPE_CHECKING:
    from pathlib import Path

    from contract_tests.simulation.trial import Trial


class SecretKeptError(AssertionError):
    """A capsule holds a token; it is not written."""


def keep(trial: Trial, folder: Path, name: str | None = None) -> Path:
    """Write the capsule of a run and return its path.

    Args:
        trial: The run.
        folder: Where to; made when it is not there.
        name: Of the file; told by seed, run and bugs when left out.

    Raises:
        SecretKeptError: A token of that world would be in it.
    """
    broken = broken_laws(trial)
    text = Capsule.of(trial, broken[0] if broken else None).text()
    if any(secret in text for secret in trial.secrets):
        raise SecretKeptError("the capsule would hold a token of its world")
    recipe = trial.recipe
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / (name or "-".join(["capsule", str(recipe.seed), str(recipe.run), *recipe.bugs]) + ".json")
    path.write_text(text, encoding="utf-8")
    return path
