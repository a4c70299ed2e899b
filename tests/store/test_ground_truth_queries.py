"""Queries of ground-truth events: filters, versions that overlap, and pages that are seeks in each version."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.cursor import Seek
from fake_backend.core.filter_sets import GROUND_TRUTH_JOB, GROUND_TRUTH_V1, GROUND_TRUTH_V2
from fake_backend.store.kinds import GROUND_TRUTH
from fake_backend.store.listing import Listing, keyset_query
from fake_backend.store.ordering import Ordering
from fake_backend.store.walks import MOST
from tests.http.small_backend import small_document
from tests.store.seeded import plan, seeded, some_of

TRUTHS = range(1, 21)
CATEGORIES = ("train", "test", "", "validation", "o'clock, 50 %")
CLASSES = ("car", "bus", "it's", "100 %")


def document():
    """Return a seed of 60 events of 20 ground truths in two datasets, five versions, and another tenant's."""
    draw = random.Random(11)
    seed = small_document()
    seed["projects"].append({"id": 3, "tenant": "acme"})
    seed["data_units"].append({"id": 90, "data_collection": 2})
    seed["ground_truth_datasets"] = [
        {"id": 1, "tenant": "acme", "project": 1},
        {"id": 2, "tenant": "acme", "project": 3},
        {"id": 9, "tenant": "globex"},
    ]
    seed["ground_truths"] = [
        {
            "id": number,
            "ground_truth_dataset": 1 if number < 15 else 2,
            "data_unit": draw.randint(1, 7),
            "task": draw.choice([None, 1, 2, 3]),
        }
        for number in TRUTHS
    ] + [{"id": 99, "ground_truth_dataset": 9, "data_unit": 90}]
    keys = draw.sample(range(1, 200), 60)
    seed["ground_truth_events"] = [
        {
            "pgh_id": key,
            "ground_truth": 1 + place % 20,
            "created": f"2026-01-0{draw.randint(1, 4)}T00:00:00Z",
            "category": draw.choice(CATEGORIES),
            "classes": draw.sample(CLASSES, draw.randint(0, 3)),
        }
        for place, key in enumerate(keys)
    ] + [{"pgh_id": 500, "ground_truth": 99, "category": "train"}]
    of_truth = {number: [key for place, key in enumerate(keys) if 1 + place % 20 == number] for number in TRUTHS}
    seed["ground_truth_dataset_versions"] = [
        {
            "id": version,
            "ground_truth_dataset": 1 if version < 14 else 2,
            "events": [
                draw.choice(of_truth[number])
                for number in (TRUTHS[:14] if version < 14 else TRUTHS[14:])
                if draw.random() < 0.7
            ],
        }
        for version in (11, 12, 13, 14)
    ] + [{"id": 19, "ground_truth_dataset": 9, "events": [500]}]
    return seed


DOCUMENT = document()
TRUTH = {row["id"]: row for row in DOCUMENT["ground_truths"]}
VERSIONS = {row["id"]: set(row["events"]) for row in DOCUMENT["ground_truth_dataset_versions"]}
PROJECTS = {1: 1, 2: 3, 9: None}
FILE_NAMES = {
    row["id"]: [file["file_name_original"] for file in row.get("files", {}).values()] for row in DOCUMENT["data_units"]
}

some_ids = st.lists(st.integers(1, 210), min_size=1, max_size=20).map(lambda ids: ",".join(map(str, ids)))
versions = st.lists(st.sampled_from([11, 12, 13, 14, 19, 77]), min_size=1, max_size=4)
queries = some_of(
    {
        "ids": some_ids,
        "ids_ex": some_ids,
        "search": st.sampled_from(["사진 2", "META", "nothing"]),
        "ground_truth": st.lists(st.integers(1, 22), min_size=1).map(lambda ids: " , ".join(map(str, ids))),
        "ground_truth_dataset_versions": versions.map(lambda ids: ",".join(map(str, ids))),
        "category": st.sampled_from(["train", "test", "validation"]),
        "categories": st.sampled_from(["train", "train, test", "validation"]),
        "classes": st.lists(st.sampled_from([*CLASSES, "Car"]), min_size=1).map(", ".join),
        "task": st.lists(st.integers(1, 4), min_size=1).map(lambda ids: ",".join(map(str, ids))),
    }
)


