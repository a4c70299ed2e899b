"""to_task against the fake backend: its rows, its objects, its serving side, its clock."""

from __future__ import annotations

import itertools

import pytest
from to_task_rig import AGENT, annotations
from to_task_world import NAME, document, world

from fake_backend import Settings
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError


def test_files_are_annotated_and_nothing_else_changes() -> None:
    """Each task gets its own file; a task of another project is as it was; a second run finds nothing to do."""
    with world() as here:
        before = here.tasks()
        result = here.start()
        after = here.tasks()

        assert ("SUCCEEDED", 4, 4) == (result["status"], result["total"], result["success"])
        assert {n: ("completed", annotations(n)) for n in (1, 2, 3, 4)} | {5: before[5]} == after
        assert 4 == here.start(task_filters={})["skipped_existing"]
        assert after == here.tasks()


def test_a_pre_processor_answers_for_each_task() -> None:
    """The model gets the picture and the parameters; its answer is stored."""
    with world() as here:
        params = {"confidence_threshold": 0.8, "model_config": {"device": "cuda"}}
        assert 4 == here.infer(pre_processor_params=params)["success"]
        assert {n: ("completed", annotations(n)) for n in (1, 2, 3, 4)}.items() <= here.tasks().items()
        assert [params] * 4 == here.seen


def test_an_agent_without_address_is_as_good() -> None:
    """Nobody can be asked for room then; the roll-out is waited for all the same."""
    with world(document(cold=True, image_pull_seconds=500)) as here:
        assert 4 == here.infer(agent=2)["success"]
        assert {f"{NAME} on 2": "RUNNING"} == here.backend.serving.statuses()


def test_what_a_seed_has_put_to_rest_rests_again() -> None:
    """An application that was NOT_STARTED is so afterwards."""
    seed = document(fails_at="start")
    seed["serve_applications"][0]["status"] = "NOT_STARTED"
    with world(seed) as here:
        before = here.state()
        with pytest.raises(CriticalError, match="DEPLOY_FAILED"):
            here.infer()
        assert before == here.state()


def test_an_agent_that_is_down_is_told_so() -> None:
    """contract.md 4: the feasibility check fails, and nothing is dispatched."""
    with world(document(cold=True)) as here:
        here.backend.serving.lose(AGENT)
        with pytest.raises(CriticalError, match=r"feasibility check failed \(ServerError\)"):
            here.infer()


@pytest.mark.parametrize(
    ("release", "fields"),
    [
        ({"late_calls": [2], "late_seconds": 120}, {}),
        ({"late_calls": "all", "late_seconds": 120}, {"batch_size": 4}),
        ({"deferred_after": 5, "late_calls": "all", "late_seconds": 300}, {}),
        ({"deferred_after": 5, "late_calls": [1, 3], "late_seconds": 300}, {"batch_size": 4}),
        ({"unhealthy_after": 2, "recovers_after": 0}, {}),
        ({"drains_after": 2, "drain_seconds": 15}, {}),
        ({"max_batch_size": 3}, {}),
    ],
    ids=str,
)
def test_a_pre_processor_that_is_slow_or_away_is_survived(release, fields) -> None:
    """Late behind the gateway's 90 s, deferred, drained, rolled out again: no prediction is lost or written twice."""
    with world(document(**release)) as here:
        result = here.infer(**fields)

        assert [] == here.failures()
        assert (4, 0) == (result["success"], result["failed"])
        assert {("completed", n) for n in range(1, 5)} == {
            (status, int(data["objects"][0]["id"].removeprefix("obj_")))
            for number, (status, data) in here.tasks().items()
            if number < 5
        }
        puts = [entry.path for entry in here.backend.journal if entry.method == "PUT"]
        assert len(puts) == len(set(puts)) == 4


@pytest.mark.parametrize(
    ("release", "fields", "success", "reason"),
    [
        ({"empty_calls": [1, 3]}, {}, 2, "Pre-processor returned an empty response"),
        ({"failed_calls": [2]}, {}, 3, "Pre-processor inference failed: 500"),
        ({"unhealthy_after": 3}, {}, 3, "Pre-processor not active: Pre-processor shapes@1.0.0 is in terminal state"),
        ({"late_calls": [4], "late_seconds": 600}, {}, 3, "Pre-processor inference timeout"),
        ({"deferred_after": 5, "late_calls": [1], "late_seconds": 4000}, {}, 3, "Pre-processor inference timeout"),
        ({"out_of_memory_above": 2}, {"batch_size": 2}, 4, None),
        (
            {"out_of_memory_above": 2},
            {"pre_processor_params": {"model_config": {"batch_size": 4}}},
            0,
            "Pre-processor inference failed: 500",
        ),
    ],
    ids=str,
)
def test_a_pre_processor_that_fails_fails_single_tasks(release, fields, success, reason) -> None:
    """Each with its reason; the others are annotated, and the failed ones are as they were."""
    with world(document(**release)) as here:
        result = here.infer(**fields)

        assert (success, 4 - success) == (result["success"], result["failed"])
        assert ("SUCCEEDED" if success else "FAILED") == result["status"]
        assert success == sum(status == "completed" for status, _ in here.tasks().values())
        assert success == 4 or any(reason in line for line in here.failures())
        assert 4 - success == len(here.failures())


def test_a_violation_of_the_schema_names_the_path() -> None:
    """A task whose schema is ``dm_schema_v1`` takes no free form, unless the run says ``any``."""
    seed = document()
    seed["tasks"][1]["schema"] = "dm_schema_v1"
    with world(seed) as here:
        assert 3 == here.start()["success"]
        assert [
            "[Task 2] Failed: the backend refused the annotations: 400 data.annotations: This field is required."
        ] == (here.failures())
        assert 1 == here.start(schema="any")["success"]


@pytest.mark.parametrize(
    "settings",
    [
        {"unit_files": form, "task_unit_files": shown}
        for form, shown in itertools.product(("dict", "list"), (True, False))
    ],
)
def test_files_are_read_in_every_form(settings) -> None:
    """By specification or as a list, with the task or with its data unit."""
    with world(settings=Settings(**settings)) as here:
        assert 4 == here.start()["success"]
