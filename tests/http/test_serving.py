"""What clients see of agents, releases and serve applications: lists, rights, capacity, roll-outs."""

from __future__ import annotations

import pytest
import requests

from tests.http.small_backend import places
from tests.serving.serving_world import JOB, ROLL_OUT, RUNNING, User, serving

FEASIBILITY = {"kind": "serve", "num_cpus": 1, "num_gpus": 0.5, "memory_bytes": None, "replicas": 1, "metadata": {}}


def test_agents_are_listed_with_what_reaches_them() -> None:
    """An address below the backend's own, or none; a token, or the script that holds it; rights."""
    agents = [
        {"id": 1, "tenant": "acme", "name": "lab", "token": "0123456789" * 4, "token_in_script": True},
        {"id": 2, "tenant": "acme", "has_address": False, "projects": [1], "failure": "down"},
        {"id": 9, "tenant": "globex"},
    ]
    with serving(agents=agents) as (backend, user, _):
        first, second = user.caller.get("/agents/").json()["results"]
        assert [2] == [row["id"] for row in user.caller.get("/agents/?id=2").json()["results"]]

    assert (f"{backend.url}/__agents__/1", None, None, "connected") == (
        first["url"],
        first["token"],
        first["projects"],
        first["status"],
    )
    assert f"agents/{'0123456789' * 4}/node_install_script" in first["node_install_script"]
    assert (None, [1], None, "disconnected", 40) == (
        second["url"],
        second["projects"],
        second["node_install_script"],
        second["status"],
        len(second["token"]),
    )


def test_a_release_shows_a_configuration_that_its_row_may_replace() -> None:
    """Resources, batch and data types follow from the row; ``config`` goes over it object by object."""
    given = {"config": {"actions": {"inference": {"method": "post"}}, "code": "other"}}
    release = {"num_cpus": 2, "num_gpus": 0.5, "memory_bytes": 7, "num_replicas": 2, "max_batch_size": 8}
    with serving({**release, **given, "data_types": ["image", "pcd"]}) as (_, user, _):
        body = user.caller.get("/plugin_releases/1/").json()
        assert body == user.caller.get("/plugin_releases/code-1@1.0.0/").json()
        assert 404 == user.caller.get("/plugin_releases/code-1@2/").status_code

    config = body["config"]
    assert ("1.0.0", "other", ["image", "pcd"]) == (body["version"], config["code"], config["supported_data_types"])
    assert {"serve_options": {"batch": {"max_batch_size": 8}}} == config["actions"]["deployment"]
    assert {
        "method": "post",
        "required_resources": {"required_cpu_count": 2.0, "required_gpu_count": 0.5, "memory": 7, "num_replicas": 2},
    } == config["actions"]["inference"]


@pytest.mark.parametrize("path", ["/plugin_releases/1/", "/serve_applications/1/", "/plugins/code-1/run/"])
def test_what_is_another_tenants_is_not_there(path) -> None:
    """404 for everybody else, and nothing in their lists."""
    with serving(applications=RUNNING) as (backend, user, _):
        stranger = User(backend, "globex")
        method = {"/serve_applications/1/": "delete", "/plugins/code-1/run/": "post"}.get(path, "get")
        body = {"agent": 9, "action": "deployment", "params": {}}
        assert 404 == getattr(stranger.caller, method)(path, json=body).status_code
        assert [] == stranger.applications()
        assert 401 == requests.request(method, backend.url + path, json=body, timeout=5).status_code
        assert "RUNNING" == user.status()
        stranger.caller.session.close()


