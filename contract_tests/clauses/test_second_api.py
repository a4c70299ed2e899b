"""The second API where it differs from the first: its few filters, bulk fetch, and the states of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import get_page
from contract_tests.clauses.wide import CONFINES, ROWS, WIDE
from contract_tests.oracle import expected_rows
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

TENANT = strategies.MAIN_TENANT
MOST_IDS = 200
EXPORT = {"storage_id": strategies.STORAGE, "path": "exports/a", "targets": ["task"], "project_id": 1}
DOCUMENT = {
    **strategies.SURROUNDINGS,
    "tasks": [
        {
            "id": number,
            "project": strategies.MAIN_PROJECT,
            "data": {"n": number},
            "created": strategies.INSTANTS[0],
            "status_label": strategies.STATUSES[number % 2],
        }
        for number in range(1, 7)
    ],
}


def post(backend: FakeBackend, path: str, body: Mapping[str, Any]) -> requests.Response:
    """Send one write as the main tenant's user."""
    return requests.post(backend.url + path, json=body, headers=backend.tokens[TENANT].headers, timeout=30)


IGNORED: dict[str, tuple[str, ...]] = {
    "/sdk/tasks/": ("colour", "has_data", "created_after", "users", "task"),
    "/sdk/assignments/": ("task", "workshops", "has_data", "created_after", "labelers", "discarded_filter", "schema"),
    "/sdk/ground_truth_events/": ("ground_truth_dataset_version", "project", "is_discarded", "tasks", "created__gte"),
    "/v2/tasks/": ("status_label", "ids", "ids_ex", "search", "created__gte", "tags", "id__in"),
    "/v2/assignments/": ("ids", "ids_ex", "search", "task", "workshops", "has_data"),
    "/v2/ground-truth-events/": ("ids", "search", "category", "classes", "task", "ground_truth", "pgh_id__lt"),
}


@pytest.mark.parametrize(("path", "key"), [(path, key) for path, keys in IGNORED.items() for key in keys])
def test_keys_that_a_list_does_not_declare_are_ignored_and_noted(path: str, key: str) -> None:
    """No error, no filter: singular for plural, another target's keys, what v2 lacks; the journal alone tells."""
    with FakeBackend(seed=WIDE) as backend:
        page = get_page(backend.url + path, backend.tokens[TENANT].headers, {key: "1"})

        assert len(ROWS) == len(page.rows)
        assert (key,) == list(backend.journal)[-1].ignored


def test_one_letter_decides_whether_assignments_are_filtered() -> None:
    """``tasks`` and ``workshop`` filter, ``task`` and ``workshops`` do not; white space in a pasted list is ignored."""
    with FakeBackend(seed=WIDE) as backend:
        headers = backend.tokens[TENANT].headers

        def count(**query: str) -> int:
            page = get_page(f"{backend.url}/sdk/assignments/", headers, {"project": "1", "page_size": "1", **query})
            return int(page.body["count"])

        assert (3, 6, 12) == (count(tasks="2"), count(tasks="2,\t3"), count(task="2"))
        assert (3, 12) == (count(workshop="2"), count(workshops="2"))


SLIM: list[tuple[Target, str, dict[str, Any]]] = [
    ("task", "is_discarded=true", {"is_discarded": True}),
    ("task", "schema=dm_schema_v1", {"schema": "dm_schema_v1"}),
    ("assignment", "status_label=completed", {"status_label": "completed"}),
    ("assignment", "tasks=2,3", {"tasks": [2, 3]}),
    ("assignment", "id__gte=9", {"id__gte": 9}),
    ("ground_truth", "pgh_obj_id__in=2,3", {"ground_truth": [2, 3]}),
]


@pytest.mark.parametrize(("target", "query", "scope"), SLIM)
def test_a_slim_list_keeps_to_each_filter_that_it_declares(target: Target, query: str, scope: dict[str, Any]) -> None:
    """The rows are the oracle's for what the same filter is called elsewhere."""
    held = LISTS[target]
    expected = expected_rows(WIDE, {**CONFINES[target], **scope}, target=target)
    assert 0 < len(expected) < len(ROWS)
    with FakeBackend(seed=WIDE) as backend:
        page = get_page(f"{backend.url}{held.second}?{query}", backend.tokens[TENANT].headers)

        assert expected == sorted((row[held.key] for row in page.rows), reverse=True)


