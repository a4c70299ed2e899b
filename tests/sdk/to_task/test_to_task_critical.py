"""Critical errors: the guide's words with a remedy, before the first task is written, and then all is as it was."""

from __future__ import annotations

import tempfile

import pytest
from scripted import Answer
from to_task_rig import AGENT, CODE, PROJECT, RELEASE

from sdk.plugins.categories.pre_annotation.actions.to_task import (
    CriticalError,
    ToTaskAction,
    ValidationStrategy,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import BackendError, StrategyError
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.finalize import FinalizeStep
from sdk.plugins.errors import StepFailed

FILE, INFERENCE = "file", "inference"
COLD = {"applications": []}


def changed(**fields):
    """Return what sets attributes of the world."""

    def change(world):
        for name, value in fields.items():
            setattr(world, name, value)

    return change


def answered(path, answer):
    """Return what gives every request to a path one answer."""

    def change(world):
        world.override = lambda asked: answer if asked.path == path else None

    return change


def configured(**config):
    """Return what replaces the configuration of the release."""
    return changed(release={"id": RELEASE, "version": "1", "config": {"code": CODE} | config})


CASES = [
    # the guide's common errors, with its solutions
    (
        FILE,
        changed(project={"id": PROJECT, "data_collection": None}),
        {},
        "Project has no data collection",
        "Link a data collection to your project before running.",
    ),
    (
        FILE,
        changed(),
        {"target_specification_name": "annotations"},
        "Target specification not found: 'annotations'; the project's file specifications are: 'image_1', ",
        "Verify the target_specification_name exists in project file specifications.",
    ),
    (
        INFERENCE,
        changed(applications=[{"id": 1, "status": "UNHEALTHY"}]),
        {},
        "Pre-processor not active: Pre-processor shapes@1.2.0 is in terminal state (UNHEALTHY)",
        "Deploy and start your pre-processor before running inference annotation.",
    ),
    (
        FILE,
        changed(tasks={}),
        {},
        "No tasks found matching filters",
        "Check your task_filters criteria and verify tasks exist.",
    ),
    # its validation errors, but for those above
    (
        FILE,
        answered(f"/projects/{PROJECT}/", Answer(404, {})),
        {},
        "Invalid project: project not found: 123",
        "Check project ID and permissions.",
    ),
    (
        INFERENCE,
        answered(f"/projects/{PROJECT}/", Answer(403, {})),
        {},
        "Invalid project: no access to project 123",
        "Check project ID and permissions.",
    ),
    (
        INFERENCE,
        answered(f"/plugin_releases/{RELEASE}/", Answer(404, {})),
        {},
        "Pre-processor not found: release 789",
        "Check pre-processor ID and status.",
    ),
    (
        INFERENCE,
        changed(release={"id": RELEASE, "version": None, "config": {"code": CODE}}),
        {},
        "Pre-processor not found: release 789 has no valid configuration",
        "Check pre-processor ID and status.",
    ),
    # the guide's requirements
    (FILE, changed(agents=[]), {}, "Agent not found: 1", "Check the agent's ID and your permissions."),
    (
        FILE,
        changed(agents=[{"id": AGENT, "projects": [7, 8]}]),
        {},
        "Agent 1 has no permissions on project 123",
        "Choose an agent with permissions on the project, or grant them to this one.",
    ),
    (
        INFERENCE,
        configured(data_type="pcd"),
        {},
        "Pre-processor shapes@1 takes pcd, and the project's tasks show image",
        "Choose a pre-processor that supports the data types in your tasks.",
    ),
    (
        INFERENCE,
        configured(tasks=["video.tracking", "audio.speech"]),
        {},
        "Pre-processor shapes@1 takes audio, video, and",
        "Choose a pre-processor that supports",
    ),
    (
        INFERENCE,
        changed(**COLD),
        {"auto_start": False},
        "Pre-processor not active: Pre-processor shapes@1.2.0 is NOT_STARTED, and auto_start is off",
        "Deploy and start your pre-processor",
    ),
    # the backend itself
    (
        FILE,
        answered("/sdk/tasks/", Answer(401, {})),
        {},
        "The backend refuses the caller",
        "Check the token, the tenant",
    ),
    (
        FILE,
        answered("/sdk/tasks/", Answer(400, {"created__gte": ["bad"]})),
        {},
        "step 'fetch_tasks'",
        "Nothing was written",
    ),
    (FILE, answered("/agents/", Answer(500, {})), {}, "step 'initialize'", "Nothing was written"),
]


@pytest.mark.parametrize(
    ("method", "change", "fields", "message", "remedy"), CASES, ids=[case[3][:50] for case in CASES]
)
def test_an_error_says_what_and_what_to_do_and_changes_nothing(
    rig, method, change, fields, message, remedy, tmp_path, monkeypatch
) -> None:
    """Guide, Critical Errors and Common Errors and Solutions."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    change(rig.world)
    before = rig.world.state()
    with pytest.raises(CriticalError) as refusal:
        (rig.start if method == FILE else rig.infer)(**fields)

    assert message in refusal.value.message
    assert remedy in refusal.value.remedy
    assert f"{refusal.value.message}. {refusal.value.remedy}" == str(refusal.value)
    assert before == rig.world.state()
    assert [] == rig.world.writes
    assert {"GET"} == {asked.method for asked in rig.world.asked}
    assert [] == list(tmp_path.iterdir())
    assert ("critical", str(refusal.value)) == (rig.logger.events[-1][2], rig.logger.lines[-1])


def test_no_agents_at_all_is_no_refusal(rig) -> None:
    """A backend that does not serve the list says nothing about rights (contract.md 7: the run survives it)."""
    rig.world.override = lambda asked: Answer(404, {}) if asked.path == "/agents/" else None
    assert "SUCCEEDED" == rig.start()["status"]


@pytest.mark.parametrize("projects", [None, [PROJECT, 5]])
def test_an_agent_with_rights_may_work(rig, projects) -> None:
    """No list of projects means all of them."""
    rig.world.agents = [{"id": 99, "projects": []}, {"id": AGENT, "projects": projects}]
    assert 3 == rig.start()["success"]


class Filling(ValidationStrategy):
    """A validation that leaves a file in the workspace and fails."""

    def __init__(self, error) -> None:
        self.error = error
        self.seen = None

    def validate(self, context):
        (context.workspace / "scratch").write_text("x")
        self.seen = context.workspace
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (CriticalError("Only on Mondays", "Wait."), CriticalError, "Only on Mondays"),
        (KeyError("x"), StrategyError, "Step 'validate': KeyError: 'x'"),
    ],
)
def test_temporary_files_are_gone(rig, error, kind, message) -> None:
    """Guide, Critical Errors, 3: temporary files are cleaned up; whatever a validation raises is critical."""
    filling = Filling(error)

    class Action(ToTaskAction):
        def validation_strategies(self):
            return [filling]

    with pytest.raises(kind) as refusal:
        rig.start(Action)
    assert message == refusal.value.message
    assert not filling.seen.exists()


def test_what_is_written_cannot_be_critical(rig) -> None:
    """Guide: individual task failures don't stop the workflow; from the first write on there is nothing else."""

    class Turning(ToTaskAction):
        def convert_data_from_file(self, *args, task_data, **options):
            if task_data["id"] > 1:
                raise CriticalError("Too late", "None.")
            return super().convert_data_from_file(*args, task_data=task_data, **options)

    result = rig.start(Turning)

    assert ("SUCCEEDED", 1, 2) == (result["status"], result["success"], result["failed"])
    assert "[Task 2] Failed: Too late. None." in rig.logger.lines


def test_before_the_first_write_a_task_may_turn_out_to_be_critical(rig) -> None:
    """A strategy that sees at its first task that the rest is in vain says so."""

    class Turning(ToTaskAction):
        def convert_data_from_file(self, *args, **options):
            raise CriticalError("Wrong world", "Find another.")

    with pytest.raises(CriticalError, match="Wrong world"):
        rig.start(Turning)
    assert [] == rig.world.writes


def test_completed_steps_are_rolled_back_the_last_one_first(rig) -> None:
    """Guide, Critical Errors, 1 and 2; a rollback that fails is told with the error and stops nobody."""
    undone = []

    class Action(ToTaskAction):
        def setup_steps(self, registry):
            super().setup_steps(registry)
            for step in registry:
                step.rollback = self.undo(step.name)

        def undo(self, name):
            def rollback(context, result):
                undone.append(name)
                if name == "prepare":
                    raise OSError("disk")

            return rollback

        def validation_strategies(self):
            return [Filling(CriticalError("No", "Yes."))]

    with pytest.raises(CriticalError) as refusal:
        rig.start(Action)
    assert ["validate", "fetch_tasks", "prepare", "initialize"] == undone
    assert ["Rollback of step 'prepare' failed: OSError: disk"] == refusal.value.__notes__


def test_an_interrupted_run_is_rolled_back_too(rig) -> None:
    """Ctrl-C while a cold pre-processor is waited for leaves none behind."""
    rig.world.applications = []
    rig.world.deploy = lambda: rig.world.applications.append({"id": 5, "status": "DEPLOYING"})

    def impatient(seconds):
        if "Waiting" in rig.logger.lines[-1]:
            raise KeyboardInterrupt

    rig.world.clock.sleep = impatient
    with pytest.raises(KeyboardInterrupt):
        rig.infer()
    assert [] == rig.world.applications


def test_a_fault_of_the_steps_after_the_first_write_is_not_called_critical(rig) -> None:
    """``CriticalError`` promises that nothing was written."""

    class Failing(FinalizeStep):
        step_name = "report"

        def execute(self, context):
            raise OSError("disk")

    class Action(ToTaskAction):
        def setup_steps(self, registry):
            super().setup_steps(registry)
            registry.unregister("finalize")
            registry.insert_after("annotate_task_data", Failing())

    with pytest.raises(StepFailed, match="disk") as failure:
        rig.start(Action)
    assert not isinstance(failure.value, CriticalError)


def test_a_backend_that_is_not_there_is_told_so(rig) -> None:
    """With the step that asked, and without a secret."""
    rig.world.override = lambda asked: Answer(503, {}) if asked.path.startswith("/projects") else None
    with pytest.raises(BackendError, match="step 'initialize'") as refusal:
        rig.start()
    assert rig.client.redact(str(refusal.value)) == str(refusal.value)
