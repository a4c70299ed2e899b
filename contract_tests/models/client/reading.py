"""How calls read answers and the seed document, so that the two can be compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract_tests.models.client.call import Here

NOWHERE = 4_000_000
DM: dict[str, Any] = {"annotations": {"image": []}, "annotationsData": {"image": []}}
MOMENT = "2026-02-03T04:05:06.789000Z"


def mine(here: Here, resource: str, *, tenant: str = "acme") -> list[Any]:
    """Return the seed's rows of a resource that name a tenant."""
    return [row for row in here.seed[resource] if row.get("tenant") == tenant]


def shown(*names: str) -> Callable[[Any], Any]:
    """Return what reads attributes of an answer, or of each of its rows, as JSON has them."""

    def read(answer: Any) -> Any:
        rows = (
            answer["results"]
            if isinstance(answer, dict) and "results" in answer
            else getattr(answer, "results", answer)
        )
        return [one(row) for row in rows] if isinstance(rows, list) else one(rows)

    def one(row: Any) -> list[Any]:
        told = row if isinstance(row, dict) else row.model_dump(mode="json", by_alias=True)
        return [told[name] for name in names]

    return read


def seeded(resource: str, *names: str, where: Callable[[Any], bool] = lambda _: True, key: str = "id") -> Any:
    """Return what the seed has in the same places, rows by descending key."""

    def read(here: Here) -> list[list[Any]]:
        rows = sorted(filter(where, here.seed[resource]), key=lambda row: -row[key])
        return [[row.get(name) for name in names] for row in rows]

    return read


def first_project(row: Any) -> bool:
    """Return whether a task is one of project 1."""
    return bool(row["project"] == 1)


def main_assignment(row: Any) -> bool:
    """Return whether an assignment is one of project 1."""
    return bool(row["id"] < 150)


EVENT_KEYS = ("id", "pgh_id", "pgh_label", "data_unit_id", "ground_truth_dataset_id")


def events(here: Here) -> list[list[Any]]:
    """Return what the list of events must show, newest first."""
    rows = sorted((row for row in here.seed["ground_truth_events"] if row["pgh_id"] < 1009), key=lambda r: -r["pgh_id"])
    truths = {row["id"]: row for row in here.seed["ground_truths"]}
    return [[r["ground_truth"], r["pgh_id"], r["pgh_label"], truths[r["ground_truth"]]["data_unit"], 21] for r in rows]


def log(event: str, **more: Any) -> dict[str, Any]:
    """Return a log entry."""
    return {"event": event, "data": {"message": "도로", "n": [1, None]}, "datetime": MOMENT, **more}


def job(number: int) -> str:
    """Return the id of a job of the seed."""
    return f"11111111-1111-4111-8111-1111111111{number:02d}"
