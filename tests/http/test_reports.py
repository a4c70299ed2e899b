"""What plugin runs report: job state is merged, log entries are stored all or none."""

from __future__ import annotations

import pytest

from tests.http.small_backend import places

JOB = "11111111-1111-1111-1111-111111111111"


def test_a_job_says_what_was_reported_last(acme) -> None:
    """A report of one field leaves the others."""
    acme.patch(f"/jobs/{JOB}/", json={"status": "RUNNING"})
    acme.patch(f"/jobs/{JOB}/", json={"progress_record": {"overall": 5}, "unknown": 1})
    job = acme.get(f"/jobs/{JOB}/").json()

    assert ("RUNNING", {"overall": 5}) == (job["status"], job["progress_record"])


@pytest.mark.parametrize("status", ["DONE", 7, None, ["RUNNING"]])
def test_a_status_that_is_none_is_refused(acme, status) -> None:
    """400 by field, and the job stays as it was."""
    answer = acme.patch(f"/jobs/{JOB}/", json={"status": status})

    assert (400, ["status"]) == (answer.status_code, places(answer.json()))
    assert "PENDING" == acme.get(f"/jobs/{JOB}/").json()["status"]


def test_logs_are_taken_one_at_a_time_or_as_a_list(acme) -> None:
    """One object or a list (contract.md 5); another tenant's job does not exist."""
    entry = {"event": "message", "job": JOB, "data": {"content": "저장"}, "datetime": "2026-01-01T00:00:00Z"}

    assert 201 == acme.post("/logs/", json=entry).status_code
    assert 201 == acme.post("/logs/", json=[entry, entry]).status_code
    assert 400 == acme.post("/logs/", json=[entry, {**entry, "job": "22"}]).status_code


@pytest.mark.parametrize("body", [[1], {}, {"event": "x"}, {"job": JOB}, [{"event": "x", "job": JOB}] * 1001])
def test_an_entry_of_another_shape_is_refused(acme, body) -> None:
    """400, and the sentence says which entry."""
    assert 400 == acme.post("/logs/", json=body).status_code


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"a": NaN}', "application/json", 400),
        (b"\xff", "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "", 415),
    ],
)
def test_a_body_that_is_no_json_is_refused(acme, body, kind, status) -> None:
    """400 or 415 with a sentence, never a 500."""
    answer = acme.post("/logs/", data=body, headers={"Content-Type": kind})

    assert (status, True) == (answer.status_code, bool(answer.json()["detail"]))
