"""The seed document of these runs: tasks that can be annotated, tasks that cannot, and a pre-processor to order."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PROJECT: Final = 1
CROWDED: Final = 3  # the project with more tasks than the client lists on one page
CROWD: Final = 105  # its tasks; the client asks for 100 a page (contract.md 4, fetch_tasks)
AGENT: Final = 1
RELEASE: Final = 7
MODEL: Final = "shapes"
AGENT_TOKEN: Final = "agt_of-the-conformance-runs"
JOB: Final = "22222222-2222-2222-2222-222222222222"
OTHER_TENANT: Final = "globex"

IMAGE, ANNOTATIONS = "image_1", "annotation_data"
EARLY, LATE = "2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"
LARGE: Final = "도로 " * 400  # some 2,800 bytes, so that what is stored lies in an object of its own

# What some tasks of the first project lack, so that they cannot be annotated; see ``_unit``.
WITHOUT_UNIT, WITHOUT_FILES, WITHOUT_ANNOTATIONS, WITHOUT_PRIMARY, BROKEN = 109, 110, 111, 112, 113
FREE_FORM, DM_SCHEMA = 114, 115  # tasks whose data must be DM Schema V1; only the file of the second is


def document(release: Mapping[str, object], agent: Mapping[str, object], *, deployed: bool) -> dict[str, Any]:
    """Return the document.

    Tasks 101 to 106 of project 1 can be annotated either way; 107 and 108 as well, but somebody has worked on them.
    109 to 115 are what the constants above say. Project 3 has more tasks than a page. One task each of project 2 and of
    another tenant must never change.

    Args:
        release: Keys of the pre-processor's row that are not as usual.
        agent: Likewise of the agent's.
        deployed: Whether it runs when the client comes.
    """
    numbers = range(101, DM_SCHEMA + 1)
    return {
        "tenants": [{"code": "acme"}, {"code": OTHER_TENANT}],
        "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "acme"}, {"id": 9, "tenant": OTHER_TENANT}],
        "tokens": [{"user": 1, "kind": "user"}, {"user": 9, "kind": "user"}],
        "jobs": [{"id": JOB, "tenant": "acme"}],
        "data_collections": [{"id": 1, "tenant": "acme"}, {"id": 9, "tenant": OTHER_TENANT}],
        "file_specifications": [
            *_specifications(1, 1),
            *_specifications(9, 91),
        ],
        "projects": [
            {"id": PROJECT, "tenant": "acme", "data_collection": 1},
            {"id": 2, "tenant": "acme", "data_collection": 1},
            {"id": CROWDED, "tenant": "acme", "data_collection": 1},
            {"id": 9, "tenant": OTHER_TENANT, "data_collection": 9},
        ],
        "data_units": [*(_unit(number) for number in numbers if number != WITHOUT_UNIT), {**_unit(101), **THEIRS}],
        "tasks": [
            *(_task(number) for number in numbers),
            {"id": 201, "project": 2, "data_unit": 101, "data": {"mine": True}, "created": EARLY},
            *({"id": 1_000 + n, "project": CROWDED, "data_unit": 101, "created": EARLY} for n in range(1, CROWD + 1)),
            {"id": 901, "project": 9, "data_unit": 901, "created": EARLY},
        ],
        "assignments": [{"id": 501, "task": 103, "user": 2, "created": EARLY}],
        "agents": [{"id": AGENT, "tenant": "acme", "num_cpus": 4, "num_gpus": 1, "token": AGENT_TOKEN, **agent}],
        "plugin_releases": [
            {
                "id": RELEASE,
                "tenant": "acme",
                "code": MODEL,
                "model": MODEL,
                "num_gpus": 0.5,
                "answer_seconds": 0,
                **release,
            }
        ],
        "serve_applications": [{"id": 1, "plugin_release": RELEASE, "agent": AGENT}] if deployed else [],
    }


THEIRS: Final[Mapping[str, object]] = {"id": 901, "data_collection": 9}

WORKED_ON: Final[Mapping[int, Mapping[str, object]]] = {
    103: {"labelers": [2]},
    107: {"status_label": "completed", "data": {"checked": "by hand"}, "labelers": [2]},
    108: {"status_label": "in_progress", "data": {"half": "done"}, "labelers": [2]},
    FREE_FORM: {"schema": "dm_schema_v1"},
    DM_SCHEMA: {"schema": "dm_schema_v1"},
}
"""What is special to a task's row."""


def _specifications(collection: int, first: int) -> Sequence[dict[str, Any]]:
    return [
        {"id": first, "data_collection": collection, "name": IMAGE, "file_type": "image", "is_primary": True},
        {"id": first + 1, "data_collection": collection, "name": ANNOTATIONS, "file_type": "data"},
    ]


def _task(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "project": PROJECT,
        "data_unit": None if number == WITHOUT_UNIT else number,
        "created": EARLY if number <= 103 else LATE,
        **WORKED_ON.get(number, {}),
    }


def _unit(number: int) -> dict[str, Any]:
    picture = {"file_name_original": f"shot-{number}.png", "is_primary": number != WITHOUT_PRIMARY}
    files: dict[str, Any] = {
        ANNOTATIONS: {"file_name_original": f"shot-{number}.json", **_content(number)},
        IMAGE: {**picture, "content_base64": base64.b64encode(f"picture {number}".encode()).decode()},
    }
    if number == WITHOUT_FILES:
        files = {}
    if number == WITHOUT_ANNOTATIONS:
        del files[ANNOTATIONS]
    return {"id": number, "data_collection": 1, "files": files}


def _content(number: int) -> dict[str, Any]:
    if number == BROKEN:
        return {"content_base64": base64.b64encode(b"{half").decode()}
    if number == DM_SCHEMA:
        return {"content": {"annotations": {IMAGE: []}, "annotationsData": {IMAGE: []}}}
    box = {"x": number, "y": 2, "width": 30, "height": 40}
    properties = {"confidence": 0.9, "note": LARGE if number == 102 else "small"}
    found = {"id": f"obj_{number}", "class_id": 1, "type": "bbox", "coordinates": box, "properties": properties}
    return {"content": {"objects": [found]}}
