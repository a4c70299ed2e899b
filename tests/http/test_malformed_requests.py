"""Whatever is wrong with a request, the answer is a 4xx that says what, and no row is another afterwards."""

from __future__ import annotations

import contextlib
import io
import os
import sqlite3
from urllib.parse import quote

import pytest
import requests
from hypothesis import HealthCheck, given, settings

from fake_backend import FakeBackend
from fake_backend.served import API
from fake_backend.transports.answer import Answer
from fake_backend.transports.connection import Connection
from fake_backend.transports.environ import Request, request_environ
from tests.http.malformed import PARAMETER, Wrong, requests_of_routes, routes
from tests.http.three_targets import three_targets
from tests.serving.serving_world import RUNNING, serving_document

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
CASES = 5_000 if DEEP else 100
OURS = {"model_failed", "out_of_memory", "not_serving", "agent_down"}  # a world that is so: no fault of the request's


def snapshot(backend) -> bytes:
    """Return the database of a backend as it stands."""
    with backend._world.database.transaction() as connection:
        return connection.connection.driver_connection.serialize()


def unchanged(before: bytes, backend) -> bool:
    """Return whether a backend has the rows of a snapshot, whatever its pages look like."""
    after = snapshot(backend)
    return before == after or _rows(before) == _rows(after)


def _rows(taken: bytes) -> list[str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.deserialize(taken)
        return list(connection.iterdump())


def send(backend, wrong: Wrong, token: str) -> tuple[int, bytes]:
    """Send a request below every client, since no client would; return status and body."""
    headers = [("Host", backend.url.removeprefix("http://")), *wrong.headers]
    names = {name for name, _ in wrong.headers}
    if "Host" in names:
        headers = headers[1:]
    if "Authorization" not in names:
        headers.append(("Authorization", token))
    if wrong.body:
        headers.append(("Content-Length", str(len(wrong.body))))
    target = wrong.target if wrong.target.isascii() else quote(wrong.target, safe="/?&=%", encoding="latin-1")
    came = Request(wrong.method, target, headers, io.BytesIO(wrong.body), "HTTP/1.1", "http", (backend.url, 80))
    [mount] = [mount for mount in backend._in_process._mounts if mount.host.startswith("api-")]
    blocks = Answer(API, request_environ(came, Connection("in-process"), mount.environ)).blocks()
    head, _, body = b"".join(blocks).partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


@pytest.fixture(scope="module")
def world():
    """Yield a backend with rows of everything, its API token, and the token of its first agent."""
    document = {**three_targets(), **{name: serving_document()[name] for name in ("agents", "plugin_releases")}}
    with FakeBackend(seed={**document, "serve_applications": list(RUNNING)}) as backend:
        backend.serving.register("echo", lambda request: {"objects": []})
        headers = backend.tokens["acme"].headers
        agents = requests.get(f"{backend.url}/agents/?id=1", headers=headers, timeout=10).json()
        yield backend, headers["Authorization"], agents["results"][0]["token"]


@settings(max_examples=CASES, suppress_health_check=list(HealthCheck))
@given(wrong=requests_of_routes())
def test_a_wrong_request_is_a_4xx_and_changes_nothing(world, wrong) -> None:
    """Every route of the URL map, by a grammar: never a 500, a sentence in every refusal, and the rows as before."""
    backend, token, agent = world
    before = snapshot(backend)
    status, body = send(backend, wrong, agent if wrong.target.startswith("/__agents__/") else token)

    if status >= 500:
        assert any(code.encode() in body for code in OURS), (wrong, status, body)
    elif status >= 400:
        assert wrong.method == "HEAD" or body.strip(), (wrong, status)
        assert unchanged(before, backend), (wrong, status, body)


def test_the_grammar_knows_every_route() -> None:
    """A route that is added is searched by itself: the grammar reads the application's own URL map."""
    rules = {rule for _, rule in routes()}

    assert {"/sdk/tasks/", "/v2/plugin_exports/", "/_fake/seed/"} <= rules
    assert all(PARAMETER.sub("", rule).isascii() and "<" not in PARAMETER.sub("", rule) for rule in rules)