def listed(text):
    return {item.strip() for item in text.split(",")}


def passes(row, key, text) -> bool:
    """Return whether an event of the seed passes one key, in plain Python."""
    truth = TRUTH[row["ground_truth"]]
    return {
        "ids": lambda: str(row["pgh_id"]) in listed(text),
        "ids_ex": lambda: str(row["pgh_id"]) not in listed(text),
        "search": lambda: any(text.lower() in name.lower() for name in FILE_NAMES[truth["data_unit"]]),
        "ground_truth": lambda: str(truth["id"]) in listed(text),
        "ground_truth_dataset_versions": lambda: any(
            row["pgh_id"] in VERSIONS.get(int(version), ()) for version in listed(text)
        ),
        "category": lambda: row["category"] == text,
        "categories": lambda: row["category"] in listed(text),
        "classes": lambda: bool(listed(text) & set(row.get("classes", ()))),
        "task": lambda: str(truth.get("task")) in listed(text),
    }[key]()


def tenant_of(row):
    return "globex" if row["ground_truth"] == 99 else "acme"


@pytest.fixture(scope="module")
def database():
    """Yield the database."""
    with seeded(DOCUMENT) as world:
        yield world


@given(
    query=queries,
    tenant=st.sampled_from(["acme", "globex", None]),
    size=st.integers(1, 70),
    descending=st.booleans(),
)
def test_conditions_keep_the_rows_that_plain_python_keeps(database, query, tenant, size, descending) -> None:
    """Whatever keys are combined, a walk by key, a page by offset and the count agree with plain code on the rows."""
    conditions = GROUND_TRUTH_V1.select(query.items()).conditions
    assert conditions == GROUND_TRUTH_JOB.select_json(query).conditions
    expected = sorted(
        (
            row["pgh_id"]
            for row in DOCUMENT["ground_truth_events"]
            if tenant_of(row) == tenant and all(passes(row, key, text) for key, text in query.items())
        ),
        reverse=descending,
    )
    listing, order, walked = Listing(database, GROUND_TRUTH), Ordering("pgh_id", descending=descending), []
    while True:
        place = Seek(descending=descending, beyond=str(walked[-1]) if walked else None, offset=0, limit=size)
        page = [row["key"] for row in listing.keyset_page(tenant, conditions, order, place, ["ground_truth_id"])]
        walked += page
        if len(page) < size:
            break

    assert expected == walked
    assert len(expected) == listing.count(tenant, conditions)
    found = listing.offset_page(tenant, conditions, order, offset=1, limit=size, columns=())
    assert expected[1 : 1 + size] == [row["key"] for row in found]


@given(
    versions=versions,
    other=st.sampled_from([None, 11, 13]),
    low=st.integers(1, 20),
    high=st.integers(1, 21),
)
def test_a_job_takes_versions_in_singular_and_plural_and_bounds_of_ground_truths(
    database, versions, other, low, high
) -> None:
    """Both keys together must both hold; the bounds that shards add are of ground truths, the upper one excluded."""
    asked = {"ground_truth_dataset_versions": versions, "_id_gte": low, "_id_lt": high}
    asked |= {} if other is None else {"ground_truth_dataset_version": other}
    expected = [
        row["pgh_id"]
        for row in DOCUMENT["ground_truth_events"]
        if any(row["pgh_id"] in VERSIONS.get(version, ()) for version in versions)
        and (other is None or row["pgh_id"] in VERSIONS[other])
        and low <= row["ground_truth"] < high
    ]
    place = Seek(descending=True, beyond=None, offset=0, limit=100)
    conditions = GROUND_TRUTH_JOB.select_json(asked).conditions
    found = Listing(database, GROUND_TRUTH).keyset_page("acme", conditions, Ordering("pgh_id"), place, ())

    assert sorted(expected, reverse=True) == [row["key"] for row in found]


