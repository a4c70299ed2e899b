"""What SQLite and PostgreSQL answer differently by themselves: on either, the fake answers what stands here.

``make test-postgres`` runs these tests, as all others of the contract, on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

import pytest
import requests

from contract_tests import strategies
from fake_backend import FakeBackend, SeedInvalid

TENANT = strategies.MAIN_TENANT
GREATEST = 2**63 - 1


def world(**rows: Any) -> dict[str, Any]:
    """Return a seed document with these resources beside those that all need."""
    return {**strategies.SURROUNDINGS, **rows}


def task(number: int, **values: Any) -> dict[str, Any]:
    """Return a task of the main project."""
    return {"id": number, "project": strategies.MAIN_PROJECT, "created": strategies.INSTANTS[0], **values}


def listed(backend: FakeBackend, path: str = "/sdk/tasks/", **query: Any) -> list[dict[str, Any]]:
    """Return the rows of a v1 list's first page."""
    response = requests.get(backend.url + path, params=query, headers=backend.tokens[TENANT].headers, timeout=10)
    response.raise_for_status()
    return list(response.json()["results"])


def ids(rows: list[dict[str, Any]]) -> list[int]:
    """Return the ids of rows."""
    return [row["id"] for row in rows]


@pytest.mark.parametrize(
    ("name", "wanted", "found"),
    [
        ("straße.png", "STRASSE", False),
        ("straße.png", "STRAßE", True),
        ("ﬁne.png", "FI", False),
        ("όνομας.png", "ΌΝΟΜΑΣ", True),
        ("ДОРОГА.png", "дорога", True),
        ("e\u0301.png", "é", False),
    ],
)
def test_a_search_takes_letters_for_their_capitals_one_for_one(name: str, wanted: str, found: bool) -> None:  # noqa: FBT001
    """A letter whose capital is two letters stays as it is; composed and decomposed letters are two texts."""
    file = {"file_name_original": name, "is_primary": False, "content": 0}
    unit = {"id": 1, "data_collection": 1, "files": {strategies.SPECIFICATIONS[0]: file}}
    with FakeBackend(seed=world(data_units=[unit], tasks=[task(7, data_unit=1)])) as backend:
        assert ([7] if found else []) == ids(listed(backend, search=wanted))


@pytest.mark.parametrize("place", ["projects", "data_units", "users"])
def test_no_text_of_a_row_holds_nul(place: str) -> None:
    """It is refused where it stands, and nothing is loaded; a payload may hold it, as JSON has an escape for it."""
    field = "title" if place == "projects" else "name"
    row: dict[str, Any] = {"data_collection": 1} if place == "data_units" else {"tenant": TENANT}
    with FakeBackend(seed=world(tasks=[task(7, data={"text": "a\0b"})])) as backend:
        before = backend.counts()
        with pytest.raises(SeedInvalid, match="NUL"):
            backend.seed(world(**{place: [{"id": 900, **row, field: "a\0b"}]}))
        assert before == backend.counts()
        assert [{"text": "a\0b"}] == [row["data"] for row in listed(backend)]


def test_keys_are_64_bits_wide() -> None:
    """The greatest is found by itself, by comparison and by a cursor; no row is beyond."""
    with FakeBackend(seed=world(tasks=[task(GREATEST), task(GREATEST - 1), task(2**31)])) as backend:
        everything = [GREATEST, GREATEST - 1, 2**31]
        assert everything[:1] == ids(listed(backend, id=GREATEST))
        assert everything[1:] == ids(listed(backend, id__lt=GREATEST, ordering="-id"))
        assert everything == ids(listed(backend, ids=f"1-{GREATEST}", ordering="-id"))
        assert [] == ids(listed(backend, id=2**63))


def test_instants_are_kept_to_the_microsecond() -> None:
    """Two rows a microsecond apart are in order, told apart by a filter, and shown as they were written."""
    moments = {1: "2026-01-15T09:00:00.000002Z", 2: "2026-01-15T09:00:00.000001Z"}
    with FakeBackend(seed=world(tasks=[task(number, created=at) for number, at in moments.items()])) as backend:
        rows = listed(backend, ordering="-created")
        assert [(1, moments[1]), (2, moments[2])] == [(row["id"], row["created"]) for row in rows]
        assert [1] == ids(listed(backend, created__gt=moments[2]))


def test_texts_are_compared_by_code_point() -> None:
    """Neither case nor the form of an accent is overlooked where a filter compares whole texts."""
    classes = {1: "train", 2: "Train", 3: "\u00e9", 4: "e\u0301"}
    document = world(
        ground_truth_datasets=[{"id": 5, "tenant": TENANT}],
        data_units=[{"id": 1, "data_collection": 1}],
        ground_truths=[{"id": 90 + number, "ground_truth_dataset": 5, "data_unit": 1} for number in classes],
        ground_truth_events=[
            {"pgh_id": number, "ground_truth": 90 + number, "classes": [name]} for number, name in classes.items()
        ],
        ground_truth_dataset_versions=[{"id": 51, "ground_truth_dataset": 5, "events": list(classes)}],
    )
    with FakeBackend(seed=document) as backend:
        for number, name in classes.items():
            rows = listed(backend, "/sdk/ground_truth_events/", ground_truth_dataset_versions=51, classes=name)
            assert [number] == [row["pgh_id"] for row in rows]


def test_no_list_is_in_the_order_of_what_may_be_null() -> None:
    """Where nulls would stand is never seen: an ordering by an instant that a row may lack is the list's own."""
    reviewed = {1: "2026-01-16T09:00:00Z", 2: None, 3: "2026-01-15T09:00:00Z"}
    rows = [
        {"id": number, "task": 7, "user": 1, "created": strategies.INSTANTS[0], "last_reviewed": at}
        for number, at in reviewed.items()
    ]
    with FakeBackend(seed=world(tasks=[task(7)], assignments=rows)) as backend:
        path = "/sdk/assignments/"
        assert ids(listed(backend, path)) == ids(listed(backend, path, ordering="last_reviewed"))
        assert ids(listed(backend, path)) == ids(listed(backend, path, ordering="-last_reviewed"))


def test_a_payload_is_kept_as_it_was_written() -> None:
    """Keys stay in their order and numbers in their spelling, as PostgreSQL's json has it and its jsonb has not."""
    payload = {"zz": 1.0, "a": 1e300, "b": {"y": 12345678901234567890123, "x": -0.0}}
    with FakeBackend(seed=world(tasks=[task(7, data=payload)])) as backend:
        response = requests.get(f"{backend.url}/sdk/tasks/", headers=backend.tokens[TENANT].headers, timeout=10)
    assert '"zz":1.0,"a":1e+300,"b":{"y":12345678901234567890123,"x":-0.0}' in response.text.replace(" ", "")