def test_an_agent_is_asked_with_its_own_token() -> None:
    """Bare, as the agent client sends it; without it 401, also where no agent is; without an address 404."""
    with serving() as (backend, user, _):
        assert 200 == user.agent("resources/cluster/?use_cache=true").status_code
        assert 401 == user.agent("resources/cluster/", headers={"Authorization": "0" * 40}).status_code
        assert 403 == user.agent("resources/cluster/", headers={"Synapse-Tenant": "Token globex"}).status_code
        for agent in (2, 77):
            assert 401 == requests.get(f"{backend.url}/__agents__/{agent}/resources/cluster/", timeout=5).status_code
        behind = {row["id"]: row["token"] for row in user.caller.get("/agents/").json()["results"]}[2]
        url = f"{backend.url}/__agents__/2/resources/cluster/"
        assert 404 == requests.get(url, headers={"Authorization": behind}, timeout=5).status_code


@pytest.mark.parametrize(("whose", "status"), [("acme", 200), ("globex", 401), ("nobody", 401)])
def test_the_user_that_an_agent_is_told_of_must_be_one_of_its_tenant(whose, status) -> None:
    """``SYNAPSE-User``, which the agent client sends along (contract.md 1.1), is a credential like the others."""
    with serving() as (backend, user, _):
        token = backend.tokens[whose].user if whose in backend.tokens else "nobody"
        headers = {"Synapse-User": f"Token {token}"}
        assert status == user.agent("resources/cluster/", headers=headers).status_code


def test_feasibility_is_what_is_free_now() -> None:
    """Reasons name what is short, what is needed and what is free; nothing is reserved by asking."""
    with serving({"num_cpus": 3, "num_gpus": 0.7}, applications=RUNNING) as (_, user, _):
        told = user.agent("resources/feasibility/", "post", json=FEASIBILITY).json()
        small = user.agent("resources/feasibility/", "post", json={**FEASIBILITY, "num_gpus": 0.1}).json()
        snapshot = user.agent("resources/cluster/").json()

    assert {
        "allowed": False,
        "reasons": ["gpu_unavailable: 0.5 needed, 0.3 of 1 free"],
        "feasible_replicas": 0,
    } == told
    assert (True, [], 1) == (small["allowed"], small["reasons"], small["feasible_replicas"])
    assert {"total": 4.0, "used": 3.0, "available": 1.0} == snapshot["cpu"]
    assert (1, 0, 70.0, 1) == (
        snapshot["gpu"]["total_gpus"],
        snapshot["gpu"]["available_gpus"],
        snapshot["gpu"]["max_utilization"],
        snapshot["total_serve_replicas"],
    )


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "party"},
        {"num_cpus": None},
        {"num_cpus": -1},
        {"num_gpus": "1"},
        {"replicas": 0},
        {"memory_bytes": True},
    ],
)
def test_a_question_that_makes_no_sense_is_422(change) -> None:
    """The agent says what it wants."""
    with serving() as (_, user, _):
        answer = user.agent("resources/feasibility/", "post", json={**FEASIBILITY, **change})

    assert (422, "unprocessable") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(("failure", "status"), [("down", 502), ("malformed", 200)])
def test_an_agent_that_fails_does_so_to_everybody(failure, status) -> None:
    """Down is 502 to a question, a deployment and a call; malformed is an answer without ``allowed``."""
    agents = [{"id": 1, "tenant": "acme", "failure": failure}]
    with serving(agents=agents, applications=RUNNING) as (_, user, _):
        answer = user.agent("resources/feasibility/", "post", json=FEASIBILITY)
        cluster = user.agent("resources/cluster/")
        called = user.infer()

    assert (status, status) == (answer.status_code, cluster.status_code)
    assert "allowed" not in answer.json()
    assert {"down": 502, "malformed": 200}[failure] == called.status_code


