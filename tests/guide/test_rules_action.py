"""Rules of the guide about the action, its context, its two modes and the steps of the second."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from guide_world import PROJECT
from pydantic import BaseModel

from sdk.plugins.action import BaseAction
from sdk.plugins.actions.export import BaseExportAction, ExportAction, ExportContext
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.enums import PluginCategory
from sdk.plugins.errors import ParamsError, StepFailed
from sdk.plugins.steps import BaseStep, BaseStepContext, Orchestrator, StepRegistry, StepResult
from tests.sdk.export.export_rig import Remembering


class Params(BaseModel):
    """Parameters of a plugin."""

    project_id: int = PROJECT


class Step(BaseStep[ExportContext]):
    """A step that notes what is done with it.

    Args:
        name: Of the step.
        weight: Share of the work.
        notes: Where to note.
        fails: Whether it fails.
        skips: Whether there is nothing to do.
    """

    def __init__(self, name: str, weight: float, notes: list[str], *, fails: bool = False, skips: bool = False) -> None:
        self._name, self._weight, self._notes, self._fails, self._skips = name, weight, notes, fails, skips

    name = property(lambda self: self._name)
    progress_weight = property(lambda self: self._weight)

    def can_skip(self, context):
        return self._skips

    def execute(self, context):
        self._notes.append(f"do {self._name}")
        return StepResult(
            success=not self._fails, error="broken" if self._fails else None, rollback_data={"by": self._name}
        )

    def rollback(self, context, result):
        self._notes.append(f"undo {result.rollback_data['by']}")


def bare() -> RuntimeContext:
    """Return a runtime context without clients."""
    return RuntimeContext(logger=Remembering(), env=PluginEnvironment())


def registry_of(*steps: Step) -> StepRegistry[ExportContext]:
    """Return a registry of these steps."""
    registry: StepRegistry[ExportContext] = StepRegistry()
    for step in steps:
        registry.register(step)
    return registry


def test_an_export_action_at_a_glance() -> None:
    """Export guide, At a Glance: base class with parameters, category, name of the progress step, context."""
    assert issubclass(BaseExportAction[Params].__origin__, BaseAction)
    assert PluginCategory.EXPORT is BaseExportAction.category
    assert "export" == PluginCategory.EXPORT.value
    assert "dataset_conversion" == BaseExportAction.progress.DATASET_CONVERSION
    assert isinstance(BaseExportAction(Params(), bare()).create_context(), ExportContext)
    assert issubclass(ExportAction, BaseExportAction)


def test_parameters_are_a_pydantic_model() -> None:
    """Export guide, BaseExportAction: the type parameter is the parameters' model, and they are checked by it."""

    class Action(BaseExportAction[Params]):
        def execute(self):
            return self.params.project_id

    assert issubclass(Action.params_model, BaseModel)
    assert 7 == Action.dispatch({"project_id": "7"}, bare())
    with pytest.raises(ParamsError, match="project_id"):
        Action.dispatch({"project_id": "seven"}, bare())


def test_without_a_client_there_is_a_runtime_error() -> None:
    """Export guide, client Property: it raises RuntimeError when the context has no client, on action and context."""
    action = BaseExportAction(Params(), bare())

    for holder in (action, action.create_context()):
        with pytest.raises(RuntimeError, match="No client"):
            _ = holder.client


def test_rows_may_come_from_elsewhere() -> None:
    """Export guide, client Property: who overrides get_filtered_results() needs no backend client."""

    class Elsewhere(BaseExportAction[Params]):
        def get_filtered_results(self, filters: dict[str, Any]) -> tuple[Any, int]:
            return iter([filters["a"]]), 1

        def execute(self):
            results, total = self.get_filtered_results({"a": 5})
            return list(results), total

    assert ([5], 1) == Elsewhere.dispatch({}, bare())


def test_where_rows_come_from_has_to_be_said() -> None:
    """Export guide, get_filtered_results(): it is for the plugin to override; nothing is made up in its place."""
    with pytest.raises(NotImplementedError, match="does not override get_filtered_results"):
        BaseExportAction(Params(), bare()).get_filtered_results({})


def test_steps_take_precedence() -> None:
    """Export guide, setup_steps(): where steps are registered, execute() is not called."""
    notes: list[str] = []

    class Both(BaseExportAction[Params]):
        def execute(self):
            return "execute"

        def setup_steps(self, registry):
            registry.register(Step("a", 1, notes))

    assert {"success": True, "steps_executed": 1, "steps_skipped": 0, "steps_total": 1} == Both.dispatch({}, bare())
    assert ["do a"] == notes


