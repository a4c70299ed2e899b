"""The v1 client's own calls (contract.md 5 and 7)."""

from __future__ import annotations

import pytest
from scripted import Answer

from fake_backend.transports.in_process import NoAnswer
from sdk.clients.errors import (
    AuthorizationError,
    IncompleteResponseError,
    NotFoundError,
    RateLimitError,
    ResponseError,
    ServerError,
    ValidationError,
)
from sdk.storage import UnsupportedStorageError

SESSION = {"provider": "file_system", "configuration": {"location": "/srv/x"}, "expires_at": None}


def test_a_count_is_a_page_of_one_row(v1) -> None:
    """contract.md 2.2, probe: only ``count`` is read."""
    client, backend = v1([{"count": 12, "results": [{"id": 3}], "next": None}])

    assert 12 == client.count("sdk/tasks", {"project": 1})
    assert {"project": ["1"], "page_size": ["1"]} == backend.asked[0].query


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, {}),
        Answer(403, {}),
        {"results": []},
        {"results": [], "count": True},
        {"results": [], "count": "12"},
        [],
        Answer(302, b"", {"Location": "http://evil.example/"}),
    ],
)
def test_a_count_that_cannot_be_had_is_unknown_and_no_error(v1, answer) -> None:
    """An export goes on without it (contract.md 2.2)."""
    client, _ = v1(lambda _: answer)

    assert client.count("sdk/tasks") is None


def test_get_tasks_gives_an_iterator_and_a_number(v1) -> None:
    """Export guide, export targets; the newest first, with data units, and the caller's keys win."""
    row = {"id": 2, "data": {}, "data_unit": {"files": {}}}
    client, backend = v1([{"count": 1, "results": []}, {"results": [row], "next": None}])
    rows, count = client.get_tasks({"project": 1, "page_size": 10})

    assert 1 == count
    assert 1 == len(backend.asked)
    assert [row] == list(rows)
    expected = {
        "project": "1",
        "page_size": "10",
        "expand": "data_unit",
        "ordering": "-id",
        "pagination": "cursor",
        "response_mode": "presigned",
    }
    assert {name: [value] for name, value in expected.items()} == backend.asked[1].query


def test_without_a_count_the_ids_are_counted(v1) -> None:
    """A number that the caller divides by has to be one."""

    def script(asked):
        if asked.query.get("page_size") == ["1"]:
            return {"results": [{"id": 1}], "next": None}
        if "cursor" in asked.query:
            return {"results": [{"id": 1}], "next": None}
        return {"results": [{"id": 3}, {"id": 2}], "next": "/sdk/tasks/?fields=id&cursor=2"}

    client, backend = v1(script)

    assert 3 == client.get_tasks({"project": 1})[1]
    assert ["id"] == backend.asked[1].query["fields"]


def test_a_failed_count_of_get_tasks_is_an_error(v1) -> None:
    """Zero would be a lie, and a caller's loop over nothing."""
    client, _ = v1(lambda _: Answer(403, {}))

    with pytest.raises(AuthorizationError):
        client.get_tasks({"project": 1})


def test_single_resources_are_objects(v1) -> None:
    """A list in place of a project is an answer that breaks the contract."""
    client, backend = v1([{"id": 1}, {"id": "j"}, [], "text"])

    assert ({"id": 1}, {"id": "j"}) == (client.get_project(1), client.get_job("j"))
    with pytest.raises(ResponseError, match="project 1 is a JSON list"):
        client.get_project(1)
    with pytest.raises(ResponseError, match="project 1"):
        client.get_project(1)
    assert "/projects/1/" == backend.asked[0].url


def test_a_storage_session_is_asked_for_with_its_purpose(v1) -> None:
    """contract.md 7."""
    client, backend = v1([SESSION])
    session = client.open_storage_session(3, "write")

    assert (3, "file_system", None) == (session.id, session.provider, session.expires_at)
    assert ("POST", "/storages/3/session/", {"purpose": "write"}) == (
        backend.asked[0].method,
        backend.asked[0].url,
        backend.asked[0].json,
    )


@pytest.mark.parametrize("status", [404, 405])
def test_a_backend_without_sessions_is_asked_the_old_way(v1, status) -> None:
    """contract.md 7: on 404 and 405, and only then."""
    client, backend = v1([Answer(status, {}), {**SESSION, "id": 3, "name": "disk"}])

    assert "disk" == client.open_storage_session(3, "read").name
    assert "/storages/3/?with_configuration=true" == backend.asked[1].url


@pytest.mark.parametrize(
    ("status", "error", "arrivals"),
    [(400, ValidationError, 1), (403, AuthorizationError, 1), (500, ServerError, 4), (429, RateLimitError, 4)],
)
def test_any_other_refusal_of_a_session_is_an_error(v1, status, error, arrivals) -> None:
    """A refused purpose must not become access by another door (incidents.md 5, SYN-7614)."""
    client, backend = v1(lambda _: Answer(status, {"code": "x"}))

    with pytest.raises(error):
        client.open_storage_session(3, "write")
    assert ["/storages/3/session/"] * arrivals == [asked.path for asked in backend.asked]


def test_where_neither_way_leads_to_a_storage_the_last_answer_counts(v1) -> None:
    """A storage of another tenant does not exist."""
    client, _ = v1(lambda _: Answer(404, {}))

    with pytest.raises(NotFoundError):
        client.open_storage(3, "read")


@pytest.mark.parametrize(
    "session",
    [
        {**SESSION, "contract_version": 2},
        {**SESSION, "provider": None},
        {**SESSION, "configuration": "secret-value"},
        {**SESSION, "expires_at": "soon"},
        {**SESSION, "provider": "smb"},
        {**SESSION, "configuration": {"secret": "secret-value"}},
        {**SESSION, "provider": "amazon_s3"},
        ["secret-value"],
    ],
)
def test_a_session_that_cannot_be_used_is_refused_without_showing_its_configuration(v1, session) -> None:
    """incidents.md 5: a newer contract must fail, not be misread; a configuration holds credentials."""
    client, _ = v1([session])

    with pytest.raises(UnsupportedStorageError, match="Storage 3") as refusal:
        client.open_storage(3, "read")
    assert "secret-value" not in str(refusal.value)


def test_one_log_entry_is_an_object_and_more_are_a_list(v1) -> None:
    """contract.md 5; none at all is no request."""
    client, backend = v1(lambda _: {})
    client.post_logs([])
    client.post_logs([{"event": "a"}])
    client.post_logs([{"event": "a"}, {"event": "b"}])

    assert [{"event": "a"}, [{"event": "a"}, {"event": "b"}]] == [asked.json for asked in backend.asked]


@pytest.mark.parametrize(
    "report", [lambda client: client.patch_job("7", {"status": "RUNNING"}), lambda client: client.post_logs([{}])]
)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(503, {}), ServerError),
        (Answer(429, {}, {"Retry-After": "9"}), RateLimitError),
        (NoAnswer(), IncompleteResponseError),
    ],
)
def test_reports_are_sent_once_and_never_waited_for(v1, clock, report, answer, error) -> None:
    """Reporting has a retry of its own and must not hold the work up (incidents.md 4, SYN-7436)."""
    client, backend = v1(lambda _: answer)

    with pytest.raises(error):
        report(client)
    assert 1 == len(backend.asked)
    assert [] == clock.waits
