"""Answers that come later: a ticket now, the result when it is asked for (contract.md 4, deferred inference)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import InferenceError

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 10.0  # seconds between two questions, growing by half
LONGEST_WAIT = 1800.0  # seconds until a result is given up
_ENVELOPE, _POLL = "__synapse_deferred__", "__synapse_poll__"


def ticket_of(answer: object) -> object:
    """Return the ticket of an answer that is still to come; ``None`` for a result.

    Raises:
        InferenceError: The answer says that there will be no result.
    """
    if not isinstance(answer, dict) or answer.get(_ENVELOPE) is not True:
        return None
    status = answer.get("status")
    if status == "pending" and answer.get("ticket") is not None:
        return answer["ticket"]
    if status == "failed":
        raise InferenceError(f"Deferred inference failed: {answer.get('error') or 'no reason given'}")
    if status == "not_found":
        raise InferenceError("Deferred inference ticket not found: the pre-processor was restarted meanwhile")
    raise InferenceError(f"Deferred inference gave an answer that is none: status {status!r}")


def question(ticket: object, model: int | None) -> dict[str, Any]:
    """Return the parameters that ask for the result of a ticket."""
    return {"model": model, "method": "post", "json": {_POLL: ticket}}


def pauses() -> Iterator[float]:
    """Yield the seconds to wait before each question, without end."""
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 1.5, LONGEST_PAUSE)
