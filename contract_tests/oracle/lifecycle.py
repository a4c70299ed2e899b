"""The moves of a serve application as they are meant to be (``docs/serving.md``, States)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES: Final = (
    "NOT_STARTED",
    "DEPLOYING",
    "RUNNING",
    "DEPLOY_FAILED",
    "UNHEALTHY",
    "UNAVAILABLE",
    "DELETING",
)

LEGAL_MOVES: Final = frozenset(
    {
        ("NOT_STARTED", "DEPLOYING"),
        ("NOT_STARTED", "DEPLOY_FAILED"),
        ("DEPLOYING", "RUNNING"),
        ("DEPLOYING", "DEPLOY_FAILED"),
        ("DEPLOYING", "DELETING"),
        ("RUNNING", "UNHEALTHY"),
        ("RUNNING", "UNAVAILABLE"),
        ("RUNNING", "DELETING"),
        ("UNHEALTHY", "RUNNING"),
        ("UNHEALTHY", "UNAVAILABLE"),
        ("UNHEALTHY", "DEPLOYING"),
        ("UNHEALTHY", "DELETING"),
        ("UNAVAILABLE", "RUNNING"),
        ("UNAVAILABLE", "DEPLOYING"),
        ("UNAVAILABLE", "DELETING"),
        ("DEPLOY_FAILED", "NOT_STARTED"),
        ("DELETING", "NOT_STARTED"),
    }
)

HOLDING: Final = frozenset({"DEPLOYING", "RUNNING", "UNHEALTHY", "UNAVAILABLE", "DELETING"})
"""States in which an application holds what it needs of its agent."""

STIMULI: Final = ("deploy", "delete", "call", "crowd", "lose", "restore", "time")
"""What can happen to an application: a deployment, a deletion, a call, a call whose batch is too large for its memory,
its agent is lost, or answers again, and time enough for all that is on the way."""

_AFTER: Final[Mapping[str, Mapping[str, str]]] = {
    "NOT_STARTED": {"deploy": "DEPLOYING"},
    "DEPLOYING": {"delete": "DELETING", "lose": "DEPLOY_FAILED", "time": "RUNNING"},
    "RUNNING": {"delete": "DELETING", "crowd": "UNHEALTHY", "lose": "UNAVAILABLE"},
    "DEPLOY_FAILED": {"deploy": "DEPLOYING", "delete": "NOT_STARTED"},
    "UNHEALTHY": {"deploy": "DEPLOYING", "delete": "DELETING", "lose": "UNAVAILABLE", "time": "RUNNING"},
    "UNAVAILABLE": {"deploy": "DEPLOYING", "delete": "DELETING", "restore": "RUNNING", "time": "RUNNING"},
    "DELETING": {"lose": "NOT_STARTED", "time": "NOT_STARTED"},
}


def state_after(state: str, stimulus: str) -> str:
    """Return where an application stands after something has happened to it.

    Of a release that drains, recovers and rolls out, each in its time, with room on its agent.

    Args:
        state: One of ``STATES``.
        stimulus: One of ``STIMULI``.
    """
    return _AFTER[state].get(stimulus, state)
