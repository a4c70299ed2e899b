"""The second API where it differs from the first: its few filters, bulk fetch, and the states of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.walking import get_page
from fake_backend import FakeBackend

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


def test_keys_that_a_list_does_not_declare_are_ignored_and_noted() -> None:
    """No error, no filter: v2 ignores all but four keys, v1 whatever it does not know; the journal tells."""
    with FakeBackend(seed=DOCUMENT) as backend:
        headers = backend.tokens[TENANT].headers
        for path, key in (("/v2/tasks/", "status_label"), ("/v2/tasks/", "ids"), ("/sdk/tasks/", "colour")):
            page = get_page(backend.url + path, headers, {"project": 1, key: "1"})

            assert set(range(1, 7)) == set(page.ids)
            assert (key,) == list(backend.journal)[-1].ignored


@settings(max_examples=20)
@given(st.lists(st.integers(1, 12), max_size=8))
def test_bulk_answers_in_the_order_of_the_request_and_drops_what_is_unknown(ids: list[int]) -> None:
    """The rows come as they were asked for, without those that do not exist; ``files_manifest`` is null for tasks."""
    expected = [number for number in ids if number <= len(DOCUMENT["tasks"])]
    with FakeBackend(seed=DOCUMENT) as backend:
        rows = post(backend, "/v2/tasks/bulk-fetch/", {"ids": ids}).json()["data"]

        assert expected == [row["id"] for row in rows]
        assert [{"n": number} for number in expected] == [row["data"] for row in rows]
        assert {None} >= {row["files_manifest"] for row in rows}


def test_bulk_takes_two_hundred_ids() -> None:
    """One more is 400 ``ids_limit_exceeded``."""
    with FakeBackend(seed=DOCUMENT) as backend:
        full = post(backend, "/v2/tasks/bulk-fetch/", {"ids": list(range(1, MOST_IDS + 1))})
        over = post(backend, "/v2/tasks/bulk-fetch/", {"ids": list(range(1, MOST_IDS + 2))})

        assert (200, 6) == (full.status_code, len(full.json()["data"]))
        assert (400, "ids_limit_exceeded") == (over.status_code, over.json()["error"]["code"])


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
