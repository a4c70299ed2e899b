"""The world of the sweeps: as few rows as show everything, since every request of a run is struck by every fault."""

from __future__ import annotations

from typing import Any, Final

PROJECT: Final = 1
VERSION: Final = 31  # of the ground truth
AGENT: Final = 1
RELEASE: Final = 7
DISK: Final = 3
BUCKET: Final = 4
PATH: Final = "exports/out"  # where exports go
JOB: Final = "33333333-3333-3333-3333-333333333333"
TENANT: Final = "acme"
MODEL: Final = "boxes"
ANNOTATIONS: Final = "annotation_data"
CREATED: Final = "2026-01-15T09:00:00Z"
LARGE: Final = "도로 " * 400  # some 2,800 bytes: a payload that lies in an object of its own
ROWS: Final = 2  # the first with a large payload, the second with a small one


def document(*, annotated: bool = True, deployed: bool = False) -> dict[str, Any]:
    """Return the seed document.

    Args:
        annotated: Whether the tasks hold annotations, for exports; else they wait for some.
        deployed: Whether the pre-processor runs already.
    """
    numbers = range(1, ROWS + 1)
    return {
        "tenants": [{"code": TENANT}],
        "users": [{"id": 1, "tenant": TENANT}],
        "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}],
        "storages": [
            {"id": DISK, "tenant": TENANT, "provider": "file_system", "is_default": True},
            {"id": BUCKET, "tenant": TENANT, "provider": "amazon_s3"},
        ],
        "jobs": [{"id": JOB, "tenant": TENANT}],
        "data_collections": [{"id": 1, "tenant": TENANT}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
            {"id": 2, "data_collection": 1, "name": ANNOTATIONS, "file_type": "data"},
        ],
        "projects": [
            {"id": PROJECT, "tenant": TENANT, "data_collection": 1, "configuration": {"classification": {"car": 1}}}
        ],
        "data_units": [_unit(number) for number in numbers],
        "tasks": [_task(number, annotated=annotated) for number in numbers],
        "assignments": [
            {"id": 100 + number, "task": number, "user": 1, "data": _payload(number), "created": CREATED}
            for number in numbers
        ],
        "ground_truth_datasets": [{"id": 21, "tenant": TENANT, "name": "signs", "project": PROJECT}],
        "ground_truth_dataset_versions": [
            {"id": VERSION, "ground_truth_dataset": 21, "is_released": True, "events": [1000 + n for n in numbers]}
        ],
        "ground_truths": [{"id": 300 + n, "ground_truth_dataset": 21, "data_unit": n} for n in numbers],
        "ground_truth_events": [
            {
                "pgh_id": 1000 + number,
                "ground_truth": 300 + number,
                "category": "train",
                "created": CREATED,
                "data": _payload(number),
            }
            for number in numbers
        ],
        "agents": [{"id": AGENT, "tenant": TENANT, "num_cpus": 4, "num_gpus": 1, "token": "agt_of-the-sweeps"}],
        "plugin_releases": [
            {"id": RELEASE, "tenant": TENANT, "code": MODEL, "model": MODEL, "num_gpus": 0.5, "answer_seconds": 0}
        ],
        "serve_applications": [{"id": 1, "plugin_release": RELEASE, "agent": AGENT}] if deployed else [],
    }


def _payload(number: int) -> dict[str, Any]:
    return {"row": number, "note": LARGE if number == 1 else "small"}


def _task(number: int, *, annotated: bool) -> dict[str, Any]:
    row = {"id": number, "project": PROJECT, "data_unit": number, "created": CREATED}
    return {**row, "data": _payload(number)} if annotated else row


def _unit(number: int) -> dict[str, Any]:
    box = {"x": number, "y": 2, "width": 30, "height": 40}
    note = LARGE if number == 1 else "small"
    found = {"id": f"obj_{number}", "class_id": 1, "type": "bbox", "coordinates": box, "properties": {"note": note}}
    files = {
        "image_1": {"file_name_original": f"사진 {number}.png", "is_primary": True, "content": f"picture {number}"},
        ANNOTATIONS: {"file_name_original": f"found-{number}.json", "content": {"objects": [found]}},
    }
    return {"id": number, "data_collection": 1, "files": files}
