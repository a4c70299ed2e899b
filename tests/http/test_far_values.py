"""Values at the far end of what a client can write: refused or taken, never a 500, and readable ever after."""

from __future__ import annotations

import pytest
import requests

from fake_backend import FakeBackend, Settings
from tests.serving.serving_world import serving

JOB = "11111111-1111-1111-1111-111111111111"
EDGES = ["9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+09:00"]  # instants of a year that UTC does not have
BEYOND = [2**63, 10**30, -(10**30)]


@pytest.mark.parametrize("moment", EDGES)
def test_an_entry_of_an_instant_that_utc_has_not_is_refused(acme, moment) -> None:
    """400 by field in the second API; the first one takes any text, and the second one shows when it came."""
    entry = {"event": "message", "data": {}, "datetime": moment}
    single = acme.post(f"/v2/jobs/{JOB}/logs/", json=entry)
    several = acme.post(f"/v2/jobs/{JOB}/logs/bulk/", json={"logs": [entry]})

    assert [400, 400] == [single.status_code, several.status_code]
    assert "datetime" == single.json()["error"]["details"][0]["field"]
    assert [] == acme.get("/v2/job-logs/").json()["data"]
    assert 201 == acme.post("/logs/", json={**entry, "job": JOB}).status_code
    assert 1 == len(acme.get("/v2/job-logs/").json()["data"])


@pytest.mark.parametrize("meta", [None, 0, 1.5, True, "", "error", [], {"error": "full"}, {}])
def test_a_meta_of_any_json_leaves_the_list_of_jobs_readable(acme, meta) -> None:
    """What went wrong is told by an object alone."""
    assert 200 == acme.patch(f"/v2/jobs/{JOB}/", json={"meta": meta}).status_code
    told = meta.get("error") if isinstance(meta, dict) else None
    listed = acme.get("/v2/jobs/").json()["data"]

    assert [told] == [row["error"] for row in listed if row["id"] == JOB]
    assert (told, meta) == tuple(acme.get(f"/v2/jobs/{JOB}/").json()["data"][name] for name in ("error", "meta"))


@pytest.mark.parametrize("path", ["/sdk/tasks/", "/jobs/", "/v2/tasks/"])
@pytest.mark.parametrize(
    "keys", [["a", "a.b"], ["task", "task[0]"], ['["\\ud800"]'], [f"a[{'9' * 5_000}]"], ["a[0]"], ["[0]"], ["..", "[]"]]
)
def test_a_strict_world_refuses_keys_that_look_like_places_by_their_names(path, keys) -> None:
    """A key of a query is one name, whatever it looks like."""
    with FakeBackend(seed="empty", settings=Settings(strict=True)) as backend:
        headers = backend.tokens["acme"].headers
        answer = requests.get(backend.url + path, params=dict.fromkeys(keys, "1"), headers=headers)

    assert 400 == answer.status_code
    told = answer.json()
    named = [one["field"] for one in told["error"]["details"]] if path.startswith("/v2/") else list(told)
    assert sorted(keys) == sorted(named)


@pytest.mark.parametrize("agent", BEYOND)
@pytest.mark.parametrize("action", ["deployment", "inference"])
def test_an_agent_of_a_number_beyond_any_id_is_not_there(agent, action) -> None:
    """400, as for any other agent that is not there."""
    with serving() as (_, user, _):
        answer = user.caller.post("/plugins/code-1/run/", json={"action": action, "agent": agent, "params": {}})

    assert (400, ["agent"]) == (answer.status_code, list(answer.json()))


@pytest.mark.parametrize("number", [10**309, 2**63, -1])
@pytest.mark.parametrize("name", ["num_cpus", "num_gpus", "memory_bytes", "replicas"])
def test_a_need_beyond_any_machine_is_refused(name, number) -> None:
    """400 of the API and 422 of an agent; a whole number need not fit a float."""
    needs = {"kind": "serve", "num_cpus": 0, "num_gpus": 0, "memory_bytes": 0, "replicas": 1, name: number}
    with serving(agents=[{"id": 1, "tenant": "acme", "token": "a" * 40}]) as (backend, user, _):
        asked = user.caller.post("/plugins/code-1/run/", json={"action": "deployment", "agent": 1, "params": needs})
        headers = {"Authorization": "a" * 40, "SYNAPSE-Tenant": "Token acme"}
        url = f"{backend.url}/__agents__/1/resources/feasibility/"
        answer = requests.post(url, json=needs, headers=headers)

    assert 422 == answer.status_code
    assert 400 == asked.status_code or name == "replicas"  # of which the API's own name is another


@pytest.mark.parametrize("path", ["/sdk/tasks/", "/v2/tasks/", "/jobs/", "/v2/job-logs/"])
@pytest.mark.parametrize(
    "key", ["page", "page_size", "per_page", "project", "id", "ids", "id__in", "id__gte", "cursor"]
)
def test_a_number_of_any_length_is_no_defect(acme, path, key) -> None:
    """Python reads no more than 4,300 digits; Django refuses, or finds no row."""
    assert acme.get(path, params={key: "9" * 4_400}).status_code in {200, 400, 404}


def test_a_search_has_at_most_four_hundred_words(acme) -> None:
    """SQLite nests expressions a thousand deep; the same word again is no further one."""
    words = [f"w{number}" for number in range(401)]

    assert 200 == acme.get("/sdk/tasks/", params={"search": ",".join(words[:400])}).status_code
    assert 200 == acme.get("/sdk/tasks/", params={"search": "a," * 2_000}).status_code
    assert 400 == acme.get("/sdk/tasks/", params={"search": ",".join(words)}).status_code
    body = {"storage_id": 3, "path": "p", "targets": ["task"], "project_id": 1, "filter": {"search": ",".join(words)}}
    assert 400 == acme.post("/v2/plugin_exports/", json=body).status_code
