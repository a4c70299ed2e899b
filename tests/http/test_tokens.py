"""Tokens while a world runs: made, listed, expired, revoked; in Python, by control calls and in seed documents."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from fake_backend import FakeBackend, Refusal
from tests.http.small_backend import small_document


def status(anybody, token) -> int:
    return anybody.get("/sdk/tasks/", headers={"Authorization": f"Token {token}"}).status_code


@pytest.mark.parametrize("kind", ["user", "access"])
def test_a_secret_is_told_once(anybody, backend, kind) -> None:
    """When it is made; the list, a repr and the journal do not know it."""
    made = anybody.post("/_fake/tokens/", json={"user": 3, "kind": kind, "expires_in": 60})
    told = made.json()
    secret = told.pop("token")

    assert (201, 200) == (made.status_code, status(anybody, secret))
    assert kind == ("access" if secret.startswith("syn_") else "user")
    listed = anybody.get("/_fake/tokens/")
    assert told == listed.json()["tokens"][-1]
    assert ("good", 3, "acme", secret[-4:]) == tuple(told[name] for name in ("state", "user", "tenant", "last_four"))
    assert secret not in listed.text + repr(backend.tokens.listed()) + repr(backend.tokens)
    assert secret not in anybody.get("/_fake/journal/").text
    assert secret not in repr(backend.tokens.create(user=3))
    assert all("token" not in row for row in backend.tokens.listed())


@pytest.mark.parametrize(
    ("method", "path", "state"),
    [("post", "/expire/", "expired"), ("post", "/revoke/", "revoked"), ("delete", "/", "revoked")],
)
def test_a_token_ends_now_and_for_good(anybody, backend, method, path, state) -> None:
    """By its id; doing it again changes nothing, and other tokens of the user stay as they are."""
    made, other = backend.tokens.create(user=1), backend.tokens.create(user=1)
    answers = []
    for _ in range(2):
        answers.append(getattr(anybody, method)(f"/_fake/tokens/{made.id}{path}", json={}))
        backend.clock.advance(1)

    assert [200, 200] == [answer.status_code for answer in answers]
    assert answers[0].json() == answers[1].json()
    assert state == answers[0].json()["state"]
    assert (401, 200) == (status(anybody, made.token), status(anybody, other.token))
    assert [state, "good"] == [row["state"] for row in backend.tokens.listed()[-2:]]


def test_python_says_the_same_as_the_wire(anybody, backend) -> None:
    """The two ways are one."""
    made = backend.tokens.create(user=2, kind="access", expires_in=5.5)

    assert backend.tokens.listed() == anybody.get("/_fake/tokens/").json()["tokens"]
    assert backend.tokens.expire(made.id)["expires"] == backend.tokens.listed()[-1]["expires"]
    assert backend.tokens.revoke(made.id) == backend.tokens.listed()[-1]
    assert {"acme", "globex"} == set(backend.tokens)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "user"),
        ({"user": 99}, "user"),
        ({"user": "1"}, "user"),
        ({"user": True}, "user"),
        ({"user": 2**70}, "user"),
        ({"user": 1, "kind": "admin"}, "kind"),
        ({"user": 1, "kind": None}, "kind"),
        ({"user": 1, "expires_in": -1}, "expires_in"),
        ({"user": 1, "expires_in": "60"}, "expires_in"),
        ({"user": 1, "expires_in": True}, "expires_in"),
        ({"user": 1, "expires_in": 1e300}, "expires_in"),
        ({"user": 1, "expires": 5}, "expires"),
        ({"user": 1, "token": "mine"}, "token"),
    ],
)
def test_what_makes_no_token_is_refused(anybody, backend, body, field) -> None:
    """400 that names the field, and no token more."""
    before = backend.tokens.listed()
    answer = anybody.post("/_fake/tokens/", json=body)

    assert 400 == answer.status_code
    assert field in answer.json()["detail"] or field == answer.json().get("received") or field in str(answer.json())
    assert before == backend.tokens.listed()


def test_a_token_that_there_is_none_of_cannot_end(anybody, backend) -> None:
    """404, and unknown fields are refused as everywhere in the corner."""
    for method, path in (("post", "777/expire/"), ("post", "777/revoke/"), ("delete", "777/")):
        assert 404 == getattr(anybody, method)(f"/_fake/tokens/{path}", json={}).status_code
    for path in ("expire", "revoke"):
        assert 400 == anybody.post(f"/_fake/tokens/1/{path}/", json={"at": 5}).status_code
    with pytest.raises(Refusal, match="Not found"):
        backend.tokens.revoke(777)
    assert {"good"} == {row["state"] for row in backend.tokens.listed()}


def test_a_seeds_token_expires_by_the_worlds_clock(anybody) -> None:
    """At its instant, however late the machine thinks it is; the other token of the same user and kind goes on."""
    document = small_document()
    document["tokens"] += [
        {"user": 3, "kind": "user", "token": "short", "expires": "2031-01-01T09:00:00+09:00"},
        {"user": 2, "kind": "user", "expires": "2030-12-31T23:59:00Z"},
    ]
    with FakeBackend(seed=document, start=datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)) as backend:
        states = [row["state"] for row in backend.tokens.listed()]
        assert (["good"] * 5, ["expired"]) == (states[:-1], states[-1:])
        assert len({row["id"] for row in backend.tokens.listed()}) == 6
        url = backend.url + "/sdk/tasks/"
        assert 200 == anybody.get(url, headers={"Authorization": "Token short"}).status_code
        assert 200 == anybody.get(url, headers=backend.tokens["globex"].headers).status_code
        backend.clock.advance(1)
        assert 401 == anybody.get(url, headers={"Authorization": "Token short"}).status_code
        assert 200 == anybody.get(url, headers={"Authorization": "Token colleague"}).status_code


def test_a_world_that_is_opened_again_knows_its_tokens(tmp_path, anybody) -> None:
    """Made and revoked tokens outlive the process, and no secret is drawn twice."""
    options = {"seed": small_document(), "database": f"sqlite:///{tmp_path / 'world.db'}"}
    with FakeBackend(**options) as backend:
        made, gone = backend.tokens.create(user=1), backend.tokens.create(user=1)
        backend.tokens.revoke(gone.id)
        before = backend.tokens.listed()
    with FakeBackend(**options) as backend:
        assert before == backend.tokens.listed()
        again = backend.tokens.create(user=1)
        assert again.token not in {made.token, gone.token}
        url = backend.url + "/sdk/tasks/"
        told = [anybody.get(url, headers=one.headers).status_code for one in (made, gone, again)]
    assert [200, 401, 200] == told
