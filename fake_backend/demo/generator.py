"""The demo document: 4 projects in 2 tenants, 425 tasks, and a picture for nearly each; a function of a seed number.

Assignments and ground truth lie over the tasks: they show the same data units and tell of the same pictures.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from fake_backend.demo.annotating import payload
from fake_backend.demo.assignment_plan import plan_assignments
from fake_backend.demo.assignments import instant, numbered, planned_row, side_row
from fake_backend.demo.data_units import data_unit, specifications
from fake_backend.demo.ground_truth import Shown, ground_truth
from fake_backend.demo.names import PlannedName
from fake_backend.demo.payloads import CLASSES, AnnotationsPayload, ObjectsPayload, objects_from_annotations
from fake_backend.demo.picture import draw
from fake_backend.demo.plan import DIVIDE, Content, Planned, plan
from fake_backend.demo.streams import stream
from fake_backend.demo.tenancy import tenancy
from fake_backend.demo.to_annotate import ANNOTATION_PROJECT, ANNOTATION_TASKS, serving, tasks_to_annotate

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

MAIN, SECOND, THIRD = 1, 2, 3
TENANTS: Final = {MAIN: "acme", SECOND: "acme", THIRD: "globex", ANNOTATION_PROJECT: "acme"}
TITLES: Final = {
    MAIN: "Streets 도로",
    SECOND: "Scenes to annotate",
    THIRD: "Crossings",
    ANNOTATION_PROJECT: "Shapes to detect",
}
SECOND_TASKS, THIRD_TASKS = 40, 25
FIRST_TASK, FIRST_UNIT = 701, 3001  # ids of tasks pass 1000: an order by text is not the order by number

SIDE_CONTENTS: Final[tuple[Content, ...]] = ("null", "small", "small", "small")  # of assignments

Row = dict[str, Any]


def document(
    seed: int = 1, *, hard: bool = False, progress: Callable[[int, int], None] | None = None
) -> dict[str, Any]:
    """Return the demo as a seed document (``docs/seeding.md``).

    Args:
        seed: Any whole number; equal numbers give equal documents.
        hard: Whether the pictures that to_task has to annotate are hard: shapes overlap, under noise.
        progress: Told (pictures drawn, pictures in all) after each.

    Raises:
        PillowMissing: The extra ``demo`` is not installed.
    """
    return _Demo(seed, progress, hard=hard).document()


class _Demo:
    """One document while it is made."""

    def __init__(self, seed: int, progress: Callable[[int, int], None] | None, *, hard: bool) -> None:
        self.seed = seed
        self.hard = hard
        self.progress = progress
        self.units: list[Row] = []
        self.tasks: list[Row] = []
        self.shown: dict[int, list[Shown]] = {MAIN: [], SECOND: [], THIRD: []}
        self.by_project: dict[int, list[Row]] = {MAIN: [], SECOND: [], THIRD: []}
        self.plans = {MAIN: plan(seed), SECOND: self._side_plan(SECOND), THIRD: self._side_plan(THIRD)}
        self.assigned = plan_assignments(seed, self.plans[MAIN])
        self.positions = {planned.position for planned in self.assigned}  # of tasks with an assignment
        count = sum(len(planned) for planned in self.plans.values())
        self.unit_ids = stream(seed, "data units").sample(range(FIRST_UNIT, FIRST_UNIT + count), count)
        self.count = count + ANNOTATION_TASKS

    def document(self) -> dict[str, Any]:
        ids = self._task_ids()
        for project, planned in self.plans.items():
            for position, row in enumerate(planned):
                self._task(project, position, row, ids[project])
                self._tell()
        for task, unit in tasks_to_annotate(self.seed, hard=self.hard):
            self.tasks.append(task)
            self.units.append(unit)
            self._tell()
        people = tenancy()
        jobs = people.pop("jobs")
        return {
            **people,
            "data_collections": [
                {"id": project, "tenant": TENANTS[project], "name": f"{title} data"}
                for project, title in TITLES.items()
            ],
            "file_specifications": specifications(TITLES, with_annotations=(SECOND, ANNOTATION_PROJECT)),
            "projects": [
                {
                    "id": project,
                    "tenant": TENANTS[project],
                    "title": title,
                    "data_collection": project,
                    "configuration": {"classification": {"classes": [known.label for known in CLASSES]}},
                }
                for project, title in TITLES.items()
            ],
            "data_units": sorted(self.units, key=lambda row: row["id"]),
            "tasks": sorted(self.tasks, key=lambda row: row["id"]),
            "assignments": self._assignments(),
            **ground_truth(self.seed, self.plans[MAIN], *(self.shown[project] for project in (MAIN, SECOND, THIRD))),
            "jobs": jobs,
            **serving(),
        }

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(len(self.tasks), self.count)

    def _side_plan(self, project: int) -> list[Planned]:
        """Return the tasks of a smaller project: plain names, one cluster, some still without payload."""
        rng = stream(self.seed, "side", project)
        count = SECOND_TASKS if project == SECOND else THIRD_TASKS
        stem = "scene" if project == SECOND else "교차로"  # a crossing
        mix: dict[Content, int] = {"null": 14, "empty": 2} if project == SECOND else {"null": 3}
        mix["small"] = count - sum(mix.values())
        contents = [content for content, number in mix.items() for _ in range(number)]
        rng.shuffle(contents)
        discarded = set(rng.sample(range(count), count // 10))
        return [
            Planned(
                created=DIVIDE + timedelta(hours=6 * max(position, 6)),  # the first seven in one moment
                is_discarded=position in discarded,
                content=contents[position],
                name=PlannedName(f"{stem} {position + 1}", ".png"),
            )
            for position in range(count)
        ]

    def _task_ids(self) -> dict[int, list[int]]:
        """Return ascending ids for each project, projects mixed and with gaps, as in a backend that has been used."""
        rng = stream(self.seed, "ids")
        owners = [project for project, planned in self.plans.items() for _ in planned]
        rng.shuffle(owners)
        ids: dict[int, list[int]] = {project: [] for project in self.plans}
        identity = FIRST_TASK
        for owner in owners:
            ids[owner].append(identity)
            identity += rng.choice((1, 1, 1, 2, 3))
        return ids

    def _task(self, project: int, position: int, planned: Planned, ids: list[int]) -> None:
        """Add one task with its data unit."""
        rng = stream(self.seed, "task", project, position)
        picture = draw(stream(self.seed, "picture", project, position))
        unit = self.unit_ids[len(self.tasks)]  # of every task: OpenAPI requires ``data_unit_id``
        self.shown[project].append(Shown(ids[position], unit, picture))
        rng_of_files = stream(self.seed, "files", project, position)
        name = None if planned.name is None else planned.name.given(ids)
        self.units.append(data_unit(rng_of_files, unit, project, name, picture, with_annotations=project == SECOND))
        annotations = payload(picture, planned.content, stream(self.seed, "payload", project, position))
        data: AnnotationsPayload | ObjectsPayload | None = annotations
        if project == SECOND and annotations is not None:
            data = objects_from_annotations(annotations)
        row: Row = {
            "id": ids[position],
            "project": project,
            "data_unit": unit,
            "data": data,
            "created": instant(planned.created),
            "is_discarded": planned.is_discarded,
            **_statuses(planned.content, stream(self.seed, "status", project, position)),
        }
        people = [6, 7, 8] if project == THIRD else [2, 3, 4, 5]
        labelers = [] if row["status_label"] == "stand_by" else rng.sample(people, rng.choice((0, 1, 1, 2)))
        if project == MAIN and position in self.positions and not labelers:
            labelers = [rng.choice(people)]
        row |= {
            "has_reached_max_assignments": len(labelers) > 1,
            "labelers": sorted(labelers),
            "reviewers": [people[-1]] if row["status_review"] != "stand_by" else [],
            "groups": sorted(rng.sample(range(1, 4), rng.choice((0, 1, 1)))),
            "stages": [rng.randint(1, 3)],
            "workshops": [rng.randint(1, 2)] if rng.random() < 0.3 else [],  # three in ten
            "tags": sorted(rng.sample(range(1, 7), rng.choice((0, 0, 1, 2, 3)))),
        }
        self.tasks.append(row)
        self.by_project[project].append(row)

    def _assignments(self) -> list[Row]:
        """Return those of the main project, and one of each labeler in the others, some of them not begun."""
        rows = []
        for planned in self.assigned:
            picture = self.shown[MAIN][planned.position].picture
            data = payload(picture, planned.content, stream(self.seed, "assignment payload", planned.position))
            rows.append(planned_row(self.seed, planned, self.by_project[MAIN][planned.position], data))
        sides = []
        for project in (SECOND, THIRD):
            for position, (planned_task, task) in enumerate(
                zip(self.plans[project], self.by_project[project], strict=True)
            ):
                rng = stream(self.seed, "side assignment", project, position)
                for labeler in task["labelers"]:
                    data = payload(self.shown[project][position].picture, rng.choice(SIDE_CONTENTS), rng)
                    told = data if project == THIRD or data is None else objects_from_annotations(data)
                    sides.append(side_row(rng, task, labeler, told, planned_task.created))
        return numbered(stream(self.seed, "assignment ids"), self.assigned, rows, sides)


def _statuses(content: Content, rng: Random) -> Row:
    """Return the two statuses that go with a payload."""
    if content == "null":
        return {"status_label": rng.choice(("stand_by", "stand_by", "skipped")), "status_review": "stand_by"}
    if content == "empty":
        return {"status_label": rng.choice(("stand_by", "in_progress")), "status_review": "stand_by"}
    label = rng.choice(("completed", "completed", "completed", "in_progress"))
    reviews = ("stand_by", "in_progress", "completed", "completed", "rejected", "skipped")
    return {"status_label": label, "status_review": rng.choice(reviews) if label == "completed" else "stand_by"}
