"""What stands around the tasks of a run of to_task: a project with pictures and annotation files, good ones and bad."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.strategies.surroundings import MAIN_TENANT, SURROUNDINGS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

SPECIFICATION = "annotation_data"
AGENT, RELEASE = 1, 7
MAX_BYTES = 3000  # of an annotation file here
THRESHOLD = 0.5
LONG = 2100  # characters; what is longer than 2,000 bytes is stored as an object

ROOM: dict[str, Any] = {
    **SURROUNDINGS,
    "file_specifications": [
        {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
        {"id": 2, "data_collection": 1, "name": SPECIFICATION, "file_type": "data"},
    ],
    "agents": [{"id": AGENT, "tenant": MAIN_TENANT, "name": "lab"}],
    "plugin_releases": [{"id": RELEASE, "tenant": MAIN_TENANT, "code": "shapes", "model": "drawn", "num_gpus": 0.5}],
    "serve_applications": [{"id": 1, "plugin_release": RELEASE, "agent": AGENT}],
}
"""What stands around the tasks of a run."""


def detection(number: int = 1, confidence: float | None = None, **more: Any) -> dict[str, Any]:
    """Return one object of the guide's structure.

    Args:
        number: What tells it from others.
        confidence: Its confidence, if it says one.
        **more: Keys over its own.
    """
    told = {} if confidence is None else {"properties": {"confidence": confidence, "label": "사람"}}
    where = {"x": 100 + number, "y": -1.5, "width": 200, "height": 0}
    return {"id": f"obj_{number:03}", "class_id": 1, "type": "bbox", "coordinates": where, **told, **more}


def detections() -> SearchStrategy[dict[str, Any]]:
    """Return annotations of the guide's structure: none, some, long ones, and some that are DM Schema V1 as well."""
    confidences = st.sampled_from([None, 0.2, THRESHOLD, 0.95, 1])
    objects = st.lists(confidences, max_size=3).map(lambda drawn: [detection(n, c) for n, c in enumerate(drawn, 1)])
    more = st.sampled_from([{}, {}, {"annotations": {}, "annotationsData": {}}, {"filler": "가" * (LONG // 3)}])
    return st.builds(lambda found, extra: {"objects": found, **extra}, objects, more)


WRONG: tuple[Any, ...] = (
    [],
    {},
    None,
    {"objects": {}},
    {"objects": [1]},
    {"objects": [detection(), detection()]},
    {"objects": [detection(class_id=True)]},
    {"objects": [detection(class_id="1")]},
    {"objects": [detection(type=" ")]},
    {"objects": [detection(coordinates={"x": 1, "y": 1, "width": 1})]},
    {"objects": [detection(coordinates={"x": 1, "y": "1", "width": 1, "height": 1})]},
    {"objects": [detection(coordinates={"x": 1, "y": 1, "width": -1, "height": 1})]},
    {"objects": [detection(1, 1.5)]},
    {"objects": [detection(properties=[])]},
)
"""JSON that is not of the guide's structure."""

NO_JSON = (b"", b"{", b"\xff\xfe", b"<html>", b'{"objects": [], "x": NaN}', b"[" * 9)
"""Bytes that are no JSON."""


def files(number: int, content: dict[str, Any] | None, *, picture: bool = True) -> dict[str, Any]:
    """Return the files of a task's data unit, called after the task.

    Args:
        number: Id of the task; its picture's bytes are this number.
        content: ``content`` or ``content_base64`` of the annotation file, or ``None`` for none.
        picture: Whether there is a primary file.
    """
    found: dict[str, Any] = {}
    if picture:
        encoded = base64.b64encode(str(number).encode()).decode()
        found["image_1"] = {"file_name_original": f"{number}.png", "is_primary": True, "content_base64": encoded}
    if content is not None:
        found[SPECIFICATION] = {"file_name_original": f"{number}.json", **content}
    return found
