"""What a plugin may replace: validations, the strategy, and the conversion hooks (to_task guide, Custom Strategies)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from to_task_rig import SPECIFICATION, annotations, rigged

from sdk.plugins.categories.pre_annotation.actions.to_task import (
    AnnotationStrategy,
    CriticalError,
    Task,
    TaskError,
    ToTaskAction,
    ValidationStrategy,
)


def acting(strategy):
    """Return an action with a strategy."""

    class Action(ToTaskAction):
        def annotation_strategy(self):
            return strategy

    return Action


def failures(rig):
    """Return the lines about tasks that failed."""
    return [line for line in rig.logger.lines if line.startswith("[Task ")]


def test_validations_see_what_is_known_and_come_before_anything_is_started(rig) -> None:
    """In the order of the list; the first that refuses ends the run."""
    seen = []

    class Seeing(ValidationStrategy):
        def validate(self, context):
            seen.append((context.project["id"], context.data_collection["id"], context.agent["id"], context.task_ids))

    class Refusing(ValidationStrategy):
        def validate(self, context):
            raise CriticalError("No", "Do not.")

    class Action(ToTaskAction):
        def validation_strategies(self):
            return [Seeing(), Refusing(), Seeing()]

    rig.world.applications = []
    with pytest.raises(CriticalError, match="No"):
        rig.infer(Action)
    assert [(123, 456, 1, [1, 2, 3])] == seen
    assert [] == rig.world.paths("POST")


def test_a_strategy_lives_in_the_steps_of_the_run(rig) -> None:
    """prepare, start, annotate; undo only when the run is over before its end."""
    calls = []

    class Mine(AnnotationStrategy):
        def prepare(self, context):
            calls.append(("prepare", context.task_ids))

        def start(self, context):
            calls.append(("start", context.task_ids))

        def undo(self, context):
            calls.append(("undo", context.task_ids))

        def annotate(self, context, task):
            calls.append(("annotate", [task.id]))
            (context.workspace / f"{task.id}").write_text("x")
            calls.append(("files", len(list(context.workspace.iterdir()))))
            return annotations(task.id)

    strategy = Mine()
    assert 3 == rig.start(acting(strategy))["success"]
    assert [
        ("prepare", []),
        ("start", [1, 2, 3]),
        *[(name, value) for n in (1, 2, 3) for name, value in (("annotate", [n]), ("files", n))],
    ] == calls


def test_what_a_strategy_has_started_is_undone(rig) -> None:
    """Also when ``start`` itself was interrupted."""
    calls = []

    class Mine(AnnotationStrategy):
        def start(self, context):
            calls.append("start")
            raise RuntimeError("half way")

        def undo(self, context):
            calls.append("undo")

        def annotate(self, context, task):
            raise AssertionError

    with pytest.raises(CriticalError, match="Step 'start': RuntimeError: half way"):
        rig.start(acting(Mine()))
    assert ["start", "undo"] == calls


class Fated(AnnotationStrategy):
    """A strategy that does with each task what its fate is.

    Args:
        size: Of a window.
        fates: What becomes of tasks 1, 2 and so on.
        breaks: At which task the window breaks.
    """

    def __init__(self, size, fates, breaks) -> None:
        self.size = size
        self.fates = fates
        self.breaks = breaks

    def window(self, context):
        return self.size

    def annotate(self, context, task):
        raise AssertionError

    def annotate_window(self, context, tasks):
        for task in tasks:
            if task.id == self.breaks:
                raise OSError("broken")
            yield from {
                "done": [(task, annotations(task.id))],
                "raises": [(task, TaskError("no"))],
                "missing": [],
                "twice": [(task, annotations(task.id)), (task, annotations(98))],
                "foreign": [(Task(99, {}, ()), annotations(99))],
            }[self.fates[task.id - 1]]


@given(
    size=st.integers(-1, 5),
    fates=st.lists(st.sampled_from(["done", "raises", "missing", "twice", "foreign"]), min_size=4, max_size=4),
    breaks=st.integers(0, 6),
)
def test_whatever_a_window_yields_each_task_has_one_outcome(size, fates, breaks) -> None:
    """Missing ones have failed, repeated and foreign ones are not looked at; the rest fails when the window breaks."""
    for rig in rigged(4):
        result = rig.start(acting(Fated(size, fates, breaks)))

        width = max(1, size)
        cut = {n for n in range(1, 5) if breaks and (n - 1) // width == (breaks - 1) // width and n >= breaks}
        done = [n for n in range(1, 5) if fates[n - 1] in {"done", "twice"} and n not in cut]
        assert (4, len(done), 4 - len(done)) == (result["total"], result["success"], result["failed"])
        assert [(n, annotations(n)) for n in done] == sorted(rig.world.writes, key=lambda write: write[0])


@pytest.mark.parametrize(
    ("returned", "reason"),
    [
        (None, "The annotations cannot be stored: it is null; an object is needed"),
        ([1], "The annotations cannot be stored: it is a list; an object is needed"),
        ({"x": object()}, "The annotations cannot be stored: it cannot be written as JSON"),
    ],
    ids=["null", "list", "no JSON"],
)
def test_what_a_hook_returns_has_to_be_an_object_of_json(rig, returned, reason) -> None:
    """Its structure is the hook's affair: the published client's hooks return other forms."""

    class Action(ToTaskAction):
        def convert_data_from_file(self, *args, task_data, **options):
            return returned if task_data["id"] == 2 else {"annotations": []}

    assert 2 == rig.start(Action)["success"]
    assert failures(rig)[0].startswith(f"[Task 2] Failed: {reason}")
    assert (1, {"annotations": []}) == rig.world.writes[0]


def test_a_hook_that_fails_fails_its_task(rig) -> None:
    """Any exception, with its words; a secret in them is masked."""

    class Action(ToTaskAction):
        def convert_data_from_file(self, *args, task_data, **options):
            raise ValueError(f"no label\nfor {rig.client._credentials.user_token}")

    assert 3 == rig.start(Action)["failed"]
    assert "[Task 1] Failed: no label for ***" == failures(rig)[0]


def test_the_hooks_are_called_with_what_the_published_client_gives(rig) -> None:
    """contract.md 4: plugins that have them need not change them."""
    seen = []

    class Action(ToTaskAction):
        def convert_data_from_file(
            self, primary_file_url, primary_file_name, data_file_url, data_file_name, task_data=None
        ):
            seen.append((primary_file_url, primary_file_name, data_file_url, data_file_name, task_data["id"]))
            return annotations()

        def setup_inference_params(
            self,
            primary_file_url,
            primary_file_name,
            data_files,
            *,
            model_id=None,
            pre_processor_params=None,
            pre_processor_config=None,
            task_data=None,
        ):
            seen.append((primary_file_url, data_files, model_id, pre_processor_params, pre_processor_config["code"]))
            return {"json": {"image_path": primary_file_url}}

        def convert_data_from_inference(self, inference_data, task_data=None):
            seen.append((inference_data, task_data["id"]))
            return {"objects": [], "own": True}

    rig.start(Action, task_filters={"limit": 1})
    rig.infer(Action, task_filters={"limit": 1}, overwrite=True, model=3, pre_processor_params={"a": 1})
    url = rig.world.url
    other = {"url": f"{url}/documents/1.json", "file_name": None, "specification_name": SPECIFICATION}

    assert [
        (f"{url}/images/1.png", "a.png", f"{url}/documents/1.json", None, 1),
        (f"{url}/images/1.png", [other], 3, {"a": 1}, "shapes"),
        (annotations(1), 1),
    ] == seen
    assert {"objects": [], "own": True} == rig.world.tasks[1]["data"]


def test_params_may_have_fields_of_the_plugins_own(rig) -> None:
    """A model of its own, with everything that the action checks."""
    from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskParams

    class Params(ToTaskParams):
        label: str = "x"

    class Action(ToTaskAction):
        params_model = Params

        def convert_data_from_file(self, *args, **options):
            return {"label": self.params.label}

    assert 3 == rig.start(Action, label="y")["success"]
    assert {"label": "y"} == rig.world.tasks[1]["data"]


def test_a_download_is_for_hooks() -> None:
    """Outside of a run there are no rules to go by."""
    from sdk.loggers import NoOpLogger
    from sdk.plugins.context import PluginEnvironment, RuntimeContext

    action = ToTaskAction(params={}, ctx=RuntimeContext(logger=NoOpLogger(), env=PluginEnvironment()))
    with pytest.raises(RuntimeError, match="while the action runs"):
        action.download_json("https://files.example/")
