"""What is special to ground truth: a row is an event, and its ``id`` is that of the ground truth, which repeats."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given, settings

from contract_tests import strategies
from contract_tests.clauses.jobs import bundle, enqueue
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import get_page
from contract_tests.strategies.ground_truth import DATASET
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from contract_tests.clauses.walking import Page

HELD = LISTS["ground_truth"]
PRESENT = (1, 2, 3, 4, 5, 8)
DOCUMENT = strategies.listed("ground_truth", dict.fromkeys(PRESENT, strategies.INSTANTS[0]))
"""Ground truths 1 and 2 have two events each (1, 2 and 3, 4); event 5 lies in both versions, event 8 in the second."""
FIRST, SECOND, BOTH = [5, 3, 1], [8, 5, 4, 2], [8, 5, 4, 3, 2, 1]
EVERYTHING = [98, *BOTH]  # and the event of another dataset


def page(backend: FakeBackend, path: str, **query: Any) -> Page:
    """Return the first page of a list."""
    return get_page(backend.url + path, backend.tokens[strategies.MAIN_TENANT].headers, query)


def keys(backend: FakeBackend, path: str, **query: Any) -> list[int]:
    """Return the ``pgh_id``s of a list's first page."""
    return [row["pgh_id"] for row in page(backend, path, **query).rows]


@settings(max_examples=5)
@given(strategies.worlds("ground_truth"))
def test_the_id_of_an_event_is_its_ground_truths(document: dict[str, Any]) -> None:
    """On every surface ``id`` is the ground truth's and may repeat, and ``pgh_id`` is the row's own."""
    truth = {event["pgh_id"]: event["ground_truth"] for event in document["ground_truth_events"]}
    events = sorted(truth.keys() - {99}, reverse=True)
    with FakeBackend(seed=document) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        bulk = requests.post(
            f"{backend.url}{HELD.second}bulk-data/", json={"pgh_ids": events}, headers=headers, timeout=30
        ).json()["data"]

        for rows in (page(backend, HELD.first).rows, page(backend, HELD.second).rows, bulk):
            assert events == [row["pgh_id"] for row in rows]
            assert [truth[event] for event in events] == [row["id"] for row in rows]
            assert [row["id"] for row in rows] == [row["pgh_obj_id"] for row in rows]


def test_an_event_of_several_versions_is_one_row() -> None:
    """Versions of one dataset overlap; asked for together they are their union, in lists and in jobs."""
    with FakeBackend(seed=DOCUMENT) as backend:
        assert FIRST == keys(backend, HELD.first, ground_truth_dataset_versions="51")
        assert SECOND == keys(backend, HELD.first, ground_truth_dataset_versions="52")
        assert BOTH == keys(backend, HELD.first, ground_truth_dataset_versions="51,\t52")
        lines, _ = bundle(backend, "ground_truth", {"ground_truth_dataset_versions": [51, 52]})
        assert BOTH == [json.loads(line)["pgh_id"] for line in lines]


def test_the_first_list_takes_the_plural_key_alone() -> None:
    """The singular is ignored and noted, and every event of the tenant comes: a client has to rename it."""
    with FakeBackend(seed=DOCUMENT) as backend:
        assert FIRST == keys(backend, HELD.first, ground_truth_dataset_versions="51")
        assert EVERYTHING == keys(backend, HELD.first, ground_truth_dataset_version="51")
        assert ("ground_truth_dataset_version",) == list(backend.journal)[-1].ignored


def test_the_second_list_takes_one_version_by_the_singular_key() -> None:
    """The plural is ignored and noted, and so is a list; both widen in silence."""
    with FakeBackend(seed=DOCUMENT) as backend:
        assert SECOND == keys(backend, HELD.second, ground_truth_dataset_version="52")
        assert BOTH == keys(backend, HELD.second, ground_truth_dataset=DATASET)
        assert EVERYTHING == keys(backend, HELD.second, ground_truth_dataset_versions="51")
        assert ("ground_truth_dataset_versions",) == list(backend.journal)[-1].ignored


