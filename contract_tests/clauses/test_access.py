"""Who may see what: no token, a wrong one, both spellings of the headers, and another tenant's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import requests

from contract_tests import strategies
from contract_tests.clauses.wide import CONFINES, WIDE
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNKNOWN_JOB = "00000000-0000-4000-8000-000000000000"
EXPORT = {"storage_id": strategies.STORAGE, "path": "exports/a", "targets": ["task"], "project_id": 1}
FOREIGN_STORAGE = 4  # the other tenant's own, so that nothing but the scope is out of its reach
DOCUMENT = {
    **WIDE,
    "storages": [
        *WIDE["storages"],
        {**WIDE["storages"][0], "id": FOREIGN_STORAGE, "tenant": strategies.OTHER_TENANT},
    ],
    "jobs": [{"id": "7", "tenant": strategies.MAIN_TENANT}],
}
ROUTES = [
    ("GET", "/sdk/tasks/", None),
    ("GET", "/sdk/assignments/", None),
    ("GET", "/sdk/ground_truth_events/", None),
    ("GET", "/projects/1/", None),
    ("GET", "/data_collections/1/", None),
    ("GET", "/ground_truth_dataset_versions/51/", None),
    ("GET", f"/storages/{strategies.STORAGE}/", None),
    ("POST", f"/storages/{strategies.STORAGE}/session/", {"purpose": "read"}),
    ("GET", "/jobs/7/", None),
    ("PATCH", "/jobs/7/", {"status": "RUNNING"}),
    ("POST", "/logs/", {"event": "message", "data": {}, "job": "7"}),
    ("GET", "/v2/tasks/", None),
    ("GET", "/v2/assignments/", None),
    ("GET", "/v2/ground-truth-events/", None),
    ("GET", "/v2/ground-truth-datasets/", None),
    ("GET", "/v2/ground-truth-datasets/5/", None),
    ("POST", "/v2/tasks/bulk-fetch/", {"ids": [1]}),
    ("POST", "/v2/assignments/bulk-fetch/", {"ids": [1]}),
    ("POST", "/v2/ground-truth-events/bulk-data/", {"pgh_ids": [1]}),
    ("POST", "/v2/plugin_exports/", EXPORT),
    ("GET", f"/v2/async_jobs/{UNKNOWN_JOB}/", None),
    ("GET", f"/v2/async_jobs/{UNKNOWN_JOB}/progress/", None),
    ("POST", f"/v2/async_jobs/{UNKNOWN_JOB}/cancel/", None),
]
OWNED = re.compile(r"/(1|3|5|7|51)/")  # paths that name something of the main tenant
BULK: dict[str, tuple[str, str]] = {
    "task": ("/v2/tasks/bulk-fetch/", "ids"),
    "assignment": ("/v2/assignments/bulk-fetch/", "ids"),
    "ground_truth": ("/v2/ground-truth-events/bulk-data/", "pgh_ids"),
}


@pytest.fixture
def backend() -> Iterator[FakeBackend]:
    """A backend with rows of every target, one job, and two tenants."""
    with FakeBackend(seed=DOCUMENT) as opened:
        yield opened


def ask(
    backend: FakeBackend, method: str, path: str, headers: Mapping[str, str], body: Any = None
) -> requests.Response:
    """Send one request."""
    return requests.request(method, backend.url + path, headers=headers, json=body, timeout=30)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token nobody"}, {"SYNAPSE-ACCESS-TOKEN": "nobody"}])
def test_without_a_good_token_nothing_answers(
    backend: FakeBackend, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    """No or a wrong token is 401 wherever one asks, before anything is looked at."""
    assert ask(backend, method, path, headers, body).status_code == 401


def test_both_spellings_of_the_headers_are_the_same_user(backend: FakeBackend) -> None:
    """The v1 client writes ``Token`` before the access token and the tenant, the v2 client does not."""
    tokens = backend.tokens[strategies.MAIN_TENANT]
    spellings = [
        {"Authorization": f"Token {tokens.user}", "Synapse-Tenant": f"Token {tokens.tenant}"},
        {"Synapse-Access-Token": f"Token {tokens.access}", "Synapse-Tenant": f"Token {tokens.tenant}"},
        {"SYNAPSE-ACCESS-TOKEN": str(tokens.access), "SYNAPSE-Tenant": tokens.tenant},
        {"Authorization": f"Token {tokens.user}", "SYNAPSE-ACCESS-TOKEN": str(tokens.access)},
    ]
    for headers in spellings:
        answers = [ask(backend, "GET", path, headers) for path in ("/sdk/tasks/", "/v2/tasks/")]

        assert [200, 200] == [answer.status_code for answer in answers]
        assert [12, 12] == [len(answer.json().get("results", answer.json().get("data"))) for answer in answers]


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("/sdk/tasks/?project=1", "results"),
        ("/sdk/assignments/?project=1", "results"),
        ("/sdk/ground_truth_events/?ground_truth_dataset_versions=51", "results"),
        ("/sdk/ground_truth_events/?ground_truth=1", "results"),
        ("/v2/tasks/?project=1", "data"),
        ("/v2/assignments/?project=1", "data"),
        ("/v2/ground-truth-events/?ground_truth_dataset_version=51", "data"),
        ("/v2/ground-truth-events/?project=1", "data"),
        ("/v2/ground-truth-datasets/?project=1", "data"),
    ],
)
def test_another_tenants_lists_are_empty(backend: FakeBackend, path: str, rows: str) -> None:
    """A filter of a foreign project or version selects nothing; it is no error, and it tells nothing."""
    own, foreign = (
        ask(backend, "GET", path, backend.tokens[code].headers)
        for code in (strategies.MAIN_TENANT, strategies.OTHER_TENANT)
    )

    assert (200, []) == (foreign.status_code, foreign.json()[rows])
    assert own.json()[rows]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [route for route in ROUTES if OWNED.search(route[1])],
)
def test_another_tenants_rows_do_not_exist(backend: FakeBackend, method: str, path: str, body: Any) -> None:
    """What belongs to somebody else answers as what was never there: 404."""
    foreign = backend.tokens[strategies.OTHER_TENANT].headers

    assert ask(backend, method, path, foreign, body).status_code == 404
    assert ask(backend, method, path, backend.tokens[strategies.MAIN_TENANT].headers, body).ok


@pytest.mark.parametrize("target", TARGETS)
def test_another_tenants_bulk_and_job_are_out_of_reach(backend: FakeBackend, target: Target) -> None:
    """Bulk drops foreign keys, an export of a foreign scope is 400 before a job exists, a foreign job is 404."""
    own, foreign = (backend.tokens[code].headers for code in (strategies.MAIN_TENANT, strategies.OTHER_TENANT))
    path, keys = BULK[target]
    export = {
        "storage_id": strategies.STORAGE,
        "path": "exports/a",
        "targets": [target],
        "filter": CONFINES[target],
        **({} if target == "ground_truth" else {"project_id": strategies.MAIN_PROJECT}),
    }
    job = ask(backend, "POST", "/v2/plugin_exports/", own, export).json()["data"]["job_id"]
    answers = [
        ask(backend, "POST", path, foreign, {keys: [1]}),
        ask(backend, "POST", "/v2/plugin_exports/", foreign, export | {"storage_id": FOREIGN_STORAGE}),
        ask(backend, "GET", f"/v2/async_jobs/{job}/", foreign),
        ask(backend, "GET", f"/v2/async_jobs/{job}/progress/", foreign),
        ask(backend, "POST", f"/v2/async_jobs/{job}/cancel/", foreign),
    ]

    assert [200, 400, 404, 404, 404] == [answer.status_code for answer in answers]
    assert [] == answers[0].json()["data"]
    assert "storage" not in answers[1].text
    assert ask(backend, "POST", path, own, {keys: [1]}).json()["data"]


def test_an_async_job_is_its_owners_alone(backend: FakeBackend) -> None:
    """A colleague of the same tenant gets what is answered for a job that never was, and the job goes on."""
    own = backend.tokens[strategies.MAIN_TENANT].headers
    colleague = _colleague(backend)
    job = ask(backend, "POST", "/v2/plugin_exports/", own, EXPORT).json()["data"]["job_id"]
    for method, rest in (("GET", ""), ("GET", "progress/"), ("POST", "cancel/")):
        answers = [ask(backend, method, f"/v2/async_jobs/{one}/{rest}", colleague) for one in (job, UNKNOWN_JOB)]

        assert [404, 404] == [answer.status_code for answer in answers]
        told = [answer.json()["error"] for answer in answers]
        assert [job, UNKNOWN_JOB] == [error.pop("received") for error in told]
        assert told[0] == told[1]
    assert ask(backend, "GET", f"/v2/async_jobs/{job}/", own).json()["data"]["status"] == "PENDING"


def test_what_is_no_async_job_is_the_tenants(backend: FakeBackend) -> None:
    """Everything else that the tenant has is shown to a colleague as it is to whoever made it."""
    own, colleague = backend.tokens[strategies.MAIN_TENANT].headers, _colleague(backend)
    ask(backend, "PATCH", "/jobs/7/", own, {"status": "RUNNING"})
    for path in ("/jobs/7/", "/projects/1/", f"/storages/{strategies.STORAGE}/", "/sdk/tasks/?project=1"):
        answers = [ask(backend, "GET", path, headers) for headers in (own, colleague)]

        assert [200, 200] == [answer.status_code for answer in answers]
        assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("kind", ["user", "access"])
@pytest.mark.parametrize("path", ["/sdk/tasks/", "/v2/tasks/"])
def test_a_token_that_has_ended_is_one_that_nobody_has(backend: FakeBackend, kind: str, path: str) -> None:
    """Good before its instant and not at it; revoked, it is over at once; nobody learns which of the three it is."""
    user = strategies.SURROUNDINGS["users"][0]["id"]
    lasting, short = (backend.tokens.create(user, kind, seconds) for seconds in (None, 60))
    name = "Authorization" if kind == "user" else "SYNAPSE-ACCESS-TOKEN"

    def answers() -> list[requests.Response]:
        return [ask(backend, "GET", path, {name: f"Token {one.token}"}) for one in (lasting, short)]

    backend.clock.sleep(59.999999)
    assert [200, 200] == [answer.status_code for answer in answers()]
    backend.clock.sleep(0.000001)
    assert [200, 401] == [answer.status_code for answer in answers()]
    backend.tokens.revoke(lasting.id)
    ended = [*answers(), ask(backend, "GET", path, {name: "Token nobody"})]
    assert [401] * 3 == [answer.status_code for answer in ended]
    assert {"Invalid token."} == {
        answer.json().get("detail", answer.json().get("error", {}).get("message")) for answer in ended
    }
    assert {"Token"} == {answer.headers["WWW-Authenticate"] for answer in ended}


def test_an_agent_reaches_what_it_has_rights_on() -> None:
    """Rights on everything, on another project, on nothing; and no answer tells what is there but out of reach."""
    agents = [
        {"id": number, "tenant": strategies.MAIN_TENANT, "token": token * 40, "projects": projects}
        for number, (token, projects) in enumerate({"a": None, "b": [2], "c": []}.items(), 1)
    ]
    with FakeBackend(seed={**DOCUMENT, "agents": agents}) as backend:
        own = backend.tokens[strategies.MAIN_TENANT].headers

        def told(path: str) -> list[tuple[int, str]]:
            answers = (
                ask(backend, "GET", path, {**own, "SYNAPSE-Agent": f"Token {agent['token']}"}) for agent in agents
            )
            return [(answer.status_code, re.sub(r"req_\w+", "", answer.text)) for answer in answers]

        for path in ("/projects/{}/", "/tasks/{}/", "/v2/ground-truth-datasets/{}/"):
            there = told(path.format(5 if "datasets" in path else 1))
            assert [200, 403, 403] == [status for status, _ in there]
            assert there[1:] == told(path.format(777_777))[1:]
        for path, rows in (("/sdk/tasks/?project=1", "results"), ("/v2/assignments/?project=1", "data")):
            listed = told(path)
            assert [200, 200, 403] == [status for status, _ in listed]
            assert f'"{rows}":[]' in listed[1][1]
            assert f'"{rows}":[]' not in listed[0][1]
        nobody = {**own, "SYNAPSE-Agent": "Token nobody"}
        assert [401, 401] == [ask(backend, "GET", path, nobody).status_code for path in ("/sdk/tasks/", "/v2/tasks/")]


def test_what_a_body_names_of_another_tenant_does_not_exist(backend: FakeBackend) -> None:
    """A log entry's job and an export's storage: 400, the same for an id that nobody has, and nothing is written."""
    foreign = backend.tokens[strategies.OTHER_TENANT].headers
    own = backend.tokens[strategies.MAIN_TENANT].headers
    before = ask(backend, "GET", "/jobs/7/", own).json()

    def told(path: str, body: Any, received: object) -> tuple[int, str]:
        answer = ask(backend, "POST", path, foreign, body)
        return answer.status_code, re.sub(r"req_\w+", "", answer.text).replace(str(received), "-")

    entry = {"event": "message", "data": {}}
    logs = [told("/logs/", {**entry, "job": job}, job) for job in ("7", "777")]
    exports = [told("/v2/plugin_exports/", {**EXPORT, "project_id": project}, project) for project in (1, 777)]
    assert [400, 400] == [status for status, _ in (logs[0], exports[0])]
    assert (logs[0], exports[0]) == (logs[1], exports[1])
    assert before == ask(backend, "GET", "/jobs/7/", own).json()


def _colleague(backend: FakeBackend) -> dict[str, str]:
    """Return the headers of a user of the main tenant who is not its first."""
    document = {
        "tenants": [{"code": strategies.MAIN_TENANT}],
        "users": [{"id": 4711, "tenant": strategies.MAIN_TENANT}],
    }
    backend.seed(document)
    return backend.tokens.create(4711).headers
