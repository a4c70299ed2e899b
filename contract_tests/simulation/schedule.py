"""Draws what goes wrong: nothing, what the SDK has to survive, or more than that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_tests.simulation.kinds import KINDS

if TYPE_CHECKING:
    from contract_tests.simulation.kinds import FaultKind
    from contract_tests.simulation.lot import Lot
    from contract_tests.simulation.recipe import Command, Promise

SHARES: tuple[tuple[Promise, int], ...] = (("none", 6), ("within", 72), ("beyond", 22))  # of a hundred runs


def schedule(lot: Lot, command: Command) -> tuple[Promise, dict[str, Any]]:
    """Return what a fault plan promises, and the plan.

    Args:
        lot: What draws.
        command: What is struck.
    """
    promise = lot.choices([name for name, _ in SHARES], [share for _, share in SHARES])[0]
    rules: list[dict[str, Any]] = []
    for number, kind in enumerate(_chosen(lot, command, promise), 1):
        drawn = kind.rules(lot, command)
        names = [f"{number}-{kind.name}" if len(drawn) == 1 else f"{number}-{kind.name}-{place}" for place in range(4)]
        rules += [{"id": name, **rule} for name, rule in zip(names, drawn, strict=False)]
    return promise, {"seed": lot.randrange(10**6), "rules": rules}


def _chosen(lot: Lot, command: Command, promise: Promise) -> list[FaultKind]:
    if promise == "none":
        return []
    mine = [kind for kind in KINDS if kind.concerns(command)]
    worse = [kind for kind in mine if not kind.is_within]
    found = lot.choices(worse, [kind.weight for kind in worse]) if promise == "beyond" else []
    wanted = lot.randint(2, 4) if promise == "within" else lot.randint(1, 3)
    rest = [kind for kind in mine if kind.is_within]
    lot.shuffle(rest)
    for kind in rest:
        if len(found) < wanted and kind.group not in {one.group for one in found}:
            found.append(kind)
    return found
