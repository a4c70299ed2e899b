"""The demo document: 3 projects in 2 tenants, 365 tasks, and a picture for nearly each; a function of a seed number."""

from __future__ import annotations

import base64
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from fake_backend.demo.annotating import payload, truth_of
from fake_backend.demo.names import PlannedName
from fake_backend.demo.payloads import CLASSES, AnnotationsPayload, ObjectsPayload, objects_from_annotations
from fake_backend.demo.picture import Picture, draw
from fake_backend.demo.plan import DIVIDE, Content, Planned, plan
from fake_backend.demo.streams import stream
from fake_backend.demo.tenancy import tenancy

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from random import Random

MAIN, SECOND, THIRD = 1, 2, 3
TENANTS: Final = {MAIN: "acme", SECOND: "acme", THIRD: "globex"}
TITLES: Final = {MAIN: "Streets 도로", SECOND: "Scenes to annotate", THIRD: "Crossings"}
SECOND_TASKS, THIRD_TASKS = 40, 25
FIRST_TASK, FIRST_UNIT = 701, 3001  # ids of tasks pass 1000: an order by text is not the order by number

Row = dict[str, Any]


def document(seed: int = 1, *, progress: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """Return the demo as a seed document (``docs/seeding.md``).

    Args:
        seed: Any whole number; equal numbers give equal documents.
        progress: Told (pictures drawn, pictures in all) after each.

    Raises:
        PillowMissing: The extra ``demo`` is not installed.
    """
    return _Demo(seed, progress).document()


class _Demo:
    """One document while it is made."""

    def __init__(self, seed: int, progress: Callable[[int, int], None] | None) -> None:
        self.seed = seed
        self.progress = progress
        self.units: list[Row] = []
        self.tasks: list[Row] = []
        self.assignments: list[Row] = []
        self.plans = {MAIN: plan(seed), SECOND: self._side_plan(SECOND), THIRD: self._side_plan(THIRD)}
        count = sum(len(planned) for planned in self.plans.values())
        self.unit_ids = stream(seed, "data units").sample(range(FIRST_UNIT, FIRST_UNIT + count), count)
        self.count = count

    def document(self) -> dict[str, Any]:
        ids = self._task_ids()
        for project, planned in self.plans.items():
            for position, row in enumerate(planned):
                self._task(project, position, row, ids[project])
                if self.progress is not None:
                    self.progress(len(self.tasks), self.count)
        people = tenancy()
        jobs = people.pop("jobs")
        return {
            **people,
            "data_collections": [
                {"id": project, "tenant": TENANTS[project], "name": f"{title} data"}
                for project, title in TITLES.items()
            ],
            "file_specifications": _specifications(),
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
            "assignments": [{"id": 501 + number, **row} for number, row in enumerate(self.assignments)],
            "jobs": jobs,
        }

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
        """Add one task with its data unit and assignments."""
        rng = stream(self.seed, "task", project, position)
        picture = draw(stream(self.seed, "picture", project, position))
        unit = self.unit_ids[len(self.tasks)]  # of every task: OpenAPI requires ``data_unit_id``
        self.units.append(self._unit(unit, project, position, planned, picture, ids=ids))
        annotations = payload(picture, planned.content, stream(self.seed, "payload", project, position))
        data: AnnotationsPayload | ObjectsPayload | None = annotations
        if project == SECOND and annotations is not None:
            data = objects_from_annotations(annotations)
        row: Row = {
            "id": ids[position],
            "project": project,
            "data_unit": unit,
            "data": data,
            "created": _instant(planned.created),
            "is_discarded": planned.is_discarded,
            **_statuses(planned.content, stream(self.seed, "status", project, position)),
        }
        people = [6, 7, 8] if project == THIRD else [2, 3, 4, 5]
        labelers = [] if row["status_label"] == "stand_by" else rng.sample(people, rng.choice((0, 1, 1, 2)))
        self.assignments += [
            {"task": row["id"], "user": labeler, "is_discarded": rng.random() < 0.1}  # one in ten
            for labeler in sorted(labelers)
        ]
        self.tasks.append(
            row
            | {
                "has_reached_max_assignments": len(labelers) > 1,
                "labelers": sorted(labelers),
                "reviewers": [people[-1]] if row["status_review"] != "stand_by" else [],
                "groups": sorted(rng.sample(range(1, 4), rng.choice((0, 1, 1)))),
                "stages": [rng.randint(1, 3)],
                "workshops": [rng.randint(1, 2)] if rng.random() < 0.3 else [],  # three in ten
                "tags": sorted(rng.sample(range(1, 7), rng.choice((0, 0, 1, 2, 3)))),
            }
        )

    def _unit(
        self, identity: int, project: int, position: int, planned: Planned, picture: Picture, *, ids: list[int]
    ) -> Row:
        """Return one data unit: its image, mostly a sidecar, and in the second project the annotations as a file."""
        if planned.name is None:
            return {"id": identity, "data_collection": project, "name": f"empty {identity}", "files": {}}
        name = planned.name.given(ids)
        stem = PurePosixPath(name).stem
        rng = stream(self.seed, "files", project, position)
        files: dict[str, Row] = {"image_1": _image(name, picture, marked=rng.random() < 0.9)}
        truth: AnnotationsPayload = {"annotations": truth_of(picture)}
        if rng.random() < 0.6:  # three in five
            sidecar = {"camera": rng.randint(1, 4), "weather": rng.choice(("맑음", "비", "clear")), "speed": 12.5}
            files["data_meta_1"] = _json_file(f"{stem}.meta.json", sidecar)
            files["image_1"]["is_primary"] = True
            if rng.random() < 0.5:  # half of them stand before the image (SYN-7229)
                files = dict(reversed(files.items()))
        if project == SECOND:
            files["image_1"]["is_primary"] = True
            files["annotation_data"] = _json_file(f"{stem}.annotations.json", objects_from_annotations(truth))
        return {
            "id": identity,
            "data_collection": project,
            "name": stem,
            "width": picture.width,
            "height": picture.height,
            "meta": {"truth": truth},
            "files": files,
        }


def _specifications() -> list[Row]:
    """Return the file specifications of all collections."""
    kinds: list[tuple[str, Literal["image", "data"]]] = [("image_1", "image"), ("data_meta_1", "data")]
    rows: list[Row] = []
    for project in TITLES:
        extra: list[tuple[str, Literal["image", "data"]]] = [("annotation_data", "data")] if project == SECOND else []
        for name, file_type in kinds + extra:
            rows.append(
                {
                    "id": len(rows) + 1,
                    "data_collection": project,
                    "name": name,
                    "file_type": file_type,
                    "is_primary": name == "image_1",
                }
            )
    return rows


def _image(name: str, picture: Picture, *, marked: bool) -> Row:
    """Return the row of an image file; one that stands alone need not be marked as primary."""
    form: Literal["png", "jpeg"] = "jpeg" if name.endswith(".jpg") else "png"
    return {
        "file_name_original": name,
        "is_primary": marked,
        "content_type": f"image/{form}",
        "content_base64": base64.b64encode(picture.encoded(form)).decode("ascii"),
    }


def _json_file(name: str, content: object) -> Row:
    return {"file_name_original": name, "is_primary": False, "content_type": "application/json", "content": content}


def _statuses(content: Content, rng: Random) -> Row:
    """Return the two statuses that go with a payload."""
    if content == "null":
        return {"status_label": rng.choice(("stand_by", "stand_by", "skipped")), "status_review": "stand_by"}
    if content == "empty":
        return {"status_label": rng.choice(("stand_by", "in_progress")), "status_review": "stand_by"}
    label = rng.choice(("completed", "completed", "completed", "in_progress"))
    reviews = ("stand_by", "in_progress", "completed", "completed", "rejected", "skipped")
    return {"status_label": label, "status_review": rng.choice(reviews) if label == "completed" else "stand_by"}


def _instant(moment: datetime) -> str:
    """Return ``moment`` as the API writes it, in UTC."""
    return moment.isoformat().replace("+00:00", "Z")