@pytest.mark.parametrize("seconds", [(180, 180, 180), (0, 0, 0), (30, 10, 20)])
def test_a_roll_out_takes_what_its_release_says(seconds) -> None:
    """DEPLOYING in three parts, RUNNING at their end, and a job that says so; no sooner and no later."""
    pull, start, warm_up = seconds
    release = {"image_pull_seconds": pull, "start_seconds": start, "warm_up_seconds": warm_up}
    with serving(release) as (backend, user, _):
        job = user.deploy().json()["id"]
        seen = []
        for part, told in ((pull, "image_pull"), (start, "start"), (warm_up, "warm_up")):
            if part:
                seen.append((told, user.applications()[0]["data"]["phase"]))
                backend.clock.advance(part - 0.5)
                seen.append((told, user.applications()[0]["data"]["phase"]))
                assert ("DEPLOYING", "RUNNING") == (user.status(), user.caller.get(f"/jobs/{job}/").json()["status"])
                backend.clock.advance(0.5)
        backend.clock.advance(0)
        assert all(told == found for told, found in seen)
        assert ("RUNNING", "SUCCEEDED") == (user.status(), user.caller.get(f"/jobs/{job}/").json()["status"])
        assert sum(seconds) == backend.clock.monotonic()


@pytest.mark.parametrize(("phase", "after"), [("image_pull", 30), ("start", 40), ("warm_up", 60)])
def test_a_roll_out_that_fails_does_so_at_the_end_of_a_part(phase, after) -> None:
    """DEPLOY_FAILED with a reason, capacity given back, and a job that failed; it can be tried again."""
    with serving({"fails_at": phase}) as (backend, user, _):
        job = user.deploy().json()["id"]
        backend.clock.advance(after - 0.1)
        assert "DEPLOYING" == user.status()
        backend.clock.advance(0.1)
        (row,) = user.applications()
        assert ("DEPLOY_FAILED", "") == (row["status"], row["data"]["phase"])
        assert "Failed:" in row["data"]["reason"]
        told = user.caller.get(f"/jobs/{job}/").json()
        assert ("FAILED", {"error": row["data"]["reason"]}) == (told["status"], told["result"])
        assert 0 == backend.serving.account(1).held.num_cpus
        assert job != user.deploy().json()["id"]
        assert "DEPLOYING" == user.status()


def test_a_deployment_that_comes_again_is_the_same() -> None:
    """A POST that was sent four times leaves one application and one job (incidents.md 4, SYN-7486)."""
    with serving() as (backend, user, _):
        answers = [user.deploy().json() for _ in range(2)]
        backend.clock.advance(ROLL_OUT)
        answers += [user.deploy().json() for _ in range(2)]
        assert 1 == len(user.applications())

    assert [answers[0]["id"]] * 4 == [answer["id"] for answer in answers]


def test_who_finds_no_room_waits_in_the_order_of_asking() -> None:
    """NOT_STARTED, with position, reason and blockers in ``meta.queue``; room that is given back starts them."""
    small = {"num_cpus": 0.5}
    with serving({"num_cpus": 3}, {"num_cpus": 2}, {"num_cpus": 3}, small) as (backend, user, _):
        jobs = [user.deploy(f"code-{number}").json()["id"] for number in (1, 2, 3, 4)]

        def queue():
            told = [user.caller.get(f"/jobs/{job}/").json()["meta"]["queue"] for job in jobs]
            return [one and (one["position"], one["reason"], one["blockers"]) for one in told]

        short = (1, "cpu_unavailable", ["cpu_unavailable"])
        assert [None, short, (2, *short[1:]), (3, "dependency_pending", [])] == queue()
        assert ["DEPLOYING", "NOT_STARTED", "NOT_STARTED", "NOT_STARTED"] == [
            row["status"] for row in user.applications()
        ]
        backend.clock.advance(ROLL_OUT)
        user.caller.delete(f"/serve_applications/{user.applications(plugin_code='code-1')[0]['id']}/")
        assert [None, None, short, (2, "dependency_pending", [])] == queue()
        user.caller.delete(f"/serve_applications/{user.applications(plugin_code='code-3')[0]['id']}/")
        assert [None, None, None, None] == queue()
        assert [("code-2", "DEPLOYING"), ("code-4", "DEPLOYING")] == [
            (row["plugin_code"], row["status"]) for row in user.applications()
        ]
        assert "STOPPED" == user.caller.get(f"/jobs/{jobs[2]}/").json()["status"]


