"""A world with something of everything, and everybody who may ask for it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass

import requests
from sqlalchemy import select

from fake_backend import FakeBackend
from fake_backend.store.schema import metadata
from tests.http.three_targets import three_targets

MARK = "acme-private"  # stands in every text of the first tenant's
AGENT, WITHOUT_RIGHTS, ELSEWHERE, FOREIGN_AGENT = "a" * 40, "b" * 40, "c" * 40, "d" * 40

HERE = {
    "task": 1,
    "assignment": 101,
    "event": 990,
    "project": 1,
    "unit": 1,
    "collection": 1,
    "storage": 3,
    "dataset": 1,
    "version": 11,
    "job": "11111111-1111-1111-1111-111111111111",
    "release": 1,
    "code": "code-1",
    "undeployed": "code-2",
    "application": 40,
    "agent": 1,
    "name": "code-1@1.0.0",
}
NOWHERE = {
    **dict.fromkeys(HERE, 777),
    "log": 777,
    "job": "22222222-2222-2222-2222-222222222222",
    "async_job": "00000000-0000-4000-8000-000000000000",
    "code": "code-777",
    "undeployed": "code-777",
    "name": "code-777@1.0.0",
}
"""The ids of the first tenant's, and ids that nobody has; of the former, job and log are made when the world is."""


@dataclass(frozen=True)
class Somebody:
    """Who asks: a column of the matrix.

    Args:
        name: Heading of the column.
        headers: What they present to the API.
        at_agent: What they present to an agent.
    """

    name: str
    headers: dict[str, str]
    at_agent: dict[str, str]


@dataclass(frozen=True)
class Asked:
    """A world to be asked.

    Args:
        backend: Open.
        here: Ids of the first tenant's things.
        callers: By name.
        session: By which they ask; it keeps nothing of them.
    """

    backend: FakeBackend
    here: dict[str, object]
    callers: dict[str, Somebody]
    session: requests.Session

    def rows(self):
        """Return every row of every table: what a refused write must leave as it was."""
        with self.backend._world.database.transaction() as connection:
            return {
                table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }


def document():
    """Return the seed: two tenants, of whom the second has a storage, a project, an agent and a job of its own."""
    seed = three_targets()
    for row in (*seed["projects"][:1], *seed["storages"][:2]):
        row["name" if "provider" in row else "title"] = MARK
    for resource in ("data_collections", "data_units"):
        seed[resource][0]["name"] = MARK
    for row in (*seed["tasks"][:8], *seed["assignments"][:-1], *seed["ground_truth_events"][:-1]):
        row["data"] = {"note": MARK, **row["data"]}
    for dataset in seed["ground_truth_datasets"][:2]:
        dataset["name"] = MARK
    seed["projects"].append({"id": 4, "tenant": "acme"})
    seed["agents"] = [
        {"id": 1, "tenant": "acme", "name": MARK, "token": AGENT, "num_cpus": 4},
        {"id": 2, "tenant": "acme", "name": MARK, "token": WITHOUT_RIGHTS, "projects": []},
        {"id": 3, "tenant": "acme", "name": MARK, "token": ELSEWHERE, "projects": [4]},
    ]
    seed["plugin_releases"] = [
        {"id": 1, "tenant": "acme", "code": "code-1", "name": MARK, "model": "echo"},
        {"id": 2, "tenant": "acme", "code": "code-2", "name": MARK, "model": "echo"},
    ]
    seed["serve_applications"] = [{"id": 40, "plugin_release": 1, "agent": 1, "status": "RUNNING", "reason": MARK}]
    seed["users"][0]["name"] = MARK
    return seed


@contextmanager
def asked_world():
    """Yield a new world with an export job of its first user, and its callers."""
    with FakeBackend(seed=document()) as backend, requests.Session() as session:
        session.trust_env = False  # else the surroundings are searched for proxies at each request
        backend.serving.register("echo", lambda request: {"objects": [], "note": MARK})
        expired = backend.tokens.create(user=1, expires_in=60)
        revoked = backend.tokens.create(user=1)
        backend.tokens.revoke(revoked.id)
        backend.clock.advance(60)
        yield Asked(
            backend,
            {**HERE, "async_job": _job(backend), "log": _log(backend)},
            _callers(backend, expired.token, revoked.token),
            session,
        )


def _job(backend):
    body = {"storage_id": 3, "path": MARK, "targets": ["task"], "project_id": 1, "chunk_size": 1}
    answer = requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=backend.tokens["acme"].headers)
    return answer.json()["data"]["job_id"]


def _log(backend):
    told = {"event": "message", "data": {"text": MARK}, "datetime": "2026-01-15T09:00:00Z"}
    url = f"{backend.url}/v2/jobs/{HERE['job']}/logs/"
    return requests.post(url, json=told, headers=backend.tokens["acme"].headers).json()["data"]["id"]


def _callers(backend, expired, revoked):
    own, theirs = backend.tokens["acme"].headers, backend.tokens["globex"].headers

    def user(token):
        return {"Authorization": f"Token {token}", "Synapse-Tenant": "Token acme"}

    def of_agent(token, user=None):
        return {"Authorization": token, **({"Synapse-User": f"Token {user}"} if user else {})}

    stranger = backend.tokens["globex"].user
    told = [
        Somebody("no token", {}, {}),
        Somebody("wrong token", user("f" * 40), of_agent("f" * 40)),
        Somebody("expired token", user(expired), of_agent(AGENT, expired)),
        Somebody("revoked token", user(revoked), of_agent(AGENT, revoked)),
        Somebody("other tenant", theirs, of_agent(AGENT, stranger)),
        Somebody("other tenant in our name", {**theirs, "Synapse-Tenant": "Token acme"}, of_agent(FOREIGN_AGENT)),
        Somebody("other owner", user("colleague"), of_agent(AGENT, "colleague")),
        Somebody("agent without rights", {**own, "Synapse-Agent": f"Token {WITHOUT_RIGHTS}"}, of_agent(WITHOUT_RIGHTS)),
        Somebody("agent with rights elsewhere", {**own, "Synapse-Agent": f"Token {ELSEWHERE}"}, of_agent(ELSEWHERE)),
        Somebody("owner", own, of_agent(AGENT, backend.tokens["acme"].user)),
    ]
    return {one.name: one for one in told}
