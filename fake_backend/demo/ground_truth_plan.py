"""What the demo's ground truth must be, whatever the seed number: two versions of one dataset that overlap, and others.

Each number here is a promise that ``docs/seeding.md`` repeats. Where the versions overlap they share most events; of
some ground truths the first version holds an older event, the second a newer one. A walk over both versions therefore
meets ids of ground truths twice, and keys of events once.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from fake_backend.demo.names import is_trap
from fake_backend.demo.streams import stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from fake_backend.demo.plan import Content, Planned

GROUND_TRUTH_DATASET: Final = 11
"""The dataset of the main project."""

GROUND_TRUTH_VERSIONS: Final = (21, 22)
"""Versions of that dataset: 80 events and 70, of which they share 50; both together hold 100 events."""

LOOSE_DATASET, LOOSE_VERSION = 12, 23  # of acme and of no project: 12 events, 10 of them in the version
FOREIGN_DATASET, FOREIGN_VERSION = 13, 24  # of globex: 6 events, all in the version
LOOSE_EVENTS, LOOSE_HELD, FOREIGN_EVENTS = 12, 10, 6

GROUND_TRUTH_FILTER: Final[Mapping[str, object]] = MappingProxyType({"category": "train"})
"""Keeps exactly 50 events of the first version, 45 of the second, 60 of both, for every seed number; only v1's."""

type Part = Literal["shared", "superseded", "older", "newer", "first", "second", "outside"]


@dataclass(frozen=True)
class Share:
    """How many events of one part there are.

    Args:
        count: Events, and ground truths.
        trained: How many of them have the category ``train``.
        contents: How many have which payload; the rest are small.
        versions: The versions that hold them.
    """

    count: int
    trained: int
    contents: Mapping[Content, int]
    versions: tuple[int, ...]


_FIRST, _SECOND = GROUND_TRUTH_VERSIONS
PARTS: Final[Mapping[Part, Share]] = MappingProxyType(
    {
        # one event in both versions
        "shared": Share(50, 35, {"null": 3, "empty": 1, "none": 2, "medium": 8, "large": 2}, (_FIRST, _SECOND)),
        # what six of those ground truths were before: in no version
        "superseded": Share(6, 2, {}, ()),
        # two events of one ground truth, one in each version
        "older": Share(12, 4, {"medium": 2}, (_FIRST,)),
        "newer": Share(12, 7, {"none": 1, "medium": 3}, (_SECOND,)),
        # ground truths of one version alone
        "first": Share(18, 11, {"null": 1, "medium": 2}, (_FIRST,)),
        "second": Share(8, 3, {"null": 1, "medium": 1}, (_SECOND,)),
        # ground truths that no version has taken yet
        "outside": Share(4, 1, {}, ()),
    }
)

BARE: Final[Mapping[Part, int]] = MappingProxyType({"shared": 1, "older": 1, "first": 1, "second": 1})
"""Ground truths of each part whose data unit has no files: three in each version."""

CATEGORIES = ("validation", "test", "")  # of events that are not for training


@dataclass(frozen=True)
class PlannedEvent:
    """One event of the main project's dataset before it has a key.

    Args:
        truth: Number of its ground truth, from 0.
        part: Which part of the overlap it belongs to.
        position: Of the task in the main project's plan whose data unit it shows.
        category: ``train`` or another.
        content: Which payload.
    """

    truth: int
    part: Part
    position: int
    category: str
    content: Content


def plan_ground_truth(seed: int, planned: Sequence[Planned]) -> list[PlannedEvent]:
    """Return the 110 events of the main project's dataset, by parts.

    Args:
        seed: The demo's seed number.
        planned: The project's tasks; the traps among their names all have a ground truth.
    """
    rng = stream(seed, "ground truth")
    places = _places(rng, planned)
    events: list[PlannedEvent] = []
    for part, share in PARTS.items():
        categories = ["train"] * share.trained
        categories += [rng.choice(CATEGORIES) for _ in range(share.count - share.trained)]
        contents: list[Content] = [content for content, count in share.contents.items() for _ in range(count)]
        contents += ["small"] * (share.count - len(contents))
        rng.shuffle(categories)
        rng.shuffle(contents)
        events += [
            PlannedEvent(truth, part, position, category, content)
            for (truth, position), category, content in zip(
                places[part][: share.count], categories, contents, strict=True
            )
        ]
    return events


def _places(rng: Random, planned: Sequence[Planned]) -> dict[Part, list[tuple[int, int]]]:
    """Return (number, position) of the ground truths of each part."""
    own: tuple[Part, ...] = ("shared", "older", "first", "second", "outside")
    count = sum(PARTS[part].count for part in own)
    without_files = [position for position, task in enumerate(planned) if task.name is None]
    traps = [position for position, task in enumerate(planned) if task.name is not None and is_trap(task.name)]
    plain = sorted({*range(len(planned))} - {*without_files} - {*traps})
    chosen = traps + rng.sample(plain, count - sum(BARE.values()) - len(traps))
    rng.shuffle(chosen)
    rng.shuffle(without_files)
    places: dict[Part, list[tuple[int, int]]] = {}
    number = 0
    for part in own:
        bare = BARE.get(part, 0)
        positions = [without_files.pop() for _ in range(bare)]
        positions += [chosen.pop() for _ in range(PARTS[part].count - bare)]
        rng.shuffle(positions)
        places[part] = [*enumerate(positions, number)]
        number += len(positions)
    return places | {"newer": places["older"], "superseded": places["shared"]}
