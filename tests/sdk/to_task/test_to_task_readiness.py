"""A pre-processor is found, started and waited for (to_task guide, Pre-processor Management).

Source of the numbers: contract.md 4, waiting; incidents.md 5, SYN-7259: 600 s, not 180.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer
from to_task_rig import AGENT, RELEASE, VERSION, dispatches, refused, rigged, rolls_out, with_agent

from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotActiveError
from sdk.plugins.categories.pre_annotation.actions.to_task.standing import Place, standing_of


def test_a_running_one_is_used_as_it_is(rig) -> None:
    """Nothing is started, and nothing is stopped in the end."""
    rig.world.applications = [{"id": 1, "status": "UNHEALTHY"}, {"id": 2, "status": "RUNNING"}]
    before = rig.world.state()["applications"]

    assert 3 == rig.infer()["success"]
    assert [] == dispatches(rig)
    assert before == rig.world.applications


def test_a_cold_one_is_started_and_waited_for(cold) -> None:
    """Guide: starts the pre-processor if needed, waits for it; a roll-out of nine minutes is within the time."""
    rolls_out(cold, 540)
    cold.world.release["config"]["actions"]["inference"] = {
        "required_resources": {"required_cpu_count": 2, "num_gpus": 1, "memory": 1 << 30, "num_replicas": 2}
    }

    assert 3 == cold.infer()["success"]
    assert [
        {
            "agent": AGENT,
            "action": "deployment",
            "version": VERSION,
            "params": {"num_cpus": 2, "num_gpus": 1, "memory": 1 << 30, "num_replicas": 2},
            "language": "en",
        }
    ] == dispatches(cold)
    assert 540 <= cold.world.clock.monotonic() < 560
    assert [{"id": 9, "status": "RUNNING"}] == cold.world.applications


def test_what_a_release_does_not_say_has_defaults(cold) -> None:
    """contract.md 4: one processor, a tenth of a graphics processor."""
    assert 3 == cold.infer()["success"]
    assert {"num_cpus": 1, "num_gpus": 0.1} == dispatches(cold)[0]["params"]


def test_a_roll_out_of_eleven_minutes_is_out_of_time(cold) -> None:
    """The time-out says the last known reason; what was started is taken down, and its end is waited for."""
    rolls_out(cold, 660)
    message = refused(cold)

    assert message.endswith(
        "Pre-processor shapes@1.2.0 did not become ready within timeout (600 s); last-known reason: DEPLOYING"
    )
    assert 600 <= cold.world.clock.monotonic() < 670
    assert 1 == len(dispatches(cold))


@pytest.mark.parametrize("seconds", [10, 10.5, 600])
def test_the_time_is_a_parameter(cold, seconds) -> None:
    """Ready exactly in time is ready."""
    rolls_out(cold, seconds)
    assert 3 == cold.infer(ready_timeout=seconds)["success"]


@pytest.mark.parametrize("status", ["DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE"])
def test_a_terminal_failure_is_told_at_once(cold, status) -> None:
    """Not waited out (incidents.md 5, SYN-7005); what this run has left there is removed."""
    rolls_out(cold, 25, status)

    assert f"reached terminal state ({status})" in refused(cold)
    assert cold.world.clock.monotonic() < 40


@pytest.mark.parametrize("status", ["DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE"])
def test_what_others_left_in_a_terminal_state_is_not_active_and_not_touched(rig, status) -> None:
    """Whoever owns it decides; nothing is started beside it."""
    rig.world.applications = [{"id": 1, "status": status}]
    assert f"is in terminal state ({status})" in refused(rig)
    assert [] == dispatches(rig)


@pytest.mark.parametrize("status", [None, "NOT_STARTED", "DEPLOYING", "DELETING"])
def test_without_auto_start_only_a_running_one_is_active(rig, status) -> None:
    """*Not active* means ``auto_start=False`` too."""
    rig.world.applications = [] if status is None else [{"id": 1, "status": status}]
    assert f"is {status or 'NOT_STARTED'}, and auto_start is off" in refused(rig, auto_start=False)
    assert 0 == rig.world.clock.monotonic()


def test_one_that_others_are_starting_is_waited_for_and_left_to_them(rig) -> None:
    """Nothing is dispatched, and a time-out takes nothing down."""
    rig.world.applications = [{"id": 1, "status": "DEPLOYING"}]
    assert "did not become ready" in refused(rig, ready_timeout=30)
    assert [] == dispatches(rig)
    assert [] == rig.world.paths("DELETE")


def test_one_that_is_going_is_started_when_it_is_gone(rig) -> None:
    """A deployment into one that is being taken down would be taken down with it."""
    rig.world.applications = [{"id": 1, "status": "DELETING"}]
    rolls_out(rig, 20)

    def gone(asked):
        if rig.world.clock.monotonic() >= 30:
            rig.world.override = lambda _: None
            rig.world.applications = []

    rig.world.override = gone
    assert 3 == rig.infer()["success"]
    assert 1 == len(dispatches(rig))
    assert rig.world.clock.monotonic() >= 50


def test_an_idle_application_is_brought_to_life_and_put_to_rest_again(rig) -> None:
    """The same row before and after: NOT_STARTED."""
    rig.world.applications = [{"id": 9, "status": "NOT_STARTED"}]
    rolls_out(rig, 9999)

    def stop(asked):
        if asked.method == "DELETE":
            rig.world.applications = [{"id": 9, "status": "NOT_STARTED"}]
            return Answer(204)
        return None

    rig.world.override = stop
    deploy = rig.world.deploy
    rig.world.deploy = lambda: (deploy(), setattr(rig.world, "override", stop))[0]
    refused(rig)


def test_a_long_wait_says_why(cold) -> None:
    """From the third look on: capacity again, the cluster, and the queue of the job (contract.md 4)."""
    rolls_out(cold, 9999)
    deploy = cold.world.deploy
    cold.world.deploy = lambda: (deploy(), with_agent(cold, {"allowed": False, "reasons": ["no GPU free"]}))[0]
    with_agent(cold, {"allowed": True, "reasons": []})
    message = refused(cold)

    assert message.endswith("last-known reason: no GPU free; 0 GPU(s) free")
    waiting = [line for line in cold.logger.lines if line.startswith("Waiting for Pre-processor shapes@1.2.0")]
    assert "Waiting for Pre-processor shapes@1.2.0: 0 s." == waiting[0]
    assert "Waiting for Pre-processor shapes@1.2.0: 30 s, no GPU free; 0 GPU(s) free." == waiting[3]


@pytest.mark.parametrize("told", [{"id": "deployment"}, {}, "no JSON"])
def test_the_queue_tells_the_place(cold, told) -> None:
    """``meta.queue`` of the deployment's job, or of the run's where the other is not known (contract.md 4)."""
    known = "deployment" if told == {"id": "deployment"} else "77"
    cold.world.deploy = lambda: cold.world.applications.append({"id": 9, "status": "NOT_STARTED"}) or told
    cold.world.jobs[known] = {"meta": {"queue": {"position": 3, "blockers": ["job 5", "job 6"]}}}
    params = {"name": "x", "project": 123, "agent": AGENT, "task_filters": {}, "method": "inference"}
    action = ToTaskAction(run=cold.run_instance(job_id="77"), params=params | {"pre_processor": RELEASE})
    with pytest.raises(CriticalError, match=r"last-known reason: position 3 in the queue \(job 5; job 6\)"):
        action.start()
    assert 1 == len(dispatches(cold))
    assert [] == cold.world.applications


def test_one_that_others_have_asked_for_is_waited_for_in_the_queue(rig) -> None:
    """NOT_STARTED with a place in the queue: a deployment beside it would be one too many; it is not ours to stop."""
    rig.world.applications = [{"id": 4, "status": "NOT_STARTED", "job": "theirs"}]
    rig.world.jobs["theirs"] = {"meta": {"queue": {"position": 1}}}
    refused(rig, ready_timeout=40)
    assert [] == dispatches(rig)

    rig.world.jobs["theirs"] = {"meta": {"queue": None}}
    rig.world.deploy = lambda: rig.world.applications.__setitem__(0, {"id": 4, "status": "RUNNING", "job": "ours"})
    assert 3 == rig.infer()["success"]


@pytest.mark.parametrize("other", ["RUNNING", "UNHEALTHY", "DEPLOYING"])
def test_another_release_of_the_plugin_is_not_it(rig, other) -> None:
    """The list is by plugin; inferences are by version. What others run is left to them."""
    theirs = {"id": 4, "status": other, "plugin_release": RELEASE + 1}
    rig.world.applications = [theirs]
    rig.world.deploy = lambda: rig.world.applications.append(
        {"id": 5, "status": "DEPLOY_FAILED", "plugin_release": RELEASE}
    )
    assert "reached terminal state (DEPLOY_FAILED)" in refused(rig)
    assert ["/serve_applications/5/"] == rig.world.paths("DELETE")
    rig.world.deploy = lambda: rig.world.applications.append({"id": 6, "status": "RUNNING", "plugin_release": RELEASE})
    assert 3 == rig.infer()["success"]


def test_a_backend_that_stumbles_while_it_is_waited_for_costs_time_only(cold) -> None:
    """The roll-out goes on meanwhile."""
    rolls_out(cold, 60)
    deploy = cold.world.deploy

    def stumbling():
        deploy()
        look = cold.world.override

        def override(asked):
            early = asked.path == "/serve_applications/" and 10 <= cold.world.clock.monotonic() < 40
            return Answer(503, {}) if early else look(asked)

        cold.world.override = override

    cold.world.deploy = stumbling
    assert 3 == cold.infer()["success"]


def test_with_nothing_to_do_nothing_is_started(cold) -> None:
    """All tasks are annotated already."""
    for task in cold.world.tasks.values():
        task["status_label"] = "completed"
    assert "SUCCEEDED" == cold.infer(task_filters={})["status"]
    assert [] == dispatches(cold)


STATUSES = ("NOT_STARTED", "DEPLOYING", "RUNNING", "DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE", "DELETING")


@given(statuses=st.lists(st.sampled_from(STATUSES)), order=st.randoms(use_true_random=False))
def test_the_standing_does_not_depend_on_the_order(statuses, order) -> None:
    """RUNNING wins over all, a roll-out over what has failed; without either there is nothing to wait for."""
    shuffled = order.sample(statuses, len(statuses))
    place = standing_of([{"status": status} for status in statuses]).place

    assert place is standing_of([{"status": status} for status in shuffled]).place
    assert ("RUNNING" in statuses) == (place is Place.RUNNING)
    assert (not set(statuses) - {"NOT_STARTED"}) == (place is Place.ABSENT)
    if place is Place.ENDED:
        assert not {"RUNNING", "DEPLOYING"} & set(statuses)


def test_a_word_of_a_newer_backend_is_waited_for() -> None:
    """Whatever it means, a second deployment would be too many."""
    assert Place.COMING is standing_of([{"status": "WARMING_UP"}]).place
    assert Place.ABSENT is standing_of([{}, {"status": None}]).place


@given(
    seconds=st.floats(0, 120),
    status=st.sampled_from(["RUNNING", "DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE"]),
    limit=st.floats(1, 120),
)
def test_it_runs_or_nothing_is_left_of_it(seconds, status, limit) -> None:
    """However long a roll-out takes and however it ends: success, or the world as before; never two deployments."""
    for rig in rigged(1):
        rig.world.applications = []
        rolls_out(rig, seconds, status)
        try:
            assert 1 == rig.infer(ready_timeout=limit)["success"]
        except NotActiveError:
            assert [] == rig.world.applications
            assert None is rig.world.tasks[1]["data"]
            assert status != "RUNNING" or seconds > limit
        else:
            assert "RUNNING" == status
            assert seconds <= limit
        assert 1 == len(dispatches(rig))
