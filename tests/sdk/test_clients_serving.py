"""The calls that pre-annotation needs of v1, and the agents' own surface (contract.md 1.1, 4 and 7)."""

from __future__ import annotations

import pytest
from scripted import USER_TOKEN, Answer, words_of

from fake_backend.transports.in_process import NoAnswer, Reset
from sdk.clients.agent import AgentClient
from sdk.clients.errors import (
    ClientConnectionError,
    ClientError,
    ClientTimeoutError,
    ConfigurationError,
    IncompleteResponseError,
    ResponseError,
    ServerError,
    ValidationError,
)

AGENT_TOKEN = "a9" * 20


@pytest.fixture
def agent(mount, clock):
    """Make a client of a scripted agent."""
    clients = []

    def make(script, **options):
        url, application = mount(script)
        client = AgentClient(
            f"{url}/__agents__/7",
            **{"agent_token": AGENT_TOKEN, "user_token": USER_TOKEN, "tenant": "acme", "clock": clock} | options,
        )
        clients.append(client)
        return client, application

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    ("call", "url"),
    [
        (lambda client: client.get_data_collection(4), "/data_collections/4/?expand=file_specifications"),
        (lambda client: client.get_task(5), "/tasks/5/"),
        (
            lambda client: client.get_task(5, fields=("id", "data"), expand=("data_unit",)),
            "/tasks/5/?fields=id,data&expand=data_unit",
        ),
        (lambda client: client.get_data_unit(6), "/data_units/6/?expand=files"),
        (lambda client: client.get_plugin_release(8), "/plugin_releases/8/"),
    ],
)
def test_single_rows_are_asked_for_by_path(v1, call, url) -> None:
    """contract.md 7, minimum surface; an answer that is no object breaks the contract."""
    client, backend = v1([{"id": 1}, []])

    assert {"id": 1} == call(client)
    assert url == backend.asked[0].url
    with pytest.raises(ResponseError):
        call(client)


def test_lists_are_walked_to_their_end_by_page_number(v1) -> None:
    """contract.md 7: ``agents/?id=`` and ``serve_applications/?plugin_code=&job__agent=``."""
    pages = [{"results": [{"id": 1}], "next": "?page=2"}, {"results": [{"id": 2}], "next": None}]
    client, backend = v1([*pages, *pages, *pages])

    assert [{"id": 1}, {"id": 2}] == client.list_agents(1)
    assert [{"id": 1}, {"id": 2}] == client.list_agents()
    assert [{"id": 1}, {"id": 2}] == client.list_serve_applications("yolo", 9)
    assert ["/agents/?id=1", "/agents/?page=2", "/agents/", "/agents/?page=2"] == [a.url for a in backend.asked[:4]]
    assert "/serve_applications/?plugin_code=yolo&job__agent=9" == backend.asked[4].url


def test_annotations_go_as_they_are(v1) -> None:
    """contract.md 4, annotate: ``{"action": "submit", "data": ...}``; ``?schema=any`` only when asked for."""
    client, backend = v1([{}, {}, {}])
    data = {"objects": [{"이름": 1.5}]}
    client.annotate_task(5, data)
    client.annotate_task(5, data, action="save", schema="any")

    first, second = backend.asked
    assert ("PUT", "/tasks/5/annotate_task_data/") == (first.method, first.url)
    assert {"action": "submit", "data": data} == first.json
    assert "/tasks/5/annotate_task_data/?schema=any" == second.url
    assert {"action": "save", "data": data} == second.json


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NoAnswer(), ClientTimeoutError),
        (Reset(), ClientConnectionError),
        (Answer(503, {}), ServerError),
        (Answer(400, {"detail": {"objects": [["required"]]}}), ValidationError),
    ],
)
def test_a_write_is_sent_once(v1, clock, answer, error) -> None:
    """A PUT that was processed and not answered would be done again (incidents.md 4: four arrivals)."""
    client, backend = v1(lambda _: answer)
    with pytest.raises(error):
        client.annotate_task(5, {})

    assert 1 == len(backend.asked)
    assert [] == clock.waits


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (NoAnswer(), IncompleteResponseError),
        (Reset(), IncompleteResponseError),
        (Answer(504, b"<html>"), ServerError),
    ],
)
def test_an_action_of_a_plugin_is_run_once(v1, clock, answer, error) -> None:
    """A deployment that arrives twice takes twice the room."""
    client, backend = v1(lambda _: answer)
    with pytest.raises(error) as failure:
        client.run_plugin("a/b c", {"agent": 1, "action": "deployment", "params": {}})

    assert ["/plugins/a/b c/run/"] == [asked.path for asked in backend.asked]
    assert {"agent": 1, "action": "deployment", "params": {}} == backend.asked[0].json
    assert [] == clock.waits
    assert isinstance(answer, NoAnswer) == getattr(failure.value, "timed_out", False)


