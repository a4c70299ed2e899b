"""The matrix: every operation asked for by everybody."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from werkzeug.test import Client

from fake_backend import ControlPolicy, FakeBackend
from fake_backend.http import Faulty
from fake_backend.http.application import application, operations
from tests.access.operations import AGENT, CONTROL, LIST, OPERATIONS, OTHERS, may
from tests.access.world import NOWHERE, asked_world

HEADERS_OF_THE_MOMENT = {"date", "content-length"}
CONTROL_COLUMNS = ("no control token", "wrong control token", "from another host", "page of another origin", "off")


@dataclass(frozen=True)
class Cell:
    """What one caller was answered.

    Args:
        status: Of the answer.
        headers: But those of the moment.
        text: Body, less the id of the request and the echo of the id that was asked for.
        raw: Body and headers as they came.
    """

    status: int
    headers: dict[str, str]
    text: str
    raw: str

    @property
    def rows(self):
        """The rows of a list, or of a bulk answer."""
        body = json.loads(self.text)
        return body.get("results", body.get("data"))


def ask(world, operation, who, ids, method="") -> Cell:
    """Ask once, by another method where one is named."""
    caller = world.callers[who]
    answer = world.session.request(
        method or operation.method,
        world.backend.url + operation.url(ids),
        json=operation.json(ids),
        headers=caller.at_agent if operation.whose == AGENT else caller.headers,
    )
    headers = {name: value for name, value in answer.headers.items() if name.lower() not in HEADERS_OF_THE_MOMENT}
    return Cell(answer.status_code, headers, _less_echo(answer.text), f"{answer.text}\n{dict(answer.headers)}")


def _less_echo(text):
    try:
        body = json.loads(text)
    except ValueError:
        return text
    return re.sub(r'Invalid pk \\"[^"\\]*\\"', "Invalid pk", json.dumps(_without(body)))


def _without(value):
    if isinstance(value, dict):
        return {key: _without(item) for key, item in value.items() if key not in {"request_id", "received"}}
    return [_without(item) for item in value] if isinstance(value, list) else value


def refused(world, operation) -> dict[str, tuple[Cell, Cell]]:
    """Return what those who may not were answered: for what is there, and for what is not."""
    return {
        who: (ask(world, operation, who, world.here), ask(world, operation, who, NOWHERE))
        for who in OTHERS
        if not may(operation, who)
    }


def allowed(operation) -> dict[str, Cell]:
    """Return what those who may were answered; each writes in a world of its own: once more may be something else."""
    admitted = [who for who in (*OTHERS, "owner") if may(operation, who)]
    if operation.method == "GET":
        with asked_world() as world:
            return {who: ask(world, operation, who, world.here) for who in admitted}
    answers = {}
    for who in admitted:
        with asked_world() as world:
            answers[who] = ask(world, operation, who, world.here)
    return answers


def statuses(operation, turned_away, let_in) -> dict[str, str]:
    """Return the row of the table that the answers make."""
    listed = {who: cell for who, (cell, _) in turned_away.items() if operation.form == LIST and cell.status == 200}
    shown = {who: " own" if cell.rows else " []" for who, cell in listed.items()}
    return {
        **{who: f"{cell.status}{shown.get(who, '')}" for who, (cell, _) in turned_away.items()},
        **{who: f"{cell.status} ✓" for who, cell in let_in.items()},
    }


def control_matrix() -> dict[tuple[str, str], tuple[int, ...]]:
    """Return the statuses of every control call, by method and path, in the order of ``CONTROL_COLUMNS``."""
    guarded, loopback, off = ControlPolicy(token="s3cret"), ControlPolicy(), ControlPolicy(enabled=False)
    cases = (
        (guarded, {}),
        (guarded, {"X-Fake-Control-Token": "other"}),
        (loopback, {"Host": "fake.example"}),
        (loopback, {"Origin": "https://other.example"}),
        (off, {}),
    )
    client = Client(application)
    with FakeBackend(seed="empty") as backend:
        before = backend.tokens.listed(), backend.clock.monotonic(), list(backend.bugs), backend.counts()
        told = {
            (method, path): tuple(
                client.open(
                    path,
                    method=method,
                    json=body,
                    headers=headers,
                    environ_overrides=backend._environ(backend.url, backend.storage_url, autojump=True, control=policy),
                ).status_code
                for policy, headers in cases
            )
            for method, path, body in CONTROL
        }
        after = backend.tokens.listed(), backend.clock.monotonic(), list(backend.bugs), backend.counts()
    assert before == after
    return told


def faults_heard() -> list[bool]:
    """Return whether ``X-Fake-Fault`` is heard from whom the guard of control calls lets in, then from others."""
    guarded, loopback = ControlPolicy(token="s3cret"), ControlPolicy()
    cases = (
        (loopback, {}),
        (guarded, {}),
        (guarded, {"X-Fake-Control-Token": "other"}),
        (loopback, {"Host": "fake.example"}),
        (loopback, {"Origin": "https://other.example"}),
        (ControlPolicy(enabled=False), {}),
    )
    client = Client(Faulty(application, "api"))
    with FakeBackend(seed="empty") as backend:
        told = [
            client.open(
                "/v2/tasks/",
                headers={**headers, "X-Fake-Fault": "status/418"},
                environ_overrides=backend._environ(backend.url, backend.storage_url, autojump=True, control=policy),
            ).status_code
            for policy, headers in cases
        ]
    return [status == 418 for status in told]


def shape(path) -> str:
    """Return a path with its ids made alike: of the application's rules and of the matrix."""
    return re.sub(r"<[^>]*>|\{[^}]*\}|(?<=/tokens/)1(?=/)", "{}", path)


def missing() -> set[tuple[str, str]]:
    """Return the operations of the API that the matrix has no row of, and rows of operations that there are none of."""
    rows = {(one.method, shape(one.path)) for one in OPERATIONS} | {(one[0], shape(one[1])) for one in CONTROL}
    return rows ^ {(method, shape(path)) for method, path in operations()}