@given(
    dataset=st.sampled_from([None, 1, 2, 9]),
    version=st.sampled_from([None, 11, 14, 19]),
    project=st.sampled_from([None, 1, 2, 3]),
    tenant=st.sampled_from(["acme", "globex"]),
)
def test_the_second_list_selects_by_dataset_version_and_project(database, dataset, version, project, tenant) -> None:
    """All that are given must hold, and none of them shows another tenant's events."""
    asked = {"ground_truth_dataset": dataset, "ground_truth_dataset_version": version, "project": project}
    expected = [
        row["pgh_id"]
        for row in DOCUMENT["ground_truth_events"]
        if tenant_of(row) == tenant
        and dataset in {None, TRUTH[row["ground_truth"]]["ground_truth_dataset"]}
        and (version is None or row["pgh_id"] in VERSIONS[version])
        and project in {None, PROJECTS[TRUTH[row["ground_truth"]]["ground_truth_dataset"]]}
    ]
    place = Seek(descending=True, beyond=None, offset=0, limit=100)
    conditions = GROUND_TRUTH_V2.select((key, str(value)) for key, value in asked.items() if value).conditions
    listing = Listing(database, GROUND_TRUTH)

    for order in ("pgh_id", "created"):
        found = listing.keyset_page(tenant, conditions, Ordering(order), place, ())
        assert sorted(expected) == sorted(row["key"] for row in found)


@pytest.mark.parametrize("wanted", [(11,), (11, 12), (12, 13, 14)])
@pytest.mark.parametrize("beyond", [None, "90"])
def test_a_page_of_versions_is_a_seek_in_each(database, wanted, beyond) -> None:
    """The planner seeks in (version, pgh_id) once a version, scans no table of events and sorts nothing."""
    text = ",".join(map(str, wanted))
    conditions = GROUND_TRUTH_V1.select([("ground_truth_dataset_versions", text), ("classes", "car")]).conditions
    place = Seek(descending=True, beyond=beyond, offset=0, limit=51)
    steps = plan(database, keyset_query(GROUND_TRUTH, "acme", conditions, Ordering("pgh_id"), place))

    seek = "PRIMARY KEY (version_id=? AND pgh_id<?)" if beyond else "PRIMARY KEY (version_id=?)"
    seeks = [step for step in steps if step.startswith("SEARCH ground_truth_version_events") and seek in step]
    assert len(wanted) == len(seeks), steps
    assert not any("ORDER BY" in step for step in steps), steps
    assert not any(step.startswith("SCAN ground_truth") for step in steps), steps


@pytest.mark.parametrize("beyond", [None, "90"])
def test_a_page_of_everything_is_a_seek_by_tenant(database, beyond) -> None:
    """Without a version all of the tenant's events are listed, still by key."""
    place = Seek(descending=True, beyond=beyond, offset=0, limit=51)
    steps = plan(database, keyset_query(GROUND_TRUTH, "acme", (), Ordering("pgh_id"), place))

    assert any("ground_truth_events_tenant (tenant=?" in step for step in steps), steps
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_more_versions_than_anybody_has_still_give_each_event_once(database) -> None:
    """Beyond so many walks at once the rows are found another way, with the same result."""
    many = [11, 12, *range(1000, 1000 + 2 * MOST)]
    expected = sorted(VERSIONS[11] | VERSIONS[12], reverse=True)
    conditions = GROUND_TRUTH_V1.select([("ground_truth_dataset_versions", ",".join(map(str, many)))]).conditions
    place = Seek(descending=True, beyond=None, offset=0, limit=100)
    found = Listing(database, GROUND_TRUTH).keyset_page("acme", conditions, Ordering("pgh_id"), place, ())

    assert expected == [row["key"] for row in found]
