"""The states of a serve application, and the ways between them. Pure.

    NOT_STARTED    not asked for, or waiting for room; what is deleted comes back here, and goes if no seed asked for it
    DEPLOYING      image pull, start, warm-up; holds what it needs from here on
    RUNNING        answers
    DEPLOY_FAILED  did not come up; holds nothing
    UNHEALTHY      came up and broke; may recover, or be deployed again
    UNAVAILABLE    its node is gone; may come back
    DELETING       takes no more calls, and goes when those under way are over

``LEGAL`` says which ways there are; ``docs/serving.md`` draws them. Which states end a client's wait: contract.md 4.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from fake_backend.serving.errors import IllegalTransition

if TYPE_CHECKING:
    from collections.abc import Mapping


class Status(StrEnum):
    """Where an application stands (contract.md 4; the published client's seven values)."""

    NOT_STARTED = "NOT_STARTED"
    DEPLOYING = "DEPLOYING"
    RUNNING = "RUNNING"
    DEPLOY_FAILED = "DEPLOY_FAILED"
    UNHEALTHY = "UNHEALTHY"
    UNAVAILABLE = "UNAVAILABLE"
    DELETING = "DELETING"


LEGAL: Final[Mapping[Status, frozenset[Status]]] = MappingProxyType(
    {
        Status.NOT_STARTED: frozenset({Status.DEPLOYING, Status.DEPLOY_FAILED}),
        Status.DEPLOYING: frozenset({Status.RUNNING, Status.DEPLOY_FAILED, Status.DELETING}),
        Status.RUNNING: frozenset({Status.UNHEALTHY, Status.UNAVAILABLE, Status.DELETING}),
        Status.UNHEALTHY: frozenset({Status.RUNNING, Status.UNAVAILABLE, Status.DEPLOYING, Status.DELETING}),
        Status.UNAVAILABLE: frozenset({Status.RUNNING, Status.DEPLOYING, Status.DELETING}),
        Status.DEPLOY_FAILED: frozenset({Status.NOT_STARTED}),
        Status.DELETING: frozenset({Status.NOT_STARTED}),
    }
)
"""Where an application may go from each state; nowhere else."""

HOLDING: Final = frozenset({Status.DEPLOYING, Status.RUNNING, Status.UNHEALTHY, Status.UNAVAILABLE, Status.DELETING})
"""States in which an application holds what it needs of its agent."""

ENDED: Final = frozenset({Status.DEPLOY_FAILED, Status.UNHEALTHY, Status.UNAVAILABLE})
"""States that a client takes for the end of a roll-out."""


def check(source: Status, target: Status) -> None:
    """Let a transition pass.

    Raises:
        IllegalTransition: There is no such way.
    """
    if target not in LEGAL[source]:
        raise IllegalTransition(
            f"A serve application cannot go from {source} to {target}.",
            received=str(target),
            expected=", ".join(sorted(LEGAL[source])),
        )
