"""Where a pre-processor stands, by the serve applications that are listed of it (contract.md 4, waiting)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sdk.clients.pagination import Row

TERMINAL = ("DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE")
IDLE = ("NOT_STARTED", "")


class Place(Enum):
    """What can be done with a pre-processor."""

    RUNNING = "it answers"
    COMING = "it is being rolled out"
    ENDED = "it has failed and does not come back by itself"
    GOING = "it is being taken down"
    ABSENT = "it can be started"


@dataclass(frozen=True)
class Standing:
    """Where it stands.

    Args:
        place: What can be done with it.
        status: The backend's word for it; ``None`` when nothing is listed.
    """

    place: Place
    status: str | None = None


_ORDER = (
    (Place.RUNNING, ("RUNNING",)),  # one that runs is enough, whatever became of the others
    (Place.COMING, ("DEPLOYING",)),
    (Place.ENDED, TERMINAL),
    (Place.GOING, ("DELETING",)),
)


def standing_of(applications: Iterable[Row]) -> Standing:
    """Return where a pre-processor stands.

    Args:
        applications: Its serve applications on one agent, in any order.
    """
    statuses = [str(row.get("status") or "") for row in applications]
    for place, words in _ORDER:
        found = next((status for status in statuses if status in words), None)
        if found is not None:
            return Standing(place, found)
    unheard = next((status for status in statuses if status not in IDLE), None)
    if unheard is not None:  # a word of a newer backend: whatever it means, a second deployment would be too many
        return Standing(Place.COMING, unheard)
    return Standing(Place.ABSENT, next(filter(None, statuses), None))
