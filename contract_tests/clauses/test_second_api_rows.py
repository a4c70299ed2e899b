"""Single rows of the second API, what it writes of them, and the jobs that runs report to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Mapping

TENANT, OTHER = "acme", "globex"
JOB, PLAIN = "11111111-1111-4111-8111-111111111101", "11111111-1111-4111-8111-111111111102"
MOMENT = "2026-02-03T04:05:06.789000Z"
EXPORT = {"storage_id": 3, "path": "exports/a", "targets": ["task"], "project_id": 1}
DOCUMENT: dict[str, Any] = {
    "tenants": [{"code": TENANT}, {"code": OTHER}],
    "users": [
        {"id": 1, "tenant": TENANT, "email": "a@b.example", "name": "A"},
        {"id": 9, "tenant": OTHER},
        {"id": 2, "tenant": TENANT},
    ],
    "tokens": [{"user": 1, "kind": "user"}, {"user": 9, "kind": "user"}],
    "storages": [{"id": 3, "tenant": TENANT, "provider": "file_system"}],
    "data_collections": [{"id": 1, "tenant": TENANT}],
    "projects": [{"id": 1, "tenant": TENANT, "data_collection": 1}],
    "data_units": [{"id": 1, "data_collection": 1}],
    "tasks": [
        {"id": 1, "project": 1, "data_unit": 1, "data": {"n": 1}, "workshops": [8, 7]},
        {"id": 2, "project": 1, "schema": "dm_schema_v1"},
    ],
    "assignments": [
        {"id": 11, "task": 1, "user": 1, "data": {"n": 1}, "reviewers": [2, 1], "tags": [6, 5]},
        {"id": 12, "task": 1, "user": 1, "is_confirmed": True},
        {"id": 13, "task": 2, "user": 1},
    ],
    "ground_truth_datasets": [{"id": 21, "tenant": TENANT}, {"id": 22, "tenant": TENANT}],
    "ground_truth_dataset_versions": [
        {"id": 31, "ground_truth_dataset": 21, "events": [1001]},
        {"id": 32, "ground_truth_dataset": 21, "events": [1002]},
    ],
    "ground_truths": [{"id": 300, "ground_truth_dataset": 21, "data_unit": 1}],
    "ground_truth_events": [{"pgh_id": number, "ground_truth": 300} for number in (1001, 1002)],
    "plugin_releases": [{"id": 7, "tenant": TENANT, "code": "shapes", "version": "1.2.0"}],
    "jobs": [
        {"id": JOB, "tenant": TENANT, "action": "export", "plugin_release": 7},
        {"id": PLAIN, "tenant": TENANT, "status": "SUCCEEDED"},
    ],
}


def call(
    backend: FakeBackend, path: str, method: str = "GET", body: Mapping[str, Any] | None = None, tenant: str = TENANT
) -> requests.Response:
    """Send a request as a tenant's user."""
    headers = backend.tokens[tenant].headers
    return requests.request(method, backend.url + path, json=body, headers=headers, timeout=30)


def shown(answer: requests.Response, *names: str) -> list[Any]:
    """Return fields of an answer's data."""
    assert answer.ok, answer.text
    return [answer.json()["data"][name] for name in names]


def test_a_single_row_shows_its_data_and_what_hangs_on_it() -> None:
    """Of several workshops or reviewers the field has room for one; null where there is none."""
    with FakeBackend(seed=DOCUMENT) as backend:
        task = shown(call(backend, "/v2/tasks/1/"), "id", "project_id", "data_unit_id", "workshop_id", "data", "schema")
        assert [1, 1, 1, 7, {"n": 1}, "any"] == task
        assert [None, None, None] == shown(call(backend, "/v2/tasks/2/"), "data_unit_id", "workshop_id", "data")
        assert [1, [5, 6], {"n": 1}] == shown(call(backend, "/v2/assignments/11/"), "reviewer_id", "tags", "data")
        assert [None, []] == shown(call(backend, "/v2/assignments/12/"), "reviewer_id", "tags")


SINGLES = ("tasks/1", "assignments/11", "ground-truth-events/1001", f"jobs/{JOB}", "job-logs/1")


@pytest.mark.parametrize("path", SINGLES)
def test_a_single_row_of_another_tenant_does_not_exist(path: str) -> None:
    """The row is there for its owner, and for others it is as one that nobody has."""
    with FakeBackend(seed=DOCUMENT) as backend:
        call(backend, f"/v2/jobs/{JOB}/logs/", "POST", {"event": "a", "data": {}, "datetime": MOMENT})
        assert call(backend, f"/v2/{path}/").status_code == 200
        refused = call(backend, f"/v2/{path}/", tenant=OTHER)
        assert [404, "not_found"] == [refused.status_code, refused.json()["error"]["code"]]


