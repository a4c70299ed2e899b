"""A recipe in practice: the command while faults are in force, and the same command when they have stopped."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from contract_tests.simulation.expectation import expectation
from contract_tests.simulation.stage import Stage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.simulation.expectation import Expectation
    from contract_tests.simulation.recipe import Recipe
    from contract_tests.simulation.stage import Attempt


@dataclass(frozen=True)
class Trial:
    """What became of a recipe.

    Args:
        recipe: Of what.
        expected: What the oracle tells of it.
        first: The command with faults.
        again: The same command after they have stopped, if there was anything left to do.
        entries: The backend's whole journal.
        secrets: Tokens of that world.
    """

    recipe: Recipe
    expected: Expectation
    first: Attempt
    again: Attempt | None
    entries: tuple[Mapping[str, Any], ...]
    secrets: tuple[str, ...] = ()

    @property
    def is_success(self) -> bool:
        """Whether the command came to what the oracle tells though faults were in force."""
        return is_as_told(self.expected, self.first)

    @property
    def journal(self) -> bytes:
        """The journal, one line a request."""
        lines = (json.dumps(entry, ensure_ascii=False, sort_keys=True) for entry in self.entries)
        return "".join(f"{line}\n" for line in lines).encode()

    @property
    def digest(self) -> str:
        """The SHA-256 of the journal, in lower-case hex."""
        return hashlib.sha256(self.journal).hexdigest()

    @cached_property
    def undisturbed(self) -> int:
        """Requests of the same command in the same world without any fault."""
        quiet = self.recipe.with_(faults={"seed": 0, "rules": []}, promise="none", jumps={})
        with Stage(quiet) as stage:
            return len(stage.attempt(faults=False).entries)


def perform(recipe: Recipe) -> Trial:
    """Stage a recipe and return what became of it."""
    expected = expectation(recipe)
    with Stage(recipe) as stage:
        first = stage.attempt(faults=True)
        again = None if is_as_told(expected, first) else stage.attempt(faults=False)
        entries = tuple(entry for attempt in (first, again) if attempt is not None for entry in attempt.entries)
        return Trial(recipe, expected, first, again, entries, tuple(stage.secrets()))


def is_as_told(expected: Expectation, attempt: Attempt) -> bool:
    """Return whether an attempt came to exactly what the oracle tells."""
    if bool(attempt.error) != expected.fails:
        return False
    if expected.fails:
        return not attempt.tree and attempt.rows == expected.before
    if expected.counts:
        counted = {name: attempt.result[name] for name in expected.counts}
        return attempt.rows == expected.after and counted == expected.counts
    return set(published(attempt)) == set(expected.tree) and published(attempt) == expected.tree


def published(attempt: Attempt) -> dict[str, bytes]:
    """Return the files of an export by their path in it; a second directory beside it keeps its own name."""
    return {path.removeprefix("export/"): content for path, content in attempt.tree.items()}
