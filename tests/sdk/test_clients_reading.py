"""Requests that change nothing: asked again where the transport does not, and no more often than that."""

from __future__ import annotations

import pytest
from scripted import Answer

from fake_backend.transports.in_process import NoAnswer, Reset
from sdk.clients.errors import ClientError
from sdk.clients.pagination import page_of

SESSION = {"provider": "file_system", "configuration": {"location": "/x"}}
READS = {
    "project": (lambda client: client.get_project(1), {"id": 1}),
    "session": (lambda client: client.open_storage_session(3, "write"), SESSION),
    "agents": (lambda client: client.list_agents(1), {"results": [], "next": None}),
    "count": (lambda client: client.count_tasks({}), {"results": [], "count": 0, "next": None}),
}


@pytest.mark.parametrize("status", [429, 500, 520, 522, 524])
@pytest.mark.parametrize("name", READS)
def test_a_failure_for_now_is_asked_again_after_two_four_and_eight_seconds(v1, clock, name, status) -> None:
    """The transport hands these on at once; waits as those of bulk calls (contract.md 1.4)."""
    ask, body = READS[name]
    client, backend = v1([Answer(status, {}), Answer(status, {}), Answer(status, {}), body])
    ask(client)
    assert 4 == len(backend.asked)
    assert [2.0, 4.0, 8.0] == clock.waits


@pytest.mark.parametrize("name", READS)
def test_after_three_retries_the_error_is_handed_on(v1, name) -> None:
    """A backend that stays broken is told, not waited for."""
    ask, _ = READS[name]
    client, backend = v1(lambda _: Answer(500, {"detail": "down"}))
    with pytest.raises(ClientError, match="500"):
        ask(client)
    assert 4 == len(backend.asked)


def test_a_post_that_reads_is_asked_again_after_a_lost_answer(v1) -> None:
    """A session has no lasting effect, so nothing is done twice."""
    client, backend = v1([NoAnswer(), Reset(), SESSION])
    assert "file_system" == client.open_storage_session(3, "write").provider
    assert ["POST"] * 3 == [asked.method for asked in backend.asked]


def test_what_a_caller_sends_himself_is_sent_as_it_is(v1) -> None:
    """``get`` and ``post`` know nothing of what the request means."""
    client, backend = v1(lambda _: Answer(500, {}))
    for send in (client.get, client.post):
        with pytest.raises(ClientError):
            send("/anything/")
    assert 2 == len(backend.asked)


def test_the_newest_jobs_come_from_either_form_of_page(v2) -> None:
    """The fake answers with a bare page, the OpenAPI examples have an envelope."""
    row = {"id": "j", "status": "PENDING"}
    for body in ({"results": [row], "next": None}, {"data": [row], "meta": {"pagination": {}}}):
        client, backend = v2([body])
        assert page_of(body, url="").results == client.async_jobs.newest()
        assert ["-created"] == backend.asked[0].query["ordering"]