@pytest.mark.parametrize("key", ["ground_truth_dataset_version", "ground_truth_dataset_versions"])
def test_a_job_takes_both_keys_and_needs_one(key: str) -> None:
    """Without a version there is no scope, and no job: 400, whatever else the filter says."""
    with FakeBackend(seed=DOCUMENT) as backend:
        lines, _ = bundle(backend, "ground_truth", {key: [51]})
        nowhere: list[dict[str, Any]] = [{}, {key: []}, {key: " "}, {"ground_truth": "1"}]
        refused = [enqueue(backend, "ground_truth", scope) for scope in nowhere]

        assert FIRST == [json.loads(line)["pgh_id"] for line in lines]
        assert [400] * 4 == [answer.status_code for answer in refused]


@pytest.mark.parametrize("versions", [[strategies.FOREIGN_VERSION], [51, strategies.FOREIGN_VERSION], [7777]])
def test_versions_of_another_tenant_are_out_of_reach(versions: list[int]) -> None:
    """A list shows nothing of them, a job is refused before it exists, and none of it tells whether they exist."""
    with FakeBackend(seed=DOCUMENT) as backend:
        own = FIRST if 51 in versions else []
        refused = enqueue(backend, "ground_truth", {"ground_truth_dataset_versions": versions})

        assert own == keys(backend, HELD.first, ground_truth_dataset_versions=",".join(map(str, versions)))
        assert [] == keys(backend, HELD.second, ground_truth_dataset_version=str(versions[-1]))
        assert 400 == refused.status_code
        assert "job_id" not in refused.text


@pytest.mark.parametrize("query", [{"id": "1"}, {"id__in": "1"}, {"pgh_id__lt": "3"}, {"id__lt": "2"}])
def test_there_is_no_way_to_go_on_behind_an_event(query: dict[str, str]) -> None:
    """Neither ids nor ``pgh_id__lt`` are filters of the list: whoever resumes by them gets everything again."""
    with FakeBackend(seed=DOCUMENT) as backend:
        assert BOTH == keys(backend, HELD.first, ground_truth_dataset_versions="51,52", **query)
        assert tuple(query) == list(backend.journal)[-1].ignored


def test_a_line_of_a_bundle_names_the_event_beside_the_ground_truth() -> None:
    """``id`` is the ground truth's, as everywhere; ``pgh_id`` comes directly after it, and tells the rows apart."""
    with FakeBackend(seed=DOCUMENT) as backend:
        lines, _ = bundle(backend, "ground_truth", HELD.confines)
        rows = [json.loads(line) for line in lines]

        assert [(4, 8), (3, 5), (2, 4), (2, 3), (1, 2), (1, 1)] == [(row["id"], row["pgh_id"]) for row in rows]
        assert {("id", "pgh_id", "data")} == {tuple(row)[:3] for row in rows}


def test_bounds_of_a_shard_are_ids_of_ground_truths() -> None:
    """``_id_gte`` and ``_id_lt`` cut by what the line calls ``id``; events of one ground truth stay together."""
    with FakeBackend(seed=DOCUMENT) as backend:
        lines, _ = bundle(backend, "ground_truth", {**HELD.confines, "_id_gte": 2, "_id_lt": 4})

        assert [5, 4, 3] == [json.loads(line)["pgh_id"] for line in lines]


def test_a_version_leads_to_its_dataset_and_that_to_its_project() -> None:
    """What a client asks to find the project of an export that names none."""
    with FakeBackend(seed=DOCUMENT) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        version = requests.get(f"{backend.url}/ground_truth_dataset_versions/51/", headers=headers, timeout=30).json()
        dataset = requests.get(
            f"{backend.url}/v2/ground-truth-datasets/{version['ground_truth_dataset']}/", headers=headers, timeout=30
        ).json()["data"]

        assert (DATASET, strategies.MAIN_PROJECT) == (dataset["id"], dataset["project_id"])
        for path in (f"/ground_truth_dataset_versions/{strategies.FOREIGN_VERSION}/", "/v2/ground-truth-datasets/9/"):
            assert 404 == requests.get(backend.url + path, headers=headers, timeout=30).status_code
