"""What the main project must contain, whatever the seed number: moments, discards, names and payloads of 300 tasks.

Each number here is a promise that ``docs/seeding.md`` repeats. Places are drawn; the counts are not, so a filter that
keeps 200 rows keeps 200 rows for every seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from fake_backend.demo.names import PlannedName, image_names
from fake_backend.demo.streams import stream

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

TASKS = 300
DIVIDE: Final = datetime(2026, 1, 15, tzinfo=UTC)  # 24 tasks were created at this very moment

EARLY = 78  # tasks created before DIVIDE
EARLY_DISCARDED = 8
LATE_DISCARDED = 22  # 300 - 78 - 22 = 200 kept by the filter
EARLY_CLUSTERS = (26,)  # sizes of runs with equal ``created``; over 20 each, so pages break inside them
LATE_CLUSTERS = (24, 30, 28)  # the first stands at DIVIDE
BARE = 4  # tasks whose data unit has no files
STRAY = 12  # places by which the order of ids differs from that of ``created``

NARROWING_FILTER: Final[Mapping[str, object]] = MappingProxyType(
    {"created__gte": "2026-01-15T00:00:00Z", "is_discarded": False}
)
"""Keeps exactly 200 of the main project's 300 tasks, for every seed number; two keys, one of them only v1's."""

type Content = Literal["null", "empty", "none", "small", "medium", "large", "huge"]

CONTENTS: Final[Mapping[Content, tuple[int, int]]] = MappingProxyType(
    {
        "null": (9, 3),  # no payload
        "empty": (9, 3),  # {}
        "none": (4, 2),  # {"annotations": []}
        "medium": (30, 10),  # a few kB: above the threshold at which payloads are stored as objects
        "large": (9, 3),  # over 20 kB
        "huge": (3, 1),  # some 100 kB
    }
)
"""How many tasks have which payload: (kept by the filter, dropped by it); the rest are ``small``."""


@dataclass(frozen=True)
class Planned:
    """One task of the main project before it has an id.

    Args:
        created: UTC.
        is_discarded: Whether it is.
        content: Which payload.
        name: What its image is called; ``None`` for a task whose data unit has no files.
    """

    created: datetime
    is_discarded: bool
    content: Content
    name: PlannedName | None

    @property
    def is_kept(self) -> bool:
        """Whether ``NARROWING_FILTER`` keeps this task."""
        return _is_kept(self.created, self.is_discarded)


def plan(seed: int) -> list[Planned]:
    """Return the 300 tasks of the main project in the order of their ids.

    Args:
        seed: The demo's seed number.
    """
    moments = _moments(stream(seed, "moments"))
    discarded = _discarded(stream(seed, "discarded"))
    order = strayed(stream(seed, "order"), TASKS)
    whens = [(moments[place], place in discarded) for place in order]
    kept = [position for position, when in enumerate(whens) if _is_kept(*when)]
    dropped = [position for position, when in enumerate(whens) if not _is_kept(*when)]
    contents = dealt(stream(seed, "contents"), CONTENTS, kept, dropped)
    bare = set(stream(seed, "bare").sample([position for position in kept if contents[position] == "small"], BARE))
    names = image_names(
        stream(seed, "names"),
        kept=[position for position in kept if position not in bare],
        dropped=dropped,
        without_payload={position for position, content in enumerate(contents) if content == "null"},
    )
    return [
        Planned(created, is_discarded, contents[position], names.get(position))
        for position, (created, is_discarded) in enumerate(whens)
    ]


def _is_kept(created: datetime, is_discarded: bool) -> bool:  # noqa: FBT001 - a row's two values, in their order
    return created >= DIVIDE and not is_discarded


def _moments(rng: Random) -> list[datetime]:
    """Return 300 moments in ascending order, ``EARLY`` of them before ``DIVIDE``, with the promised clusters."""
    early = clustered(rng, EARLY, EARLY_CLUSTERS, [DIVIDE - timedelta(days=20)], (-45 * 86_400, 0))
    late_clusters = [DIVIDE, DIVIDE + timedelta(days=9, seconds=1), DIVIDE + timedelta(days=17, microseconds=250_000)]
    late = clustered(rng, TASKS - EARLY, LATE_CLUSTERS, late_clusters, (1, 30 * 86_400))
    return sorted([*early, *late])


def clustered(
    rng: Random, count: int, sizes: Sequence[int], moments: Sequence[datetime], seconds: tuple[int, int]
) -> list[datetime]:
    """Return ``count`` moments: ``moments`` as often as ``sizes`` say, the rest single.

    Args:
        rng: Where the single ones are drawn from.
        count: Of all moments.
        sizes: How often each of ``moments`` occurs.
        moments: UTC.
        seconds: Bounds of the single ones, in seconds from ``DIVIDE``.
    """
    together = [moment for moment, size in zip(moments, sizes, strict=True) for _ in range(size)]
    alone = [
        DIVIDE + timedelta(seconds=second, microseconds=rng.choice((7_000, 500_000, 123_456, 1)))
        for second in rng.sample(range(*seconds), count - len(together))
    ]
    return together + alone


def _discarded(rng: Random) -> set[int]:
    """Return the places, in the order of ``created``, of discarded tasks."""
    return {*rng.sample(range(EARLY), EARLY_DISCARDED), *rng.sample(range(EARLY, TASKS), LATE_DISCARDED)}


def strayed(rng: Random, count: int) -> list[int]:
    """Return the places in the order of ``created`` that ascending ids stand at: nearly, not quite, the same order."""
    return sorted(range(count), key=lambda place: (place + rng.uniform(-STRAY, STRAY), place))


def dealt(
    rng: Random, counts: Mapping[Content, tuple[int, int]], kept: Sequence[int], dropped: Sequence[int]
) -> list[Content]:
    """Return the payload of each position, ``small`` where ``counts`` asks for no other.

    Args:
        rng: Where places are drawn from.
        counts: How many have which payload: (among ``kept``, among ``dropped``).
        kept: Positions that a filter keeps.
        dropped: The other positions.
    """
    contents: list[Content] = ["small"] * (len(kept) + len(dropped))
    left = (rng.sample(kept, len(kept)), rng.sample(dropped, len(dropped)))
    for content, numbers in counts.items():
        for positions, number in zip(left, numbers, strict=True):
            for _ in range(number):
                contents[positions.pop()] = content
    return contents
