"""Rows of assignments: those of the main project as planned, several a task in the other projects."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from fake_backend.demo.assignment_plan import FIRST_HIGH
from fake_backend.demo.streams import stream

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from random import Random

    from fake_backend.demo.assignment_plan import PlannedAssignment

FIRST_ASSIGNMENT = 701

Row = dict[str, Any]


def planned_row(seed: int, planned: PlannedAssignment, task: Row, data: object) -> Row:
    """Return an assignment of the main project, still without id.

    Args:
        seed: The demo's seed number.
        planned: What it must be.
        task: Its task, the first of whose labelers has it.
        data: Its payload.
    """
    rng = stream(seed, "assignment", planned.position)
    return {
        "task": task["id"],
        "user": rng.choice(task["labelers"]),
        "data": data,
        "created": instant(planned.created),
        "is_discarded": planned.is_discarded,
        "is_discard_confirmed": planned.is_discard_confirmed,
        "is_confirmed": planned.status_review == "completed",
        "status_label": planned.status_label,
        "status_review": planned.status_review,
        **_place(rng, planned.status_review, (4, 5)),
        **_instants(rng, planned.last_labeled, planned.status_label, planned.status_review),
    }


def side_row(rng: Random, task: Row, user: int, data: object, created: datetime) -> Row:
    """Return one labeler's assignment in a smaller project, still without id.

    Args:
        rng: The assignment's own stream.
        task: Its task.
        user: Id of the labeler.
        data: Its payload; without one nobody has begun.
        created: Of the task, UTC.
    """
    label = "stand_by" if data is None else rng.choice(("in_progress", "completed", "completed"))
    review = rng.choice(("stand_by", "completed", "rejected")) if label == "completed" else "stand_by"
    handed_out = created + timedelta(hours=rng.randint(1, 40))
    labelled = None if data is None else handed_out + timedelta(minutes=rng.randint(5, 4_000))
    return {
        "task": task["id"],
        "user": user,
        "data": data,
        "created": instant(handed_out),
        "is_discarded": rng.random() < 0.1,  # one in ten
        "is_confirmed": review == "completed",
        "status_label": label,
        "status_review": review,
        **_place(rng, review, task["reviewers"]),
        **_instants(rng, labelled, label, review),
    }


def numbered(rng: Random, planned: Sequence[PlannedAssignment], rows: Sequence[Row], sides: Sequence[Row]) -> list[Row]:
    """Return all assignments with ascending ids, projects mixed and with gaps.

    Args:
        rng: Where gaps come from.
        planned: What ``rows`` must be: those with low ids first.
        rows: Of the main project.
        sides: Of the other projects.
    """
    low = sum(row.is_low for row in planned)
    divide = len(sides) // 4
    count = low + divide
    below = sorted(rng.sample(range(FIRST_ASSIGNMENT, FIRST_HIGH), count))
    mixed = [*_mixed(rng, rows[:low], sides[:divide]), *_mixed(rng, rows[low:], sides[divide:])]
    identity = FIRST_HIGH
    ids = [*below]
    while len(ids) < len(mixed):
        ids.append(identity)
        identity += rng.choice((1, 1, 2, 3))
    return [{"id": identity, **row} for identity, row in zip(ids, mixed, strict=True)]


def instant(moment: datetime) -> str:
    """Return ``moment`` as the API writes it, in UTC."""
    return moment.isoformat().replace("+00:00", "Z")


def _mixed(rng: Random, rows: Sequence[Row], sides: Sequence[Row]) -> Iterator[Row]:
    """Yield both, each in its order, mixed at random."""
    turns = [0] * len(rows) + [1] * len(sides)
    rng.shuffle(turns)
    waiting = (iter(rows), iter(sides))
    return (next(waiting[turn]) for turn in turns)


def _place(rng: Random, review: str, reviewers: Sequence[int]) -> Row:
    """Return where an assignment belongs; its tags are not its task's, nor are its reviewers."""
    return {
        "workshop": rng.choice((None, 1, 2)),
        "reviewers": [rng.choice(reviewers)] if review != "stand_by" and reviewers else [],
        "groups": sorted(rng.sample(range(1, 4), rng.choice((0, 1, 1)))),
        "stages": sorted(rng.sample(range(1, 4), rng.choice((1, 1, 2)))),
        "tags": sorted(rng.sample(range(4, 10), rng.choice((0, 0, 1, 2)))),
    }


def _instants(rng: Random, labelled: datetime | None, label: str, review: str) -> Row:
    """Return the five instants: what has not happened is null."""
    acted = None if labelled is None else labelled + timedelta(seconds=rng.randint(0, 5_400))
    submitted = acted if label == "completed" else None
    reviewed = None
    reviewer_acted = None
    if submitted is not None and review != "stand_by":
        reviewer_acted = submitted + timedelta(hours=rng.randint(2, 90), microseconds=rng.choice((0, 500_000)))
        reviewed = None if review == "in_progress" else reviewer_acted
    instants = {
        "label_submitted": submitted,
        "last_labeled": labelled,
        "last_reviewed": reviewed,
        "labeler_last_action_at": acted,
        "reviewer_last_action_at": reviewer_acted,
    }
    return {name: None if moment is None else instant(moment) for name, moment in instants.items()}
