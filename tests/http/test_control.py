"""The control corner: who may call it, and that it refuses what it does not know."""

from __future__ import annotations

import pytest
import requests

from fake_backend import ControlPolicy, FakeBackend
from fake_backend.core.bugs import KNOWN
from fake_backend.core.clock import LAST


@pytest.fixture
def served(backend):
    """Yield the backend on loopback."""
    with backend.serve() as running:
        yield running


@pytest.fixture(scope="module")
def guarded():
    """Yield a backend on loopback that tests only knock at."""
    with FakeBackend(seed="empty") as backend, backend.serve() as running:
        yield running


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:9"}, 200),
        ({"Host": "[::1]:9"}, 200),
        ({"Host": "fake.example"}, 403),
        ({"Host": "127.0.0.1.example"}, 403),
        ({"Host": "[::1"}, 400),
        ({"Host": "evil.example@127.0.0.1"}, 400),
        ({"Host": "127.0.0.1/.evil.example"}, 400),
        ({"Host": "127.0.0.1#x"}, 400),
        ({"Host": "127.0.0.1:x"}, 400),
        ({"Host": "2130706433"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
def test_only_a_caller_on_this_machine_may_control(guarded, headers, status) -> None:
    """A page of another origin and a rebound name are turned away, for reads as for writes."""
    assert status == requests.get(f"{guarded.url}/_fake/journal/", headers=headers, timeout=10).status_code


def test_a_page_of_the_backends_own_origin_may(served) -> None:
    """An ``Origin`` that is the host itself is not foreign."""
    assert 200 == requests.get(f"{served.url}/_fake/clock", headers={"Origin": served.url}, timeout=10).status_code


def test_a_form_is_no_control_call(served, backend, acme) -> None:
    """What a foreign page can send unasked changes nothing."""
    answer = requests.post(f"{served.url}/_fake/reset", data={"a": "1"}, timeout=10)

    assert 415 == answer.status_code
    assert 7 == acme.get("/sdk/tasks/?project=1").json()["count"]


def test_a_token_is_then_required_and_enough(backend) -> None:
    """With a token, the host does not matter and the token does."""
    with backend.serve(control=ControlPolicy(token="s3cret")) as served:
        url = f"{served.url}/_fake/clock/"
        good = {"X-Fake-Control-Token": "s3cret", "Host": "fake.example"}
        assert 401 == requests.get(url, timeout=10).status_code
        assert 401 == requests.get(url, headers={"X-Fake-Control-Token": "s3cre"}, timeout=10).status_code
        assert 200 == requests.get(url, headers=good, timeout=10).status_code
        assert 200 == requests.get(url, headers={"Authorization": "Bearer s3cret"}, timeout=10).status_code


def test_control_that_is_off_does_not_exist(backend) -> None:
    """404, as for any path that is not there."""
    with backend.serve(control=ControlPolicy(enabled=False)) as served:
        assert 404 == requests.get(f"{served.url}/_fake/clock/", timeout=10).status_code


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("seed", {"tazks": []}),
        ("seed", {"tasks": [{"id": 1, "project": 77}]}),
        ("reset", {"hard": True}),
        ("clock", {"advance": -1}),
        ("clock", {"advance": "1"}),
        ("clock", {"advance": True}),
        ("clock", {}),
        ("clock", {"rewind": 1}),
        ("bugs", {"on": ["no-such-bug"]}),
        ("bugs", {"on": "bulk-drops-rows"}),
        ("bugs", {"off": []}),
    ],
)
def test_what_a_control_call_does_not_know_is_refused(anybody, backend, path, body) -> None:
    """400 with the value; the world is as before."""
    before = backend.clock.monotonic(), list(backend.bugs), backend.counts()
    answer = anybody.post(f"/_fake/{path}", json=body)

    assert 400 == answer.status_code, answer.text
    assert before == (backend.clock.monotonic(), list(backend.bugs), backend.counts())


def test_the_world_obeys(anybody, acme, backend) -> None:
    """Clock, bugs, seed and reset do what they say."""
    anybody.post("/_fake/clock/", json={"advance": 60})
    assert 60 == backend.clock.monotonic()
    told = anybody.post("/_fake/bugs/", json={"on": ["bulk-drops-rows"]}).json()
    assert ["bulk-drops-rows"] == told["on"]
    assert {name: bug.sentence for name, bug in KNOWN.items()} == {
        name: bug["sentence"] for name, bug in told["known"].items()
    }
    assert 1 == len(acme.post("/v2/tasks/bulk-fetch/", json={"ids": [1, 2]}).json()["data"])
    anybody.delete("/_fake/bugs/")
    assert 2 == len(acme.post("/v2/tasks/bulk-fetch/", json={"ids": [1, 2]}).json()["data"])
    backend.remove_tasks([1, 2, 3])
    assert 4 == acme.get("/sdk/tasks/?project=1").json()["count"]
    tokens = backend.tokens
    anybody.post("/_fake/reset/", json={})
    assert (7, tokens) == (acme.get("/sdk/tasks/?project=1").json()["count"], backend.tokens)


@pytest.mark.parametrize(
    ("instant", "words"), [("9999-12-31T23:59:59+00:00", "ten years"), ("1999-01-01T00:00:00Z", "forward only")]
)
def test_an_instant_out_of_reach_is_refused_for_its_own_reason(anybody, instant, words) -> None:
    """Too far is not too early."""
    answer = anybody.post("/_fake/clock/", json={"freeze": instant})

    assert 400 == answer.status_code
    assert words in answer.text


def test_no_call_moves_a_clock_to_where_nothing_works(anybody, acme, backend) -> None:
    """At the end of its time it is refused to move further, and everything goes on there."""
    backend.clock.advance((LAST - backend.clock.now()).total_seconds() - 60.5)
    statuses = [anybody.post("/_fake/clock/", json={"advance": seconds}).status_code for seconds in (59, 2, 10**8)]

    assert [200, 400, 400] == statuses
    assert "8999-12-31T23:59:5" in anybody.get("/_fake/clock/").json()["now"]
    assert 200 == anybody.get("/_fake/journal/").status_code
    assert 7 == acme.get("/sdk/tasks/?project=1&response_mode=presigned").json()["count"]


def test_a_system_clock_does_not_obey() -> None:
    """409: real time moves by itself."""
    with FakeBackend(seed="empty", clock="system") as backend:
        answer = requests.post(f"{backend.url}/_fake/clock", json={"advance": 1}, timeout=10)

    assert 409 == answer.status_code