def test_what_is_served_is_stopped_by_its_id(v1) -> None:
    """The backend's resource, for agents that have no address."""
    client, backend = v1([Answer(204)])
    client.delete_serve_application(3)

    assert ("DELETE", "/serve_applications/3/") == (backend.asked[0].method, backend.asked[0].path)


def test_an_agent_is_asked_in_its_users_name(agent) -> None:
    """contract.md 1.1: its own token bare, the user's and the tenant's with ``Token``."""
    client, asked = agent([{"allowed": True, "reasons": [], "feasible_replicas": 2}, {"gpu": {}}, Answer(204)])
    assert client.check_feasibility("serve", num_cpus=1, num_gpus=0.5, metadata={"agent": 7})["allowed"]
    assert {"gpu": {}} == client.get_cluster_resources()
    client.delete_serve_application("yolo@1.0/2")

    first, second, third = asked.asked
    assert (AGENT_TOKEN, f"Token {USER_TOKEN}", "Token acme") == tuple(
        first.headers[name] for name in ("authorization", "synapse-user", "synapse-tenant")
    )
    assert "/__agents__/7/resources/feasibility/" == first.path
    assert {
        "kind": "serve",
        "num_cpus": 1,
        "num_gpus": 0.5,
        "memory_bytes": None,
        "replicas": 1,
        "metadata": {"agent": 7},
    } == first.json
    assert "/__agents__/7/resources/cluster/?use_cache=true" == second.url
    assert ("DELETE", "/__agents__/7/serve_applications/yolo@1.0/2/") == (third.method, third.path)


def test_an_agents_secrets_show_nowhere(agent) -> None:
    """Neither its token nor the user's stands in an error."""
    client, _ = agent(lambda asked: Answer(400, dict(asked.headers)))
    with pytest.raises(ClientError) as refusal:
        client.get_cluster_resources()

    assert AGENT_TOKEN not in words_of(refusal.value)
    assert USER_TOKEN not in words_of(refusal.value)
    assert AGENT_TOKEN not in repr(client)


@pytest.mark.parametrize(
    ("row", "reachable"),
    [
        ({"url": "http://agent.invalid", "token": AGENT_TOKEN}, True),
        (
            {"url": "http://agent.invalid", "node_install_script": f"curl x/agents/{AGENT_TOKEN}/node_install_script"},
            True,
        ),
        ({"url": None, "token": AGENT_TOKEN}, False),
        ({"url": " ", "token": AGENT_TOKEN}, False),
        ({"url": "http://agent.invalid", "token": ""}, False),
        ({"url": "http://agent.invalid", "node_install_script": "none"}, False),
        ({}, False),
    ],
)
def test_an_agent_without_address_or_token_is_not_asked(v1, row, reachable) -> None:
    """contract.md 4: no agent URL, no capacity gate."""
    client, _ = v1([])

    assert reachable == (client.agent_client(row) is not None)


def test_an_address_that_is_none_is_refused(v1) -> None:
    """A row may hold anything."""
    client, _ = v1([])
    with pytest.raises(ConfigurationError):
        client.agent_client({"url": "agent.invalid", "token": AGENT_TOKEN})
