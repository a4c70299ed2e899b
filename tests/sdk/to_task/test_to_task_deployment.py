"""A pre-processor is deployed where there is room, looked for before that is repeated, and taken down again.

Source: to_task guide, Pre-processor Management; contract.md 4.
"""

from __future__ import annotations

import pytest
from scripted import Answer
from to_task_rig import AGENT, CODE, dispatches, refused, with_agent

from fake_backend.transports.in_process import ConnectionRefused, NoAnswer, Reset
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotActiveError


def test_capacity_is_asked_for_first(cold) -> None:
    """contract.md 4: a deployment that the agent has no room for is not sent; the reasons are told."""
    with_agent(cold, {"allowed": False, "reasons": ["no GPU free", "memory"], "feasible_replicas": 0})

    assert "deployment blocked by capacity gate (no GPU free; memory)" in refused(cold)
    assert [] == dispatches(cold)
    assert 0 == cold.world.clock.monotonic()
    [asked] = [one for one in cold.world.asked if one.path.endswith("/feasibility/")]
    assert {
        "kind": "serve",
        "replicas": 1,
        "metadata": {"plugin_code": CODE, "agent": AGENT},
    }.items() <= asked.json.items()


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (ConnectionRefused(), "ClientConnectionError"),
        (NoAnswer(), "IncompleteResponseError"),
        (Answer(500, {}), "ServerError"),
        ({"reasons": []}, "MalformedResponse"),
        ([], "ResponseError"),
    ],
    ids=repr,
)
def test_an_agent_that_does_not_say_is_not_deployed_on(cold, answer, name) -> None:
    """contract.md 4: the kind of the failure alone is told."""
    with_agent(cold, answer)
    assert f"feasibility check failed ({name})" in refused(cold)
    assert [] == dispatches(cold)


def test_an_agent_without_an_address_is_not_asked(cold) -> None:
    """Then room is its own concern (contract.md 4)."""
    assert 3 == cold.infer()["success"]
    assert not [asked for asked in cold.world.asked if "/resources/" in asked.path]


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("fault", [NoAnswer(), Answer(502, b""), Answer(504, b"")], ids=repr)
def test_a_dispatch_whose_answer_is_lost_is_looked_for_before_it_is_repeated(cold, fault, arrives) -> None:
    """A second deployment would take the room twice; one that timed out may begin late, and is not repeated at all."""

    def deploy():
        if arrives:
            cold.world.applications = [{"id": 9, "status": "RUNNING"}]
        return fault

    cold.world.deploy = deploy
    if arrives:
        assert 3 == cold.infer()["success"]
    else:
        assert "its deployment dispatch failed" in refused(cold)
    assert (1 if arrives or isinstance(fault, NoAnswer) else 3) == len(dispatches(cold))


@pytest.mark.parametrize("fault", [Answer(429, {}, {"Retry-After": "9"}), Answer(500, b""), Answer(503, b""), Reset()])
def test_a_dispatch_that_came_to_nothing_is_repeated(cold, fault) -> None:
    """It is looked for three times, two seconds apart, after the time that the backend asked for."""
    faults = [fault]

    def deploy():
        if faults:
            return faults.pop()
        cold.world.applications = [{"id": 9, "status": "RUNNING"}]
        return {}

    cold.world.deploy = deploy
    assert 3 == cold.infer()["success"]
    assert 2 == len(dispatches(cold))
    asked_for = [9.0] if isinstance(fault, Answer) and fault.headers else []
    assert [*asked_for, 2.0, 2.0, 2.0] == cold.world.clock.waits[: 3 + len(asked_for)]


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_dispatch_that_is_refused_is_told(cold, status) -> None:
    """An agent without rights, a release that cannot be deployed."""
    cold.world.deploy = lambda: Answer(status, {"detail": "You do not have permission."})
    assert "You do not have permission." in refused(cold)
    assert [] == cold.world.paths("DELETE")


def test_a_conflict_means_that_others_are_at_it(cold) -> None:
    """It is waited for, and not taken down."""

    def deploy():
        cold.world.applications = [{"id": 3, "status": "RUNNING"}]
        return Answer(409, {})

    cold.world.deploy = deploy
    assert 3 == cold.infer()["success"]


def test_it_is_taken_down_on_its_agent(cold) -> None:
    """By the name of its release (both published clients know this call of an agent's)."""
    with_agent(cold, {"allowed": True, "reasons": []})
    cold.world.deploy = lambda: cold.world.applications.append({"id": 9, "status": "DEPLOY_FAILED"})
    refused(cold)
    assert ["/__agents__/1/serve_applications/shapes@1.2.0/"] == cold.world.paths("DELETE")


@pytest.mark.parametrize("fault", [Answer(404, {}), Answer(405, {}), ConnectionRefused()], ids=repr)
def test_an_agent_that_cannot_is_left_to_the_backend(cold, fault) -> None:
    """Its application has an id there."""
    with_agent(cold, {"allowed": True, "reasons": []})
    gate = cold.world.override
    cold.world.override = lambda asked: fault if asked.path.endswith("@1.2.0/") else gate(asked)
    cold.world.deploy = lambda: cold.world.applications.append({"id": 9, "status": "DEPLOY_FAILED"})
    refused(cold)
    assert "/serve_applications/9/" == cold.world.paths("DELETE")[-1]


def test_what_cannot_be_taken_down_is_told_with_the_error(cold) -> None:
    """The promise cannot be kept, and says so."""
    cold.world.deploy = lambda: cold.world.applications.append({"id": 9, "status": "DEPLOY_FAILED"})
    cold.world.override = lambda asked: Answer(500, {}) if asked.method == "DELETE" else None
    with pytest.raises(NotActiveError) as refusal:
        cold.infer()
    [note] = refusal.value.__notes__
    assert note.startswith("Rollback of step 'start' failed: ServerError")