def test_the_context_may_be_made_in_another_way() -> None:
    """Export guide, create_context(): what an override puts into the context is what the steps see."""
    seen = []

    class Look(Step):
        def execute(self, context):
            seen.append((context.params, context.total_count))
            return StepResult()

    class Own(BaseExportAction[Params]):
        def create_context(self):
            context = super().create_context()
            context.total_count = 9
            return context

        def setup_steps(self, registry):
            registry.register(Look("look", 1, []))

    Own.dispatch({}, bare())

    assert [({"project_id": PROJECT}, 9)] == seen


def test_fields_that_a_context_inherits() -> None:
    """Export guide, Inherited Fields: runtime context, results of completed steps, errors, the running step's name."""
    names = []

    class Look(Step):
        def execute(self, context):
            names.append(context.current_step)
            return super().execute(context)

    context = ExportContext(runtime_ctx=bare())
    assert isinstance(context, BaseStepContext)
    assert {"runtime_ctx", "step_results", "errors", "current_step"} == {item.name for item in fields(BaseStepContext)}
    assert ([], [], None) == (context.step_results, context.errors, context.current_step)

    with pytest.raises(StepFailed):
        Orchestrator(registry_of(Look("a", 1, []), Look("b", 1, [], fails=True)), context).execute()

    assert ["a", "b"] == names
    assert [True, False] == [result.success for result in context.step_results]
    assert ["Step 'b' failed: broken"] == context.errors
    assert context.current_step is None


@pytest.mark.parametrize(
    ("weights", "told"),
    [((0.2, 0.6, 0.2), [200, 800, 1000]), ((1, 1), [500, 1000]), ((0.3, 0.5, 0.2), [300, 800, 1000])],
)
def test_progress_follows_the_weights(weights, told) -> None:
    """Export guide, Step-Based Mode: progress of the whole is made of the steps' weights."""
    heard = []
    steps = [Step(str(number), weight, []) for number, weight in enumerate(weights)]

    Orchestrator(registry_of(*steps), ExportContext(runtime_ctx=bare()), lambda *at: heard.append(at)).execute()

    assert [(part, 1000) for part in told] == heard


def test_a_skipped_step_is_a_step_that_is_done() -> None:
    """Export guide, fixed nine-step registry: skip is a completed pass, reported at 100 %, and is not undone."""
    notes: list[str] = []
    heard = []
    runtime = bare()
    steps = [Step("a", 0.5, notes, skips=True), Step("b", 0.5, notes)]

    outcome = Orchestrator(
        registry_of(*steps), ExportContext(runtime_ctx=runtime), lambda *at: heard.append(at)
    ).execute()

    assert (1, 1) == (outcome["steps_executed"], outcome["steps_skipped"])
    assert [(500, 1000), (1000, 1000)] == heard
    assert ("a", 100.0) in runtime.logger.progress
    assert ["do b"] == notes


def test_what_was_done_is_undone_in_reverse() -> None:
    """Export guide, Step-Based Mode: after a failure, rollback() is called in reverse with each result."""
    notes: list[str] = []
    steps = [Step("a", 1, notes), Step("b", 1, notes), Step("c", 1, notes, fails=True), Step("d", 1, notes)]

    with pytest.raises(StepFailed, match="Step 'c' failed: broken"):
        Orchestrator(registry_of(*steps), ExportContext(runtime_ctx=bare())).execute()

    assert ["do a", "do b", "do c", "undo c", "undo b", "undo a"] == notes


def test_steps_serve_several_actions() -> None:
    """Export guide, Step-Based Mode: one step, even one object, works in several actions."""
    notes: list[str] = []
    shared = Step("shared", 1, notes)

    class First(BaseExportAction[Params]):
        def setup_steps(self, registry):
            registry.register(shared)

    class Second(BaseExportAction[Params]):
        def setup_steps(self, registry):
            registry.register(Step("own", 1, notes))
            registry.register(shared)

    assert [1, 2] == [action.dispatch({}, bare())["steps_executed"] for action in (First, Second)]
    assert ["do shared", "do own", "do shared"] == notes


def test_a_step_can_be_tried_by_itself() -> None:
    """Export guide, Step-Based Mode: a step needs a context and nothing else to run."""
    assert Step("a", 1, []).execute(ExportContext(runtime_ctx=bare())).success
