"""What to_task has to do: a project of pictures to annotate, and the pre-processor that can, not deployed yet.

It lies beside the other projects: no row of theirs depends on it.
"""

from __future__ import annotations

from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from fake_backend.demo.annotating import payload
from fake_backend.demo.assignments import instant
from fake_backend.demo.data_units import data_unit, specifications
from fake_backend.demo.hard_picture import draw_hard
from fake_backend.demo.models import SHAPES
from fake_backend.demo.payloads import CLASSES, objects_from_annotations
from fake_backend.demo.picture import draw
from fake_backend.demo.plan import DIVIDE
from fake_backend.demo.streams import stream
from fake_backend.demo.tenancy import tenancy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from fake_backend.demo.plan import Content

ANNOTATION_PROJECT = 4
ANNOTATION_AGENT = 1
DETECTOR = 41  # id of the plugin release
TO_ANNOTATE = 48
ANNOTATION_TASKS = 60
FIRST_TASK, FIRST_UNIT = 2001, 4001  # above those of every other project
CREATED: Final = DIVIDE + timedelta(days=60)

ANNOTATION_FILTER: Final[Mapping[str, object]] = MappingProxyType({"status": "pending", "is_discarded": False})
"""``task_filters`` of to_task that keep exactly ``TO_ANNOTATE`` of the project's tasks, for every seed number."""

STANDING: Final[tuple[tuple[int, str, bool, Content], ...]] = (
    (TO_ANNOTATE, "stand_by", False, "null"),
    (3, "stand_by", True, "null"),
    (3, "in_progress", False, "small"),
    (4, "completed", False, "small"),
    (2, "skipped", False, "null"),
)
"""How many tasks have which ``status_label``, are discarded, and have which payload."""

RELATED: Final = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")

Row = dict[str, Any]


def annotation_document(seed: int = 1, *, hard: bool = False, scale: int = 8) -> dict[str, Any]:
    """Return the project alone as a seed document, with a part of its tasks: quicker to make than the demo.

    Args:
        seed: As ``tasks_to_annotate``.
        hard: As ``tasks_to_annotate``.
        scale: As ``tasks_to_annotate``; 8 leaves six tasks to annotate, and four others.

    Raises:
        PillowMissing: The extra ``demo`` is not installed.
    """
    rows = list(tasks_to_annotate(seed, hard=hard, scale=scale))
    project = {"id": ANNOTATION_PROJECT, "tenant": "acme"}
    classes = [known.label for known in CLASSES]
    return {
        **tenancy(),
        "data_collections": [project],
        "file_specifications": specifications([ANNOTATION_PROJECT], with_annotations=[ANNOTATION_PROJECT]),
        "projects": [
            project | {"data_collection": ANNOTATION_PROJECT, "configuration": {"classification": {"classes": classes}}}
        ],
        "data_units": [unit for _, unit in rows],
        "tasks": [task for task, _ in rows],
        **serving(),
    }


def serving() -> dict[str, list[Row]]:
    """Return the rows of the agent, the release of the detector, and its application, which is cold."""
    return {
        "agents": [{"id": ANNOTATION_AGENT, "tenant": "acme", "name": "Acme lab"}],
        "plugin_releases": [
            {
                "id": DETECTOR,
                "tenant": "acme",
                "code": SHAPES,
                "name": "Shapes",
                "model": SHAPES,
                "max_batch_size": 4,
                "num_gpus": 0.5,
            }
        ],
        "serve_applications": [
            {"id": 1, "plugin_release": DETECTOR, "agent": ANNOTATION_AGENT, "status": "NOT_STARTED"}
        ],
    }


def tasks_to_annotate(seed: int, *, hard: bool = False, scale: int = 1) -> Iterator[tuple[Row, Row]]:
    """Yield the project's tasks, each with its data unit, in the order of their ids.

    Args:
        seed: The demo's seed number.
        hard: Whether shapes overlap, under noise (``hard_picture.py``); nothing else is different then.
        scale: Divides the number of tasks of each standing, rounded up.
    """
    standing: list[tuple[str, bool, Content]] = [
        (label, discarded, content) for count, label, discarded, content in STANDING for _ in range(-(-count // scale))
    ]
    rng = stream(seed, "to annotate")
    rng.shuffle(standing)
    task_id = FIRST_TASK
    units = rng.sample(range(FIRST_UNIT, FIRST_UNIT + len(standing)), len(standing))
    for position, (label, discarded, content) in enumerate(standing):
        drawing = stream(seed, "hard picture" if hard else "picture", ANNOTATION_PROJECT, position)
        picture = draw_hard(drawing) if hard else draw(drawing)
        files = stream(seed, "files", ANNOTATION_PROJECT, position)
        name = f"shapes {position + 1}{'.jpg' if position % 4 == 3 else '.png'}"
        unit = data_unit(files, units[position], ANNOTATION_PROJECT, name, picture, with_annotations=True)
        data = payload(picture, content, stream(seed, "payload", ANNOTATION_PROJECT, position))
        task = {
            "id": task_id,
            "project": ANNOTATION_PROJECT,
            "data_unit": unit["id"],
            "data": None if data is None else objects_from_annotations(data),
            "created": instant(CREATED + timedelta(minutes=position)),
            "is_discarded": discarded,
            "status_label": label,
            "status_review": "stand_by",
            "has_reached_max_assignments": False,
            **{related: [] for related in RELATED},
        }
        yield task, unit
        task_id += rng.choice((1, 1, 1, 2, 3))
