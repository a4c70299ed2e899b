"""What the main project's assignments must be, whatever the seed number: 160 of its tasks have one, and a filter's 100.

Each number here is a promise that ``docs/seeding.md`` repeats. No task has two: the export guide's COCO example takes
the data unit's id for the image's, which must be unique (export guide, Examples).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from fake_backend.demo.names import is_trap
from fake_backend.demo.plan import DIVIDE, Content, Planned, clustered, dealt, strayed
from fake_backend.demo.streams import stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

ASSIGNMENTS = 160
LABELLED: Final = datetime(2026, 2, 20, tzinfo=UTC)  # nine assignments were last labelled at this very moment
AT_LABELLED = 9
FIRST_HIGH = 1000  # ids pass it: an order by text is not the order by number

ASSIGNMENT_FILTER: Final[Mapping[str, object]] = MappingProxyType(
    {"last_labeled__gte": "2026-02-20T00:00:00Z", "is_discarded": False, "ids_ex": "1-999"}
)
"""Keeps exactly 100 of the main project's 160 assignments, for every seed number; of its keys only v1 has ``ids_ex``,
without which it keeps 112."""

type When = Literal["late", "early", "never"]

GROUPS: Final[Mapping[tuple[When, bool], tuple[int, int]]] = MappingProxyType(
    {
        ("late", False): (12, 100),
        ("late", True): (2, 8),
        ("early", False): (18, 6),
        ("early", True): (2, 1),
        ("never", False): (5, 4),
        ("never", True): (1, 1),
    }
)
"""How many were last labelled before ``LABELLED`` or not, and are discarded: (with an id below 1000, with another)."""

LABELS: Final = MappingProxyType({"in_progress": 35, "completed": 98, "skipped": 16})  # of those ever labelled
REVIEWS: Final = MappingProxyType(  # of those completed
    {"stand_by": 30, "in_progress": 16, "completed": 30, "rejected": 14, "skipped": 8}
)
CLUSTERS = (30, 26)  # sizes of runs with equal ``created``
HANDED_OUT = 31  # days from DIVIDE to the first ``created``, after that of every task

CONTENTS: Final[Mapping[Content, tuple[int, int]]] = MappingProxyType(
    {
        "empty": (3, 2),  # {}
        "none": (6, 3),  # {"annotations": []}
        "medium": (16, 8),  # a few kB: above the threshold at which payloads are stored as objects
        "large": (4, 2),  # over 20 kB
        "huge": (1, 0),  # some 100 kB
    }
)
"""How many assignments have which payload: (kept by the filter, dropped by it); the rest are ``small``, none null."""


@dataclass(frozen=True)
class PlannedAssignment:
    """One assignment of the main project before it has an id.

    Args:
        position: Of its task in the project's plan.
        is_low: Whether its id is below ``FIRST_HIGH``.
        created: UTC.
        last_labeled: UTC; ``None`` for never.
        is_discarded: Whether it is.
        is_discard_confirmed: Whether somebody agreed.
        status_label: As the API has it.
        status_review: As the API has it.
        content: Which payload.
    """

    position: int
    is_low: bool
    created: datetime
    last_labeled: datetime | None
    is_discarded: bool
    is_discard_confirmed: bool
    status_label: str
    status_review: str
    content: Content

    @property
    def is_kept(self) -> bool:
        """Whether ``ASSIGNMENT_FILTER`` keeps this assignment."""
        late = self.last_labeled is not None and self.last_labeled >= LABELLED
        return late and not self.is_discarded and not self.is_low


def plan_assignments(seed: int, planned: Sequence[Planned]) -> list[PlannedAssignment]:
    """Return the 160 assignments of the main project in the order of their ids.

    Args:
        seed: The demo's seed number.
        planned: The project's tasks. Those whose names are traps, or whose data units have no files, have an
            assignment each, which ``ASSIGNMENT_FILTER`` keeps when ``NARROWING_FILTER`` keeps the task.
    """
    slots = _slots(stream(seed, "assignment slots"))
    kept = [place for place, (when, discarded, low) in enumerate(slots) if (when, discarded, low) == KEPT]
    dropped = sorted({*range(ASSIGNMENTS)} - {*kept})
    positions = _positions(stream(seed, "assigned"), planned, kept, dropped)
    contents = dealt(stream(seed, "assignment contents"), CONTENTS, kept, dropped)
    labelled = _last_labelled(stream(seed, "last labelled"), slots)
    statuses = _statuses(stream(seed, "assignment statuses"), labelled)
    rng = stream(seed, "assignment moments")
    first = DIVIDE + timedelta(days=HANDED_OUT)
    moments = sorted(
        clustered(
            rng,
            ASSIGNMENTS,
            CLUSTERS,
            [first + timedelta(hours=20), first + timedelta(hours=30, microseconds=250_000)],
            (HANDED_OUT * 86_400, (HANDED_OUT + 2) * 86_400),
        )
    )
    order = strayed(rng, ASSIGNMENTS)
    discards = [place for place, (_, discarded, _) in enumerate(slots) if discarded]
    return [
        PlannedAssignment(
            position=positions[place],
            is_low=low,
            created=moments[order[place]],
            last_labeled=labelled[place],
            is_discarded=discarded,
            is_discard_confirmed=place in discards[::2],
            status_label=statuses[place][0],
            status_review=statuses[place][1],
            content=contents[place],
        )
        for place, (_, discarded, low) in enumerate(slots)
    ]


type _Slot = tuple[When, bool, bool]  # when last labelled, discarded, with an id below FIRST_HIGH

KEPT: Final[_Slot] = ("late", False, False)


def _slots(rng: Random) -> list[_Slot]:
    """Return what each place is, those with low ids first."""
    low: list[_Slot] = [(when, gone, True) for (when, gone), (count, _) in GROUPS.items() for _ in range(count)]
    high: list[_Slot] = [(when, gone, False) for (when, gone), (_, count) in GROUPS.items() for _ in range(count)]
    return rng.sample(low, len(low)) + rng.sample(high, len(high))


def _positions(rng: Random, planned: Sequence[Planned], kept: Sequence[int], dropped: Sequence[int]) -> list[int]:
    """Return the task of each place."""
    wanted = [n for n, task in enumerate(planned) if task.name is None or is_trap(task.name)]
    others = iter(rng.sample(sorted({*range(len(planned))} - {*wanted}), len(planned) - len(wanted)))
    positions = [0] * ASSIGNMENTS
    for places, is_kept in ((kept, True), (dropped, False)):
        chosen = [n for n in wanted if planned[n].is_kept is is_kept]
        chosen += [next(others) for _ in range(len(places) - len(chosen))]
        for place, position in zip(places, rng.sample(chosen, len(chosen)), strict=True):
            positions[place] = position
    return positions


def _last_labelled(rng: Random, slots: Sequence[_Slot]) -> list[datetime | None]:
    """Return when each place was last labelled, after every ``created``."""
    last_created = DIVIDE + timedelta(days=HANDED_OUT + 2)
    before = int((LABELLED - last_created).total_seconds())
    exactly = {*rng.sample([place for place, slot in enumerate(slots) if slot == KEPT], AT_LABELLED)}

    def labelled(place: int, when: When) -> datetime | None:
        if when == "never":
            return None
        if when == "early":
            return last_created + timedelta(seconds=rng.randrange(before), microseconds=rng.choice((0, 999_999)))
        if place in exactly:
            return LABELLED
        return LABELLED + timedelta(seconds=rng.randrange(1, 12 * 86_400), microseconds=rng.choice((0, 7_000, 1)))

    return [labelled(place, when) for place, (when, _, _) in enumerate(slots)]


def _statuses(rng: Random, labelled: Sequence[datetime | None]) -> list[tuple[str, str]]:
    """Return both statuses of each place: only what was labelled has begun, only what is completed is reviewed."""
    ever = [place for place, moment in enumerate(labelled) if moment is not None]
    labels = iter(rng.sample([label for label, count in LABELS.items() for _ in range(count)], len(ever)))
    completed = LABELS["completed"]
    reviews = iter(rng.sample([review for review, count in REVIEWS.items() for _ in range(count)], completed))
    statuses = [("stand_by", "stand_by")] * len(labelled)
    for place in ever:
        label = next(labels)
        statuses[place] = (label, next(reviews) if label == "completed" else "stand_by")
    return statuses