def test_the_caller_is_told_who_they_are() -> None:
    """Four fields, of the user behind the token."""
    with FakeBackend(seed=DOCUMENT) as backend:
        expected = {"id": 1, "email": "a@b.example", "name": "A", "is_synapse_admin": False}
        assert expected == call(backend, "/v2/users/me/").json()["data"]


def test_both_paths_of_annotating_leave_the_same_task() -> None:
    """The second API's call stores data and status as the first one's, and refuses by the same schema."""
    body = {"action": "submit", "data": {"objects": ["도로"]}}
    with FakeBackend(seed=DOCUMENT) as first, FakeBackend(seed=DOCUMENT) as second:
        assert call(first, "/tasks/1/annotate_task_data/", "PUT", body).ok
        assert [body["data"]] == shown(call(second, "/v2/tasks/1/annotate-task-data/", "PUT", body), "data")
        names = "?fields=data,status_label,has_data"
        assert call(first, f"/tasks/1/{names}").json() == call(second, f"/tasks/1/{names}").json()
        refused = call(second, "/v2/tasks/2/annotate-task-data/", "PUT", body)
        assert [400, "VALIDATION_ERROR"] == [refused.status_code, refused.json()["error"]["code"]]


def test_data_of_an_assignment_are_replaced_and_nothing_else() -> None:
    """No state changes; blank data are none; with dry_run nothing is stored."""
    with FakeBackend(seed=DOCUMENT) as backend:
        before = call(backend, "/v2/assignments/11/").json()["data"]
        assert [{"m": 2}] == shown(call(backend, "/v2/assignments/11/data/", "PUT", {"data": {"m": 2}}), "data")
        dry = call(backend, "/v2/assignments/11/data/?dry_run=true", "PUT", {"data": {"x": 3}})
        assert [{"m": 2}] == shown(dry, "data")
        assert {**before, "data": {"m": 2}} == call(backend, "/v2/assignments/11/").json()["data"]
        assert [None] == shown(call(backend, "/v2/assignments/11/data/", "PUT", {"data": {}}), "data")


@pytest.mark.parametrize(
    ("assignment", "body", "status"),
    [
        (11, {"data": {}, "status_label": "completed"}, 400),
        (11, {}, 400),
        (12, {"data": {}}, 409),
        (13, {"data": {"free": "form"}}, 400),
    ],
)
def test_data_of_an_assignment_that_may_not_be_written_stay(assignment: int, body: dict[str, Any], status: int) -> None:
    """States in the body are 400, a confirmed assignment is 409, the schema is its task's."""
    with FakeBackend(seed=DOCUMENT) as backend:
        before = call(backend, f"/v2/assignments/{assignment}/").json()["data"]
        assert status == call(backend, f"/v2/assignments/{assignment}/data/", "PUT", body).status_code
        assert before == call(backend, f"/v2/assignments/{assignment}/").json()["data"]


def test_events_of_a_version_are_found_below_their_dataset_alone() -> None:
    """The version's own events; 404 below a dataset that the version is not of."""
    with FakeBackend(seed=DOCUMENT) as backend:
        page = call(backend, "/v2/ground-truth-datasets/21/versions/32/events/").json()
        assert [1002] == [row["pgh_id"] for row in page["data"]]
        assert call(backend, "/v2/ground-truth-datasets/22/versions/32/events/").status_code == 404


def test_the_list_of_async_jobs_is_a_bare_page_of_the_callers_own() -> None:
    """Newest first, counted, by page number; nobody sees another's."""
    with FakeBackend(seed=DOCUMENT) as backend:
        made = [call(backend, "/v2/plugin_exports/", "POST", EXPORT).json()["data"]["job_id"] for _ in range(3)]
        first = call(backend, "/v2/async_jobs/?page_size=2").json()
        assert [3, made[:0:-1], None] == [first["count"], [job["id"] for job in first["results"]], first["previous"]]
        last = requests.get(first["next"], headers=backend.tokens[TENANT].headers, timeout=30).json()
        assert [[made[0]], None] == [[job["id"] for job in last["results"]], last["next"]]
        assert call(backend, f"/v2/async_jobs/?ids_ex={made[0]},{made[1]}").json()["count"] == 1
        assert call(backend, "/v2/async_jobs/?triggered_by=system").json()["count"] == 0
        assert call(backend, "/v2/async_jobs/", tenant=OTHER).json()["count"] == 0