def test_roll_outs_are_counted_apart_from_room() -> None:
    """``max_deployments`` at a time; who waits for that alone is told ``slots_full``."""
    agents = [{"id": 1, "tenant": "acme", "max_deployments": 1}]
    with serving({}, {}, agents=agents) as (backend, user, _):
        user.deploy("code-1")
        job = user.deploy("code-2").json()["id"]
        queue = user.caller.get(f"/jobs/{job}/").json()["meta"]["queue"]
        assert (1, "slots_full", ["slots_full"]) == (queue["position"], queue["reason"], queue["blockers"])
        backend.clock.advance(ROLL_OUT)
        assert ("RUNNING", "DEPLOYING") == (user.status("code-1"), user.status("code-2"))


def test_an_agent_that_can_never_hold_it_says_so_at_once() -> None:
    """DEPLOY_FAILED, and nobody waits behind it."""
    with serving({"num_gpus": 2}, {}) as (_, user, _):
        user.deploy("code-1")
        user.deploy("code-2")
        (first, second) = user.applications()
        assert ("DEPLOY_FAILED", "DEPLOYING") == (first["status"], second["status"])
        assert "gpu_unavailable: 2 needed, 1 of 1 free" in first["data"]["reason"]


def test_what_a_deployment_asks_for_goes_before_what_the_release_says() -> None:
    """The params of the run (contract.md 4); what they leave out is the release's."""
    with serving({"num_cpus": 2, "memory_bytes": 5}) as (backend, user, _):
        user.deploy(params={"num_cpus": 1, "num_gpus": 0.25, "num_replicas": 3})
        held = backend.serving.account(1).held

    assert (3, 0.75, 15, 3) == (held.num_cpus, float(held.num_gpus), held.memory_bytes, held.replicas)


def test_a_job_that_asks_is_told_where_its_deployment_waits() -> None:
    """``job_id`` of the run, or the seed's ``job``; its status stays its own."""
    applications = ({"id": 5, "plugin_release": 3, "agent": 1, "status": "NOT_STARTED", "job": "12"},)
    with serving({"num_cpus": 3}, {"num_cpus": 3}, {"num_cpus": 4}) as (backend, user, _):
        user.deploy("code-1")
        assert JOB == user.deploy("code-2", job_id=JOB).json()["id"]
        seed = {"tenants": [{"code": "acme"}], "jobs": [{"id": "12", "tenant": "acme"}]}
        agents = [{"id": 1, "tenant": "acme", "num_cpus": 4, "num_gpus": 1}]
        releases = [{"id": 3, "tenant": "acme", "code": "code-3", "num_cpus": 4}]
        backend.seed({**seed, "agents": agents, "plugin_releases": releases, "serve_applications": list(applications)})
        assert "12" == user.deploy("code-3").json()["id"]
        told = {job: user.caller.get(f"/jobs/{job}/").json() for job in (JOB, "12")}

    assert {JOB: (1, "PENDING"), "12": (2, "PENDING")} == {
        job: (one["meta"]["queue"]["position"], one["status"]) for job, one in told.items()
    }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "training"}, "action"),
        ({"action": None}, "action"),
        ({"agent": 9}, "agent"),
        ({"agent": "1"}, "agent"),
        ({"agent": True}, "agent"),
        ({"params": None}, "params"),
        ({"params": {"num_cpus": -1}}, "params.num_cpus"),
        ({"params": {"num_cpus": "1"}}, "params.num_cpus"),
        ({"params": {"num_replicas": 0}}, "params.num_replicas"),
        ({"params": {"num_replicas": 1.5}}, "params.num_replicas"),
        ({"params": {"memory": 1e30}}, "params.memory"),
        ({"version": 1}, "version"),
        ({"job_id": "none"}, "job_id"),
    ],
)
def test_a_deployment_that_makes_no_sense_is_refused(body, field) -> None:
    """400 by field, and there is no application."""
    with serving() as (_, user, _):
        answer = user.deploy(**body)

        assert (400, [field]) == (answer.status_code, places(answer.json()))
        assert [] == user.applications()


