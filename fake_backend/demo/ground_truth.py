"""Rows of ground truth: datasets, versions, ground truths and events, as planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from fake_backend.demo.annotating import payload
from fake_backend.demo.assignments import instant
from fake_backend.demo.ground_truth_plan import (
    CATEGORIES,
    FOREIGN_DATASET,
    FOREIGN_EVENTS,
    FOREIGN_VERSION,
    GROUND_TRUTH_DATASET,
    GROUND_TRUTH_VERSIONS,
    LOOSE_DATASET,
    LOOSE_EVENTS,
    LOOSE_HELD,
    LOOSE_VERSION,
    PARTS,
    plan_ground_truth,
)
from fake_backend.demo.streams import stream

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from fake_backend.demo.payloads import AnnotationsPayload
    from fake_backend.demo.picture import Picture
    from fake_backend.demo.plan import Planned

FIRST_KEY = 9_951  # keys of events pass 10,000, and ids of ground truths lie among them
TOGETHER = 22  # events that were written in one moment
OPENED: Final = datetime(2026, 3, 10, tzinfo=UTC)

Row = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """What a ground truth may be about: a task with its data unit and picture."""

    task: int
    data_unit: int
    picture: Picture


@dataclass
class _Event:
    """One event before it has a key; ``turn`` orders all events in time."""

    truth: tuple[int, int]  # dataset, number
    shown: Shown
    turn: float
    category: str
    data: AnnotationsPayload | None
    versions: tuple[int, ...]
    is_update: bool = False


def ground_truth(
    seed: int, planned: Sequence[Planned], main: Sequence[Shown], second: Sequence[Shown], third: Sequence[Shown]
) -> dict[str, list[Row]]:
    """Return the four resources of ground truth.

    Args:
        seed: The demo's seed number.
        planned: The tasks of the main project, in the order of ``main``.
        main: What the main project's dataset is about.
        second: What the dataset without a project is about.
        third: What the other tenant's dataset is about.
    """
    events = [
        *_main_events(seed, planned, main),
        *_side_events(seed, LOOSE_DATASET, second, LOOSE_EVENTS, (LOOSE_VERSION, LOOSE_HELD)),
        *_side_events(seed, FOREIGN_DATASET, third, FOREIGN_EVENTS, (FOREIGN_VERSION, FOREIGN_EVENTS)),
    ]
    events.sort(key=lambda event: event.turn)
    rng = stream(seed, "ground truth keys")
    keys = _keys(rng, len(events))
    ids = ids_apart(rng, [event.truth for event in events], keys)
    truths = {event.truth: event for event in events}
    linked = stream(seed, "ground truth tasks")
    return {
        "ground_truth_datasets": [
            {"id": GROUND_TRUTH_DATASET, "tenant": "acme", "name": "Streets 도로, checked", "project": 1},
            {"id": LOOSE_DATASET, "tenant": "acme", "name": "Found footage", "project": None},
            {"id": FOREIGN_DATASET, "tenant": "globex", "name": "Crossings, checked", "project": 3},
        ],
        "ground_truth_dataset_versions": [
            {
                "id": version,
                "ground_truth_dataset": dataset,
                "name": name,
                "is_released": version != GROUND_TRUTH_VERSIONS[1],
                "events": [key for key, event in zip(keys, events, strict=True) if version in event.versions],
            }
            for version, dataset, name in (
                (GROUND_TRUTH_VERSIONS[0], GROUND_TRUTH_DATASET, "1.0"),
                (GROUND_TRUTH_VERSIONS[1], GROUND_TRUTH_DATASET, "1.1"),
                (LOOSE_VERSION, LOOSE_DATASET, "0.1"),
                (FOREIGN_VERSION, FOREIGN_DATASET, "1.0"),
            )
        ],
        "ground_truths": sorted(
            (
                {
                    "id": ids[truth],
                    "ground_truth_dataset": truth[0],
                    "data_unit": event.shown.data_unit,
                    "task": event.shown.task if truth[0] != LOOSE_DATASET and linked.random() < 0.8 else None,
                }
                for truth, event in truths.items()
            ),
            key=lambda row: row["id"],
        ),
        "ground_truth_events": [
            {
                "pgh_id": key,
                "ground_truth": ids[event.truth],
                "pgh_label": "update" if event.is_update else "insert",
                "created": instant(_written(number)),
                "data": event.data,
                "category": event.category,
                "classes": _classes(event.data),
            }
            for number, (key, event) in enumerate(zip(keys, events, strict=True))
        ],
    }


def _main_events(seed: int, planned: Sequence[Planned], shown: Sequence[Shown]) -> list[_Event]:
    """Return the events of the main project's dataset; what is older comes earlier and knows a shape less."""
    rng = stream(seed, "ground truth turns")
    turns: dict[int, float] = {}
    events = []
    rows = plan_ground_truth(seed, planned)
    replaced = {row.truth for row in rows if row.part == "superseded"}
    for row in rows:
        latest = turns.setdefault(row.truth, rng.random())
        is_older = row.part in {"older", "superseded"}
        data = payload(shown[row.position].picture, row.content, stream(seed, "event", row.part, row.truth))
        if is_older and data is not None and "annotations" in data:
            data["annotations"].pop()
        events.append(
            _Event(
                truth=(GROUND_TRUTH_DATASET, row.truth),
                shown=shown[row.position],
                turn=latest * rng.random() if is_older else latest,
                category=row.category,
                data=data,
                versions=PARTS[row.part].versions,
                is_update=row.part == "newer" or (row.part == "shared" and row.truth in replaced),
            )
        )
    return events


def _side_events(seed: int, dataset: int, shown: Sequence[Shown], count: int, held: tuple[int, int]) -> list[_Event]:
    """Return one event of each ground truth of a smaller dataset; ``held`` is a version, and how many it holds."""
    rng = stream(seed, "side ground truth", dataset)
    version, number_held = held
    return [
        _Event(
            truth=(dataset, number),
            shown=chosen,
            turn=rng.random(),
            category=rng.choice(("train", *CATEGORIES)),
            data=payload(chosen.picture, "small", rng),
            versions=(version,) if number < number_held else (),
        )
        for number, chosen in enumerate(rng.sample(shown, count))
    ]


def _written(number: int) -> datetime:
    """Return when event ``number`` was written; the first of them in one moment."""
    if number < TOGETHER:
        return OPENED
    return OPENED + timedelta(hours=number, microseconds=number % 3 * 250_000)


def _keys(rng: Random, count: int) -> list[int]:
    """Return ascending keys with gaps."""
    keys = [FIRST_KEY]
    while len(keys) < count:
        keys.append(keys[-1] + rng.choice((1, 1, 2)))
    return keys


def ids_apart(rng: Random, truths: Sequence[tuple[int, int]], keys: Sequence[int]) -> dict[tuple[int, int], int]:
    """Return an id for each ground truth: from among the keys of events, and never that of an event of its own.

    Args:
        rng: Where ids are drawn from.
        truths: The ground truth of each event, as (dataset, number).
        keys: The key of each event.
    """
    distinct = [*dict.fromkeys(truths)]
    while True:
        drawn = rng.sample(range(FIRST_KEY, FIRST_KEY + 2 * len(distinct)), len(distinct))
        ids = dict(zip(distinct, drawn, strict=True))
        if all(ids[truth] != key for truth, key in zip(truths, keys, strict=True)):
            return ids


def _classes(data: AnnotationsPayload | None) -> list[str]:
    """Return the categories of a payload's annotations, each once."""
    return [*dict.fromkeys(annotation["category"] for annotation in (data or {}).get("annotations", []))]