BULK = {
    "/v2/tasks/bulk-fetch/": ("ids", "id", "number"),
    "/v2/assignments/bulk-fetch/": ("ids", "id", "assignment"),
    "/v2/ground-truth-events/bulk-data/": ("pgh_ids", "pgh_id", "event"),
}


@pytest.mark.parametrize("path", BULK)
@settings(max_examples=5)
@given(st.lists(st.integers(1, 20), max_size=8))
def test_bulk_answers_in_the_order_of_the_request_and_drops_what_is_unknown(path: str, ids: list[int]) -> None:
    """The rows come as they were asked for, without those that do not exist; ``files_manifest`` is null."""
    body, key, word = BULK[path]
    expected = [number for number in ids if number in ROWS]
    with FakeBackend(seed=WIDE) as backend:
        rows = post(backend, path, {body: ids}).json()["data"]

        assert expected == [row[key] for row in rows]
        assert [{word: number} for number in expected] == [row["data"] for row in rows]
        assert {None} >= {row["files_manifest"] for row in rows}


@pytest.mark.parametrize("path", BULK)
def test_bulk_takes_two_hundred_ids(path: str) -> None:
    """One more is 400 ``ids_limit_exceeded``."""
    body = BULK[path][0]
    with FakeBackend(seed=WIDE) as backend:
        full = post(backend, path, {body: list(range(1, MOST_IDS + 1))})
        over = post(backend, path, {body: list(range(1, MOST_IDS + 2))})

        assert (200, len(ROWS)) == (full.status_code, len(full.json()["data"]))
        assert (400, "ids_limit_exceeded") == (over.status_code, over.json()["error"]["code"])


@pytest.mark.parametrize("target", TARGETS)
def test_a_list_that_does_not_know_links_sends_its_payloads_inline(target: Target) -> None:
    """``response_mode=presigned`` is a wish: a target for which it is not built answers as if it were not there."""
    honoured = Settings(presigned_targets=frozenset({target}), externalise_over=0)
    with FakeBackend(seed=WIDE, settings=honoured) as backend:
        for held in LISTS.values():
            page = get_page(
                backend.url + held.first, backend.tokens[TENANT].headers, {"response_mode": "presigned", "page_size": 3}
            )

            assert {held.target == target} == {row["data"].get("mode") == "presigned" for row in page.rows}


def test_a_job_is_queued_in_lower_case_and_shown_in_upper_case() -> None:
    """202 and ``pending``; the job itself says ``PENDING``, then ``COMPLETED``, and can no longer be cancelled: 409."""
    with FakeBackend(seed=DOCUMENT) as backend:
        headers = backend.tokens[TENANT].headers
        answer = post(backend, "/v2/plugin_exports/", EXPORT)
        job = f"/v2/async_jobs/{answer.json()['data']['job_id']}/"
        before = requests.get(backend.url + job, headers=headers, timeout=30).json()["data"]["status"]
        requests.get(f"{backend.url}{job}progress/", headers=headers, timeout=30)
        after = requests.get(backend.url + job, headers=headers, timeout=30).json()["data"]["status"]

        assert (202, "pending") == (answer.status_code, answer.json()["data"]["status"])
        assert ("PENDING", "COMPLETED") == (before, after)
        assert post(backend, f"{job}cancel/", {}).status_code == 409


def test_a_cancelled_job_stays_cancelled() -> None:
    """Cancelling is 200, also the second time, and the job never completes."""
    with FakeBackend(seed=DOCUMENT) as backend:
        job = f"/v2/async_jobs/{post(backend, '/v2/plugin_exports/', EXPORT).json()['data']['job_id']}/"
        answers = [post(backend, f"{job}cancel/", {}) for _ in range(2)]
        backend.clock.sleep(3600)
        answers.append(requests.get(backend.url + job, headers=backend.tokens[TENANT].headers, timeout=30))

        assert [(200, "CANCELLED")] * 3 == [(answer.status_code, answer.json()["data"]["status"]) for answer in answers]


@pytest.mark.parametrize("path", ["..", "a/../../b", "/etc", "a\0b", "..\\a", ""])
def test_a_path_that_would_leave_the_storage_makes_no_job(path: str) -> None:
    """400, and nothing is queued: the worker must never have to find out."""
    with FakeBackend(seed=DOCUMENT) as backend:
        answer = post(backend, "/v2/plugin_exports/", {**EXPORT, "path": path})

        assert answer.status_code == 400
        assert "job_id" not in answer.text
