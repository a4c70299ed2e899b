"""A strict world: filter keys that mean nothing are refused with what was probably meant, and nothing else is."""

from __future__ import annotations

import pytest
import requests

from fake_backend import FakeBackend
from fake_backend.core.advice import Place, advice, nearest
from fake_backend.core.filter_sets import ASSIGNMENTS_V1, PAGING, PLACES, TASKS_V1, TASKS_V2
from fake_backend.settings import Settings

V1_TASKS, V1_ASSIGNMENTS = "/sdk/tasks/", "/sdk/assignments/"
TRAPS = [
    (V1_ASSIGNMENTS, "task", "Did you mean tasks?"),
    (V1_ASSIGNMENTS, "workshops", "Did you mean workshop?"),
    (V1_ASSIGNMENTS, "labelers", "Did you mean users?"),
    (V1_TASKS, "created_after", "Did you mean created__gte?"),
    (V1_TASKS, "created_before", "Did you mean created__lte?"),
    (V1_TASKS, "created", "Did you mean created__gte or created__lte?"),
    (V1_TASKS, "has_data", "GET /v2/tasks/ has has_data."),
    (V1_TASKS, "labeler", "Did you mean labelers?"),
    (V1_TASKS, "is_discared", "Did you mean is_discarded?"),
    (V1_TASKS, "per_page", "Did you mean page_size?"),
    (V1_TASKS, "is_discarded", "true, false, 1 or 0"),
    ("/sdk/ground_truth_events/", "ground_truth_dataset_version", "Did you mean ground_truth_dataset_versions?"),
    ("/v2/tasks/", "ids", "GET /sdk/tasks/ and an export job have ids."),
]


@pytest.fixture(scope="module")
def strict():
    """Return a strict world of the demo's users, and nothing else."""
    with FakeBackend(seed="empty", settings=Settings(strict=True)) as backend:
        yield backend


def ask(backend, path, **query):
    """Return a list's answer."""
    return requests.get(backend.url + path, params=query, headers=backend.tokens["acme"].headers, timeout=30)


@pytest.mark.parametrize(("path", "key", "meant"), TRAPS)
def test_each_trap_is_refused_with_what_was_meant(strict, path, key, meant) -> None:
    """400 by the key's name, with the key that was meant or the place that has it; the journal says which it was."""
    answer = ask(strict, path, **{key: "x"})
    error = answer.json()
    told = error["error"]["details"][0]["message"] if path.startswith("/v2/") else error[key][0]

    assert 400 == answer.status_code
    assert meant in told
    assert (key,) == list(strict.journal)[-1].ignored


def test_several_such_keys_are_refused_together(strict) -> None:
    """Each has its own sentence: whoever mends one would meet the next."""
    assert {"task", "workshops"} == ask(strict, V1_ASSIGNMENTS, task="1", workshops="2", page_size="3").json().keys()


@pytest.mark.parametrize("path", [V1_TASKS, V1_ASSIGNMENTS, "/sdk/ground_truth_events/", "/agents/"])
def test_what_is_no_filter_is_not_refused(strict, path) -> None:
    """Page, order and shape are known keys, in a strict world as in any."""
    query = {"page": "1", "page_size": "5", "pagination": "page", "ordering": "-id", "fields": "id", "expand": "data"}

    assert 200 == ask(strict, path, **query, response_mode="presigned", url_host="internal").status_code


def test_a_filter_of_a_job_is_refused_before_there_is_a_job(strict) -> None:
    """The field names the key within the body; what a client leaves there for its lists is no filter."""
    body = {"storage_id": 1, "path": "p", "targets": ["assignment"], "project_id": 1}
    url, headers = f"{strict.url}/v2/plugin_exports/", strict.tokens["acme"].headers
    refused = requests.post(
        url, json={**body, "filter": {"task": 3, "expand": "data", "page_size": 10}}, headers=headers, timeout=30
    )
    details = refused.json()["error"]["details"]

    assert (400, ["filter.task"]) == (refused.status_code, [one["field"] for one in details])
    assert "Did you mean tasks?" in details[0]["message"]


def test_without_strict_the_same_keys_are_ignored_and_noted() -> None:
    """The real backend's way, and the default: 200 with everything, and a word in the journal alone."""
    with FakeBackend(seed="empty") as backend:
        for path, key, _ in TRAPS:
            assert 200 == ask(backend, path, **{key: "x"}).status_code
            assert (key,) == list(backend.journal)[-1].ignored


@pytest.mark.parametrize("filters", [TASKS_V1, TASKS_V2, ASSIGNMENTS_V1])
def test_advice_names_keys_that_there_are(filters) -> None:
    """Whatever was asked for, what is advised is declared or known, and a declared key is its own advice."""
    here = Place("GET /x/", filters.declared.keys(), PAGING)
    for held in PLACES.values():
        for others in held.values():
            for key in others.declared:
                meant = nearest(key, here)
                assert set(meant) <= here.filters | here.known
                assert [key] == meant or key not in here.filters
                assert key in advice(key, here, {})
