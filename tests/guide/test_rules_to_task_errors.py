"""Rules of the to_task guide about errors: its words to the letter, its solutions, and what is left behind."""

from __future__ import annotations

import tempfile

import pytest
from guide_to_task_world import BARE, CAST, annotated, document, opened

from fake_backend.transports.in_process import InProcess, Mount
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction, ValidationStrategy

PAIR = {1: CAST[1], 2: CAST[2]}
COMMON = [  # situation, the guide's words, its solution
    (
        {"project": BARE},
        "Project has no data collection",
        "Link a data collection to your project before running.",
    ),
    (
        {"target_specification_name": "annotations"},
        "Target specification not found",
        "Verify the target_specification_name exists in project file specifications.",
    ),
    (
        {"method": "inference", "pre_processor": 789, "auto_start": False},
        "Pre-processor not active",
        "Deploy and start your pre-processor before running inference annotation.",
    ),
    (
        {"task_filters": {"status": "skipped"}},
        "No tasks found matching filters",
        "Check your task_filters criteria and verify tasks exist.",
    ),
]
VALIDATION = [
    ({"task_filters": {"id": 4711}}, "No tasks found", "verify tasks exist"),
    ({"project": 999}, "Invalid project", "Check project ID and permissions"),
    ({"target_specification_name": "x"}, "Target specification not found", "Verify the target_specification_name"),
    ({"method": "inference", "pre_processor": 790}, "Pre-processor not found", "Check pre-processor ID and status"),
]


@pytest.fixture(scope="module")
def cold():
    """A world whose pre-processor is yet to be started; nothing here starts it."""
    with opened(cold=True) as world:
        yield world


@pytest.mark.parametrize(("situation", "words", "solution"), COMMON, ids=[words for _, words, _ in COMMON])
def test_common_errors_and_solutions(cold, situation, words, solution) -> None:
    """To_task guide, Common Errors and Solutions: message and remedy are the guide's."""
    with pytest.raises(CriticalError) as raised:
        cold.start(**situation)
    assert words == raised.value.message[: len(words)]
    assert solution == raised.value.remedy
    assert "critical" == cold.logger.entries[-1][2]
    assert {} == cold.changed()


@pytest.mark.parametrize(("situation", "words", "advice"), VALIDATION, ids=[words for _, words, _ in VALIDATION])
def test_validation_errors(cold, situation, words, advice) -> None:
    """To_task guide, Validation Errors: the words, and in the remedy what to verify."""
    with pytest.raises(CriticalError) as raised:
        cold.start(**situation)
    assert words == raised.value.message[: len(words)]
    assert advice in raised.value.remedy
    assert {} == cold.changed()


def absent(environ, start_response):
    """Answer as a host that has no such file."""
    start_response("404 Not Found", [("Content-Length", "0")])
    return []


def test_a_file_that_cannot_be_downloaded() -> None:
    """To_task guide, Common Errors, "Failed to download JSON from URL": the task's own line says so, with address and
    status; made accessible, the same run annotates it.
    """  # noqa: D205 (one sentence)
    host = "files-of-partners.fake-backend.invalid"
    with opened(tasks=PAIR) as world, InProcess([Mount(host, absent)]):
        world.client.moved = {1: f"https://{host}/1.json?X-Amz-Signature=secret"}
        assert 1 == world.start()["failed"]
        [line] = world.failures()
        assert line.startswith(f"[Task 1] Failed: Failed to download JSON from URL https://{host}/1.json")
        assert "404" in line
        assert "secret" not in line

        world.client.moved = {}
        assert 1 == world.start()["success"]
        assert {1: annotated(1)} == world.changed()


class Noting(ToTaskAction):
    """An action that uses the workspace, notes what is rolled back, and sees at its first task that all is in vain."""

    def setup_steps(self, registry):
        """Note each rollback, and let it happen."""
        self.undone = []
        super().setup_steps(registry)
        for step in registry:
            step.rollback = self.noted(step.name, step.rollback)

    def noted(self, name, rollback):
        """Return a rollback that notes its step."""

        def noted(context, result):
            self.undone.append(name)
            rollback(context, result)

        return noted

    def convert_data_from_inference(self, inference_data, task_data=None):
        """Leave a temporary file, and give up."""
        self.scratch = self.context.workspace / "scratch.json"
        self.scratch.write_text("{}")
        raise CriticalError("The model knows none of the classes", "Deploy another release.")


def test_a_critical_error_leaves_everything_as_it_was(tmp_path, monkeypatch) -> None:
    """To_task guide, Critical Errors, On critical error: the workflow stops, completed steps are rolled back, the last
    one first, a pre-processor that was started for it is gone, temporary files are too, and the error is raised and
    said.
    """  # noqa: D205 (one sentence)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with opened(tasks=PAIR, cold=True) as world:
        params = {"name": "x", "project": 123, "agent": 1, "task_filters": {}, "pre_processor": 789}
        action = Noting(run=world.run(), params=params | {"method": "inference"})
        with pytest.raises(CriticalError) as raised:
            action.start()

        assert 1 == len(world.calls)  # 1.
        undone = ["annotate_task_data", "start", "validate", "fetch_tasks", "prepare", "initialize"]
        assert undone == action.undone  # 2.
        assert ({}, {}) == (world.changed(), world.backend.serving.statuses())
        assert tmp_path in action.scratch.parents  # 3.
        assert [] == list(tmp_path.glob("to-task-*"))
        assert "The model knows none of the classes. Deploy another release." == str(raised.value)  # 4.
        assert str(raised.value) == world.lines[-1]


def test_from_the_first_write_on_nothing_is_critical() -> None:
    """To_task guide, Task-level Errors: what goes wrong then is the affair of single tasks, and what stands remains."""

    class Late(ToTaskAction):
        def convert_data_from_file(self, *args, task_data, **options):
            if task_data["id"] == 2:
                raise CriticalError("Too late", "Nothing.")
            return super().convert_data_from_file(*args, task_data=task_data, **options)

    with opened(tasks=CAST) as world:
        result = world.start(Late)
        assert ("SUCCEEDED", 3, 1) == (result["status"], result["success"], result["failed"])
        assert {number: annotated(number) for number in (1, 3, 6)} == world.changed()


def test_conditions_of_ones_own_come_before_the_start() -> None:
    """To_task guide, Validate data before processing: data that is not as it should be is found before anything
    begins.
    """  # noqa: D205 (one sentence)

    class Sized(ValidationStrategy):
        def validate(self, context):
            for number in context.task_ids:
                unit = context.client.get_task(number, fields=("id", "data_unit"), expand=("data_unit",))["data_unit"]
                if not unit["width"]:
                    raise CriticalError(f"The picture of task {number} has no size", "Upload it again.")

    class Action(ToTaskAction):
        def validation_strategies(self):
            return [Sized()]

    seed = document(tasks=PAIR, cold=True)
    seed["data_units"][1]["width"] = None
    with opened(seed) as world:
        with pytest.raises(CriticalError, match=r"The picture of task 2 has no size\. Upload it again\."):
            world.infer(Action)
        assert {"GET"} == {method for method, _ in world.requests()}
