"""Assignment queries: every filter key means what it says, whatever it is combined with, and a page is a seek."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.cursor import Seek
from fake_backend.core.filter_sets import ASSIGNMENTS_JOB, ASSIGNMENTS_V1
from fake_backend.store.kinds import ASSIGNMENTS
from fake_backend.store.listing import Listing, keyset_query
from fake_backend.store.ordering import Ordering
from tests.http.small_backend import small_document
from tests.store.seeded import plan, seeded, some_of

INSTANTS = [f"{datetime(2026, 1, day, tzinfo=UTC):%Y-%m-%dT%H:%M:%SZ}" for day in range(1, 8)]
DATES = (
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)
RELATIONS = ("reviewers", "groups", "stages", "tags")
USERS = ([1, 3], [2])  # whom an assignment may have, by whether it is the other tenant's
TRUTHS = ("is_discarded", "is_discard_confirmed", "is_confirmed")


def document():
    """Return a seed of 60 assignments with every column varied, some of another project and another tenant."""
    draw = random.Random(7)
    seed = small_document()
    seed["projects"].append({"id": 3, "tenant": "acme"})
    seed["tasks"] += [{"id": 8, "project": 3, "tags": [2]}, {"id": 9, "project": 1, "tags": [1, 2], "data_unit": 2}]
    seed["assignments"] = [
        {
            "id": number,
            "task": 900 if number % 10 == 0 else draw.randint(1, 9),
            "user": 2 if number % 10 == 0 else draw.choice([1, 3]),
            "workshop": draw.choice([None, 1, 2]),
            "status_label": draw.choice(["stand_by", "in_progress", "completed"]),
            "status_review": draw.choice(["stand_by", "rejected"]),
            **{name: draw.random() < 0.5 for name in TRUTHS},
            **{name: draw.choice([*INSTANTS, None]) for name in DATES[1:]},
            "created": draw.choice(INSTANTS),
            **{name: draw.sample(USERS[number % 10 == 0], draw.randint(0, 1 + number % 2)) for name in RELATIONS},
        }
        for number in range(1, 61)
    ]
    return seed


DOCUMENT = document()
TASKS = {row["id"]: row for row in DOCUMENT["tasks"]}
FILE_NAMES = {
    row["id"]: [file["file_name_original"] for file in row["files"].values()] for row in DOCUMENT["data_units"]
}

some_ids = st.lists(st.integers(1, 65), min_size=1, max_size=6).map(lambda ids: ",".join(map(str, ids)))
few_ids = st.lists(st.integers(1, 3), min_size=1, max_size=2).map(lambda ids: " ,\t".join(map(str, ids)))
one_id = st.integers(1, 65).map(str)
queries = some_of(
    {
        "project": st.sampled_from(["1", "2", "3"]),
        "ids": some_ids,
        "ids_ex": some_ids,
        "id__in": some_ids,
        "id__gt": one_id,
        "id__lte": one_id,
        "search": st.sampled_from(["사진", "META 3", "jpg", "nothing"]),
        "workshop": st.sampled_from(["1", "2", "3"]),
        "tasks": st.lists(st.integers(1, 9), min_size=1).map(lambda ids: ", ".join(map(str, ids))),
        "users": few_ids,
        "task_tags": few_ids,
        **dict.fromkeys(RELATIONS, few_ids),
        "status_label": st.sampled_from(["stand_by", "completed,in_progress", "skipped"]),
        "status_review": st.sampled_from(["rejected", "stand_by, rejected"]),
        **dict.fromkeys(TRUTHS, st.sampled_from(["true", "False"])),
        **{f"{name}__{test}": st.sampled_from(INSTANTS) for name in DATES for test in ("gt", "gte", "lt", "lte")},
    }
)


def ints(text):
    return {int(item) for item in text.split(",")}


def later(row, name, test, text):
    """Return whether an instant passes a bound; one that is null passes none."""
    value = row[name]
    return (
        value is not None
        and {
            "gt": value > text,
            "gte": value >= text,
            "lt": value < text,
            "lte": value <= text,
        }[test]
    )


def passes(row, key, text) -> bool:
    """Return whether a row of the seed passes one key, in plain Python."""
    task = TASKS[row["task"]]
    if "__" in key and not key.startswith("id__"):
        return later(row, *key.split("__"), text)
    tests = {
        "project": lambda: task["project"] == int(text),
        "ids": lambda: row["id"] in ints(text),
        "ids_ex": lambda: row["id"] not in ints(text),
        "id__in": lambda: row["id"] in ints(text),
        "id__gt": lambda: row["id"] > int(text),
        "id__lte": lambda: row["id"] <= int(text),
        "search": lambda: any(text.lower() in name.lower() for name in FILE_NAMES.get(task.get("data_unit"), [])),
        "workshop": lambda: row["workshop"] == int(text),
        "tasks": lambda: row["task"] in ints(text),
        "users": lambda: row["user"] in ints(text),
        "task_tags": lambda: bool(ints(text) & set(task.get("tags", ()))),
        "status_label": lambda: row["status_label"] in [item.strip() for item in text.split(",")],
        "status_review": lambda: row["status_review"] in [item.strip() for item in text.split(",")],
    }
    if key in RELATIONS:
        return bool(ints(text) & set(row[key]))
    if key in TRUTHS:
        return row[key] == (text.lower() == "true")
    return tests[key]()


@pytest.fixture(scope="module")
def database():
    """Yield the database."""
    with seeded(DOCUMENT) as world:
        yield world


@given(query=queries, tenant=st.sampled_from(["acme", "globex", None]), size=st.integers(1, 70))
def test_conditions_keep_the_rows_that_plain_python_keeps(database, query, tenant, size) -> None:
    """Whatever keys are combined, a walk by key, a page by offset and the count agree with plain code on the rows."""
    conditions = ASSIGNMENTS_V1.select(query.items()).conditions
    assert conditions == ASSIGNMENTS_JOB.select_json(query).conditions
    tenants = {number: "globex" if row["project"] == 2 else "acme" for number, row in TASKS.items()}
    expected = [
        row["id"]
        for row in DOCUMENT["assignments"]
        if tenants[row["task"]] == tenant and all(passes(row, key, text) for key, text in query.items())
    ]
    listing, by_id, walked = Listing(database, ASSIGNMENTS), Ordering("id", descending=False), []
    while True:
        place = Seek(descending=False, beyond=str(walked[-1]) if walked else None, offset=0, limit=size)
        page = [row["key"] for row in listing.keyset_page(tenant, conditions, by_id, place, ["id"])]
        walked += page
        if len(page) < size:
            break

    assert expected == walked
    assert len(expected) == listing.count(tenant, conditions)
    found = listing.offset_page(tenant, conditions, by_id, offset=2, limit=size, columns=["created"])
    assert expected[2 : 2 + size] == [row["key"] for row in found]


@pytest.mark.parametrize("beyond", [None, "30"])
def test_a_page_of_a_project_is_an_index_seek(database, beyond) -> None:
    """The planner seeks in (project, id) and sorts nothing, at the start and in the depth."""
    conditions = ASSIGNMENTS_V1.select([("project", "1"), ("is_discarded", "false"), ("tags", "1")]).conditions
    place = Seek(descending=True, beyond=beyond, offset=0, limit=51)
    steps = plan(database, keyset_query(ASSIGNMENTS, "acme", conditions, Ordering("id"), place))

    wanted = "assignments_project_id (project_id=? AND id<?)" if beyond else "assignments_project_id (project_id=?)"
    assert any(step.startswith("SEARCH assignments") and wanted in step for step in steps), steps
    assert not any("TEMP B-TREE" in step or step.startswith("SCAN assignments") for step in steps), steps


def test_a_day_is_a_bound_at_midnight(database) -> None:
    """An instant without a time is its first moment, so that ``__lt`` of a day keeps out the whole day."""
    day = datetime(2026, 1, 3, tzinfo=UTC)
    listing = Listing(database, ASSIGNMENTS)
    for text, moment in ((f"{day:%Y-%m-%d}", day), (f"{day + timedelta(hours=9):%Y-%m-%dT%H:%M:%S+09:00}", day)):
        conditions = ASSIGNMENTS_V1.select([("last_labeled__lt", text)]).conditions
        expected = sum(
            row["last_labeled"] is not None and datetime.fromisoformat(row["last_labeled"]) < moment
            for row in DOCUMENT["assignments"]
            if row["task"] != 900
        )
        assert 0 < expected == listing.count("acme", conditions)
