"""What comes of one task of to_task at its turn, and what trouble on the way does to it.

Source: to_task guide, Task-level Errors; ``docs/to-task.md`` for how often each request is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import Json

type Phase = Literal["task", "file", "inference", "write", "answer", "look-up"]
type Kind = int | Literal["silence", "reset", "cut"]

SENDS: Final[Mapping[str, int]] = {"task": 4, "file": 4, "inference": 3, "write": 3}
"""How often a request is sent in all while it is answered by nobody, or by what may pass."""

FINAL: Final[Mapping[str, frozenset[Kind]]] = {
    "task": frozenset({404, 500}),
    "file": frozenset({403, 404}),
    "inference": frozenset({400}),
    "write": frozenset({400}),
}
"""The answers that end it at once."""

WORDS: Final[Mapping[str, str]] = {
    "task": "",
    "file": "Failed to download JSON from URL",
    "inference": "Pre-processor inference",
    "write": "the backend did not take the annotations, sent 3 times",
    "look-up": "it is not known whether the annotations were stored",
}
"""How the line begins when it is of no avail; a blank promises nothing."""


@dataclass(frozen=True)
class Trouble:
    """What happens to requests of one task.

    Args:
        phase: Which requests: for the ``task`` itself, its ``file``, an ``inference``, the ``write``; the ``answer`` of
            a write that is carried out; or that answer, and with it every ``look-up`` that would tell.
        kind: A status that somebody else answers, no answer, a broken connection, or a body that is cut.
        times: How many of them.
    """

    phase: Phase
    kind: Kind
    times: int


@dataclass(frozen=True)
class Fate:
    """Annotations that are had or not, and then stored or not.

    Args:
        data: The annotations that a task is to hold.
        reason: How the line begins that says why there are none; blank when there are.
        refusal: How the line begins that says why they are not known to be stored; blank when they are.
        stands: Whether they are stored although nobody knows.
        is_looked_up: Whether the task was looked at again, so that it is known what it holds.
        has_file: Whether the task shows what the method goes by; without it nothing is asked for.
        cuts: How often the gateway cuts an answer before it is there.
    """

    data: Json = None
    reason: str | None = None
    refusal: str | None = None
    stands: bool = False
    is_looked_up: bool = False
    has_file: bool = True
    cuts: int = 0


def troubled(fate: Fate, trouble: Trouble | None) -> Fate:
    """Return what trouble makes of a fate.

    Args:
        fate: What would come of the task without.
        trouble: Of its requests, or none.
    """
    if trouble is None:
        return fate
    if trouble.phase == "answer":
        return replace(fate, is_looked_up=True)
    if trouble.phase == "look-up":
        return replace(fate, refusal=WORDS["look-up"], stands=True)
    is_final = trouble.kind in FINAL[trouble.phase]
    failed = trouble.times + (fate.cuts if trouble.phase == "inference" else 0)
    if not is_final and failed < SENDS[trouble.phase]:
        return replace(fate, is_looked_up=trouble.phase == "write")
    words = WORDS[trouble.phase]
    if trouble.phase != "write":
        return Fate(reason=words) if fate.has_file or trouble.phase == "task" else fate
    if is_final:
        return replace(fate, refusal="the backend refused the annotations")
    return replace(fate, refusal=words, is_looked_up=True)
