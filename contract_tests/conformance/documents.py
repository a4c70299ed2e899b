"""What the backends of the run are seeded with: the demo, and documents that show what the demo cannot."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal

from fake_backend.demo import document as demo
from fake_backend.demo import many_tasks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type DocumentName = Literal["demo", "many", "small"]

DEMO_SEED = 1  # the demo that serve --seed demo serves
PROJECT = 1  # the main project of the demo, the only one of many_tasks, the first of the small document
MANY = 10_050  # rows; 50 above the shard size, so that the last shard is a small one
LARGE = "도로 " * 400  # some 2,800 bytes, so that the payload lies in an object of its own
CREATED = "2026-01-20T09:00:00Z"

INCOMPLETE = 2  # the small document's project with a task that has no data unit
FIRST, SECOND, FILELESS = 31, 32, 33  # its dataset versions: the second holds later events of the first's ground truths
ROWS = 20  # of each target in its first project and its first version
READ_AHEAD = 8  # rows; contract.md 3.3: so many payloads does 2.17 fetch before the first row is written
REPEATED = 10  # ground truths that have a later event in the second version
BARE_UNITS = 5  # its data units without files, each with an event
OTHERS = 900  # added to the ids of the other tenant


def documents(token: str) -> dict[DocumentName, dict[str, Any]]:
    """Return the documents by name.

    Args:
        token: A word that no earlier run has used; see ``with_own_sidecars``.
    """
    return {
        "demo": with_own_sidecars(demo(DEMO_SEED), token),
        "many": many_tasks(MANY),
        "small": with_own_sidecars(small(), token),
    }


def small() -> dict[str, Any]:
    """Return a document with twenty rows of each target, made for what the demo cannot show.

    Of the rows with the highest keys, as many as 2.17 reads ahead have small payloads, the others large ones. Version
    31 holds one event of each of twenty ground truths, version 32 the ten lowest of those events and later ones of the
    other ten ground truths; version 33 holds events whose data units have no files. Project 2 has a task without data
    unit. The other tenant has one row of each kind, whose event is the newest of all.
    """
    numbers, bare_numbers = range(1, ROWS + 1), range(1, BARE_UNITS + 1)
    events = [_event(1_000 + number, 300 + number, number) for number in numbers]
    later = [
        {**_event(key, 300 + number, ROWS), "pgh_label": "update", "data": {"again": number}}
        for key, number in zip(count(1_000 + ROWS + 1), range(REPEATED + 1, ROWS + 1), strict=False)
    ]
    bare = [{**_event(2_000 + number, 400 + number, ROWS), "data": {"bare": number}} for number in bare_numbers]
    keys = [event["pgh_id"] for event in events]
    return {
        "tenants": [{"code": "acme"}, {"code": "globex"}],
        "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "acme"}, {"id": 9, "tenant": "globex"}],
        "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
        "storages": [{"id": 3, "tenant": "acme", "name": "disk", "category": "internal", "provider": "file_system"}],
        "jobs": [{"id": "11111111-1111-1111-1111-111111111111", "tenant": "acme"}],
        "data_collections": [{"id": 1, "tenant": "acme"}, {"id": 9, "tenant": "globex"}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "meta", "file_type": "data"},
            {"id": 2, "data_collection": 1, "name": "image", "file_type": "image", "is_primary": True},
            {"id": 3, "data_collection": 9, "name": "meta", "file_type": "data"},
            {"id": 4, "data_collection": 9, "name": "image", "file_type": "image", "is_primary": True},
        ],
        "projects": [
            {"id": PROJECT, "tenant": "acme", "data_collection": 1, "configuration": {"classification": {}}},
            {"id": INCOMPLETE, "tenant": "acme", "data_collection": 1},
            {"id": 9, "tenant": "globex", "data_collection": 9},
        ],
        "data_units": [
            *(_unit(number, 1) for number in numbers),
            *({"id": 100 + number, "data_collection": 1, "files": {}} for number in bare_numbers),
            _unit(OTHERS, 9),
        ],
        "tasks": [
            *(_task(number, PROJECT, number) for number in numbers),
            _task(51, INCOMPLETE, None),
            _task(52, INCOMPLETE, 1),
            _task(OTHERS, 9, OTHERS),
        ],
        "assignments": [
            *(_assignment(100 + number, number, 614 + number % 2) for number in numbers),
            {**_assignment(OTHERS, OTHERS, 614), "user": 9},
        ],
        "ground_truth_datasets": [
            {"id": 21, "tenant": "acme", "name": "signs", "project": PROJECT},
            {"id": 22, "tenant": "acme", "name": "bare"},
            {"id": 29, "tenant": "globex", "name": "theirs", "project": 9},
        ],
        "ground_truth_dataset_versions": [
            {"id": FIRST, "ground_truth_dataset": 21, "is_released": True, "events": keys},
            {
                "id": SECOND,
                "ground_truth_dataset": 21,
                "events": [*keys[:REPEATED], *(event["pgh_id"] for event in later)],
            },
            {"id": FILELESS, "ground_truth_dataset": 22, "events": [event["pgh_id"] for event in bare]},
            {"id": 39, "ground_truth_dataset": 29, "events": [9_999]},
        ],
        "ground_truths": [
            *({"id": 300 + number, "ground_truth_dataset": 21, "data_unit": number} for number in numbers),
            *({"id": 400 + number, "ground_truth_dataset": 22, "data_unit": 100 + number} for number in bare_numbers),
            {"id": OTHERS, "ground_truth_dataset": 29, "data_unit": OTHERS},
        ],
        "ground_truth_events": [*events, *later, *bare, _event(9_999, OTHERS, ROWS)],
    }


def _payload(number: int) -> dict[str, Any]:
    """Return the payload of a row; rows are written from the highest number down."""
    return {"row": number, "note": "small" if number > ROWS - READ_AHEAD else LARGE}


def _unit(number: int, collection: int) -> dict[str, Any]:
    picture = {"file_name_original": f"shot-{number:03d}.txt", "is_primary": True, "content": f"picture {number}"}
    return {
        "id": number,
        "data_collection": collection,
        "files": {"meta": {"file_name_original": "meta.json", "content": {"of": number}}, "image": picture},
    }


def _task(number: int, project: int, unit: int | None) -> dict[str, Any]:
    return {"id": number, "project": project, "data_unit": unit, "data": _payload(number), "created": CREATED}


def _assignment(number: int, task: int, workshop: int) -> dict[str, Any]:
    return {
        "id": number,
        "task": task,
        "user": 2,
        "workshop": workshop,
        "data": _payload(task),
        "created": CREATED,
    }


def _event(key: int, ground_truth: int, number: int) -> dict[str, Any]:
    category = "train" if number % 2 else "test"
    return {
        "pgh_id": key,
        "ground_truth": ground_truth,
        "category": category,
        "created": CREATED,
        "data": _payload(number),
    }


SIDECAR: Final = "meta-"


def with_own_sidecars(document: Mapping[str, Any], token: str) -> dict[str, Any]:
    """Return the document with a name of its own for every file that no export saves as an original.

    2.17 keeps what it downloads for ground truth in a directory of the machine, by host, port and path, and does not
    ask again for what lies there; a name that is new each time cannot lie there. The trees of exports do not change.

    Args:
        document: A seed document; it is left as it is.
        token: Part of every such name.
    """
    units: Sequence[dict[str, Any]] = document["data_units"]
    return {**document, "data_units": [{**unit, "files": _renamed(unit, token)} for unit in units]}


def _renamed(unit: Mapping[str, Any], token: str) -> dict[str, Any]:
    files: Mapping[str, dict[str, Any]] = unit.get("files", {})
    saved = next((name for name, file in files.items() if file.get("is_primary")), next(iter(files), None))
    return {
        name: file if name == saved else {**file, "file_name_original": f"{SIDECAR}{token}-{unit['id']}-{name}.json"}
        for name, file in files.items()
    }


def stored_in(document: Mapping[str, Any], location: str) -> tuple[dict[str, Any], int]:
    """Return the document with its first ``file_system`` storage in a directory, and that storage's id.

    Args:
        document: A seed document; it is left as it is.
        location: Absolute path of a directory.
    """
    storages: Sequence[dict[str, Any]] = document["storages"]
    chosen = next(row for row in storages if row["provider"] == "file_system")
    moved = [{**row, "configuration": {"location": location}} if row is chosen else row for row in storages]
    return {**document, "storages": moved}, chosen["id"]
