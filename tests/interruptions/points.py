"""The points at which exports are interrupted: drawn from a seed, spread over everything that an export does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import cycle, islice
from typing import TYPE_CHECKING, Literal, get_args

from tests.interruptions.world import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

    from tests.interruptions.world import World

type Way = Literal["kill exporter", "kill server", "cut storage", "fill disk"]
type Head = Literal["delegated", "in-process"]
type Moment = Literal[
    "list", "bulk", "payloads", "originals", "enqueue", "progress", "bundle", "saving", "publishing", "manifest"
]

WAYS: tuple[Way, ...] = get_args(Way.__value__)
HEADS: tuple[Head, ...] = get_args(Head.__value__)
TARGETS: tuple[Target, ...] = get_args(Target.__value__)
BULK, PAGE, CHUNK = 20, 30, 30  # rows of a bulk call, a v1 page and a part of the bundle; see command.PACE
LONGEST = 1_500  # bytes of an answer that may pass before its connection is cut


@dataclass(frozen=True)
class Point:
    """One interruption.

    Args:
        number: From 1.
        way: What happens.
        head: Which head gathers the rows.
        target: Which rows.
        bucket: Whether the storage is a bucket, not a directory.
        originals: Whether originals are saved.
        moment: During what it happens.
        nth: At which request, or at which file, of that kind.
        after: Bytes of the answer that pass before; ``None`` for before the request does.
        lasts: Whether what is broken stays so until the run has ended; else it is mended at once.
    """

    number: int
    way: Way
    head: Head
    target: Target
    bucket: bool
    originals: bool
    moment: Moment
    nth: int
    after: int | None
    lasts: bool

    @property
    def where(self) -> str:
        """The point in time, in words."""
        inside = "" if self.after is None else f" + {self.after} B"
        return f"{self.moment} {self.nth}{inside}"


def moments(way: Way, head: Head, *, bucket: bool, originals: bool) -> list[Moment]:
    """Return during what a run of this kind can be interrupted in this way."""
    found: list[Moment] = ["list", "bulk", "payloads"] if head == "in-process" else ["enqueue", "progress"]
    if head == "delegated" and bucket:
        found.append("bundle")
    if originals and (bucket or head == "in-process"):
        found.append("originals")
    found.append("saving")
    if bucket:
        found += ["publishing", "manifest"]
    at_storage = {"payloads", "originals", "bundle", "publishing", "manifest"}
    if way == "cut storage":
        found = [moment for moment in found if moment in at_storage and (moment != "payloads" or head == "in-process")]
    if way == "fill disk":  # once all is saved, nothing more is written than what says so
        found = [moment for moment in found if moment not in {"publishing", "manifest"}]
    return found


def length(moment: Moment, world: World, *, originals: bool) -> int:
    """Return how many requests, or files, of a kind an export of a world certainly has."""
    rows = len(world.keys)
    return {
        "list": -(-rows // PAGE),
        "bulk": -(-rows // BULK),
        "payloads": world.large,
        "originals": world.with_file,
        "enqueue": 1,
        "progress": 1,
        "bundle": -(-rows // CHUNK),
        "saving": sum(path.startswith("labels/") for path in world.tree(originals=originals)),
        "publishing": len(world.tree(originals=originals)),
        "manifest": 1,
    }[moment]


def points(random: Random, count: int, worlds: Mapping[Target, World]) -> list[Point]:
    """Draw points.

    Ways, heads, targets and originals take turns, so that few points meet all of them; moments are drawn, those first
    that were drawn least.

    Args:
        random: What draws.
        count: How many.
        worlds: What is exported, by target.
    """
    drawn: Counter[tuple[Way, Moment]] = Counter()
    seen: Counter[Moment] = Counter()
    found = []
    kinds = _kinds(random, count)
    for number, (way, head, target, bucket, originals) in enumerate(kinds, 1):
        possible = moments(way, head, bucket=bucket, originals=originals)
        random.shuffle(possible)
        moment = min(possible, key=lambda one, way=way: (drawn[way, one], seen[one]))
        drawn[way, moment] += 1
        seen[moment] += 1
        nth = random.randint(1, length(moment, worlds[target], originals=originals))
        before = moment == "saving" or random.random() < (0.2 if way == "cut storage" else 0.5)
        after = None if before else random.randint(0, LONGEST)
        found.append(
            Point(number, way, head, target, bucket, originals, moment, nth, after, lasts=random.random() < 0.6)
        )
    return found


def _kinds(random: Random, count: int) -> Sequence[tuple[Way, Head, Target, bool, bool]]:
    """Return what takes turns; where a delegated export's storage is to be cut, that is a bucket."""
    heads, targets = list(HEADS), list(TARGETS)
    random.shuffle(heads)
    random.shuffle(targets)
    kinds = []
    turns = zip(cycle(WAYS), cycle(targets), strict=False)
    for number, (way, target) in enumerate(islice(turns, count)):
        head = heads[(number // len(WAYS)) % 2]
        originals = random.random() < 0.7
        bucket = random.random() < 0.5 or (way == "cut storage" and head == "delegated")
        kinds.append((way, head, target, bucket, originals))
    random.shuffle(kinds)
    return kinds