def test_a_version_is_deployed_or_the_newest() -> None:
    """The release of the greatest id, unless the run names a version; a version that is not there is 404."""
    releases = ({"code": "shapes", "version": "2"}, {"code": "shapes", "version": "1"})
    with serving(*releases) as (_, user, _):
        assert 404 == user.deploy("shapes", version="3").status_code
        user.deploy("shapes")
        user.deploy("shapes", version="2")
        assert [("shapes@1", 2), ("shapes@2", 1)] == [
            (row["data"]["name"], row["plugin_release"])
            for row in user.applications(plugin_code="shapes", job__agent=1)
        ]
        assert [] == user.applications(plugin_code="shapes", job__agent=2)


@pytest.mark.parametrize("by", ["id", "name"])
def test_a_deletion_gives_everything_back(by) -> None:
    """By id at the backend or by name at the agent: DELETING while it drains, then gone, unless a seed named it."""
    applications = ({"id": 40, "plugin_release": 2, "agent": 1, "status": "RUNNING"},)
    with serving({"drain_seconds": 5}, {}, applications=applications) as (backend, user, _):
        user.deploy()
        backend.clock.advance(ROLL_OUT)

        def delete(row):
            if by == "id":
                return user.caller.delete(f"/serve_applications/{row['id']}/").status_code
            return user.agent(f"serve_applications/{row['data']['name']}/", "delete").status_code

        lasting, made = user.applications()
        assert [204] * 3 == [delete(made), delete(made), delete(lasting)]
        assert [("code-2", "NOT_STARTED"), ("code-1", "DELETING")] == [
            (row["plugin_code"], row["status"]) for row in user.applications()
        ]
        assert 409 == user.deploy().status_code
        assert 1 == backend.serving.account(1).held.replicas
        backend.clock.advance(5)
        assert [40] == [row["id"] for row in user.applications()]
        assert 0 == backend.serving.account(1).held.replicas
        assert 404 == delete(made)


def test_an_agent_that_is_lost_takes_what_it_serves_along_until_it_is_back() -> None:
    """RUNNING is UNAVAILABLE, a roll-out has failed, and both agent and backend answer 502 to what needs it."""
    with serving({}, {}, {"num_cpus": 3}, applications=RUNNING) as (backend, user, _):
        user.deploy("code-2")
        user.deploy("code-3")
        backend.serving.lose(1)
        assert ["UNAVAILABLE", "DEPLOY_FAILED", "NOT_STARTED"] == [row["status"] for row in user.applications()]
        assert (502, 502) == (user.deploy("code-2").status_code, user.infer().status_code)
        backend.clock.advance(ROLL_OUT)
        assert "NOT_STARTED" == user.status("code-3")
        backend.serving.restore(1)
        assert ["RUNNING", "DEPLOY_FAILED", "DEPLOYING"] == [row["status"] for row in user.applications()]


def test_an_agent_writes_where_it_has_rights() -> None:
    """``SYNAPSE-Agent`` names it (contract.md 1.1): 403 elsewhere, 401 for a token that no agent of the tenant has."""
    with serving() as (backend, user, _):
        tokens = {row["id"]: row["token"] for row in user.caller.get("/agents/").json()["results"]}
        foreign = User(backend, "globex").caller.get("/agents/").json()["results"][0]["token"]

        def write(token):
            headers = {"Synapse-Agent": f"Token {token}"}
            return user.caller.put("/tasks/1/annotate_task_data/", json={"data": {"a": 1}}, headers=headers).status_code

        assert [200, 403, 401, 401] == [write(tokens[1]), write(tokens[2]), write(foreign), write("nobody")]