def test_progress_names_only_what_is_known() -> None:
    """Before the rows are counted there is no total, and before one is done no time that remains."""
    with FakeBackend(seed=DOCUMENT) as backend:
        job = call(backend, "/v2/plugin_exports/", "POST", EXPORT).json()["data"]["job_id"]
        assert {"processed_count": 0, "percent": 0.0} == call(backend, f"/v2/async_jobs/{job}/").json()["data"][
            "progress"
        ]


def test_a_job_shows_its_release_and_when_it_was_over() -> None:
    """What is kept of a report is replaced as a whole; ``completed`` comes with the end and stays."""
    with FakeBackend(seed=DOCUMENT, clock="virtual") as backend:
        report = {"status": "RUNNING", "progress_record": {"n": 1}, "meta": {"error": {"message": "m"}}}
        told = call(backend, f"/v2/jobs/{JOB}/", "PATCH", report)
        assert [{"n": 1}, {"message": "m"}, None] == shown(told, "progress_record", "error", "completed")
        over = call(backend, f"/v2/jobs/{JOB}/", "PATCH", {"status": "FAILED"})
        release = {"id": 7, "version": "1.2.0", "plugin_id": 7}
        assert ["export", False, release] == shown(over, "action", "is_active", "plugin_release")
        ended = shown(over, "completed")
        backend.clock.sleep(60)
        assert ended != [None]
        assert ended == shown(call(backend, f"/v2/jobs/{JOB}/", "PATCH", {"status": "FAILED"}), "completed")


def test_a_job_that_is_over_goes_nowhere() -> None:
    """Another status is 400 INVALID_TRANSITION and changes nothing; the same one again is no error."""
    with FakeBackend(seed=DOCUMENT) as backend:
        refused = call(backend, f"/v2/jobs/{PLAIN}/", "PATCH", {"status": "PENDING", "result": {"n": 1}})
        assert [400, "INVALID_TRANSITION"] == [refused.status_code, refused.json()["error"]["code"]]
        assert ["SUCCEEDED", {}] == shown(call(backend, f"/v2/jobs/{PLAIN}/"), "status", "result")
        assert call(backend, f"/v2/jobs/{PLAIN}/", "PATCH", {"status": "SUCCEEDED"}).status_code == 200


def test_log_entries_are_stored_all_or_none() -> None:
    """Up to 1,000 a call, in order; one bad entry, or one too many, and there are none."""
    entry = {"event": "a", "data": {"n": 1}, "datetime": MOMENT}
    with FakeBackend(seed=DOCUMENT) as backend:
        path = f"/v2/jobs/{JOB}/logs/bulk/"
        for body, code in (
            ({"logs": [entry, {**entry, "level": "loud"}]}, "VALIDATION_ERROR"),
            ({"logs": [entry] * 1001}, "BULK_SIZE_EXCEEDED"),
            ({"logs": []}, "VALIDATION_ERROR"),
        ):
            refused = call(backend, path, "POST", body)
            assert [400, code] == [refused.status_code, refused.json()["error"]["code"]]
        assert [] == call(backend, f"/v2/job-logs/?job={JOB}").json()["data"]
        made = call(backend, path, "POST", {"logs": [entry, {**entry, "event": "b", "level": "error"}]})
        assert [["a", "info"], ["b", "error"]] == [[row["event"], row["level"]] for row in made.json()["data"]]
        assert ["b"] == [row["event"] for row in call(backend, "/v2/job-logs/?level=error").json()["data"]]


DATA_PATHS = ("/sdk/tasks/data/", "/sdk/assignments/data/", "/sdk/ground_truth_events/data/")


@pytest.mark.parametrize("path", DATA_PATHS)
def test_a_list_whose_path_says_data_shows_id_and_data_alone(path: str) -> None:
    """As the same list shows them, row by row."""
    with FakeBackend(seed=DOCUMENT) as backend:
        whole = call(backend, path.removesuffix("data/")).json()["results"]
        assert [{"id": row["id"], "data": row["data"]} for row in whole] == call(backend, path).json()["results"]
        assert whole


LISTED = {
    "data_collections": [1],
    "data_units": [1],
    "ground_truth_dataset_versions": [32, 31],
    "plugin_releases": [7],
    "storages": [3],
}


@pytest.mark.parametrize("path", LISTED)
def test_what_rows_stand_on_is_listed_as_it_is_shown_one_by_one(path: str) -> None:
    """A page of rows that are as the call for each of them shows them; another tenant has none."""
    with FakeBackend(seed=DOCUMENT) as backend:
        page = call(backend, f"/{path}/").json()
        assert [len(LISTED[path]), LISTED[path]] == [page["count"], [row["id"] for row in page["results"]]]
        assert page["results"] == [call(backend, f"/{path}/{key}/").json() for key in LISTED[path]]
        assert call(backend, f"/{path}/", tenant=OTHER).json()["count"] == 0
