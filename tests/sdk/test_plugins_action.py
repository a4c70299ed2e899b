"""Actions: parameters, modes and context (export guide, BaseExportAction; contract.md 5, recipe)."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, Field
from scripted import words_of

from sdk.clock import Clock, SystemClock
from sdk.loggers import NoOpLogger
from sdk.plugins.action import BaseAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.context.env import PluginEnvironment as PluginEnvironmentByItsOtherPath
from sdk.plugins.enums import PluginCategory
from sdk.plugins.errors import ParamsError, StepFailed
from sdk.plugins.steps import BaseStep, StepResult


class Params(BaseModel):
    """Parameters of the actions below."""

    project_id: int
    name: str = Field("x", max_length=3)


class Simple(BaseAction[Params]):
    """An action in simple mode."""

    action_name = "simple"
    category = PluginCategory.EXPORT

    def execute(self) -> Any:
        return self.params.project_id


class Flushing(NoOpLogger):
    """A logger that counts its flushes."""

    def __init__(self) -> None:
        super().__init__()
        self.flushes = 0
        self.progress = []

    def flush(self) -> None:
        self.flushes += 1

    def set_progress(self, current, total, step=None):
        self.progress.append((current, total, step))


@pytest.fixture
def ctx(clock):
    return RuntimeContext(logger=Flushing(), env=PluginEnvironment({}), clock=clock)


def test_simple_mode_hands_back_what_execute_returns(ctx) -> None:
    """Parameters come as a mapping or as the model; what the logger holds back is sent."""
    assert [4, 5] == [Simple.dispatch({"project_id": "4"}, ctx), Simple.dispatch(Params(project_id=5), ctx)]
    assert 2 == ctx.logger.flushes
    assert "export" == Simple.category


def test_the_model_is_the_generic_argument_unless_it_is_named(ctx) -> None:
    """Subclasses inherit it."""

    class Other(BaseModel):
        project_id: str

    class Named(BaseAction[Params]):
        params_model = Other

    class Child(Simple):
        pass

    assert (Params, Params, Other) == (Simple.params_model, Child.params_model, Named.params_model)
    with pytest.raises(TypeError, match="params_model"):
        BaseAction.dispatch({}, ctx)


def test_refused_parameters_are_named_and_their_values_not_shown(ctx) -> None:
    """A value may be a token that went into the wrong field."""
    with pytest.raises(ParamsError, match=r"project_id: .*; name: ") as refusal:
        Simple.dispatch({"project_id": "secret-token", "name": "secret-name"}, ctx)

    assert [("project_id",), ("name",)] == [entry["loc"] for entry in refusal.value.errors]
    assert "secret" not in words_of(refusal.value)
    assert 0 == ctx.logger.flushes


def test_steps_take_precedence_over_execute(ctx) -> None:
    """Export guide, setup_steps; the logger is flushed when a step fails, too."""

    class Step(BaseStep):
        name = "only"
        progress_weight = 1.0

        def execute(self, context):
            return StepResult(success=context.runtime_ctx.job_id is None, error="no")

    class Stepped(Simple):
        def setup_steps(self, registry):
            registry.register(Step())

    assert {"success": True, "steps_executed": 1, "steps_skipped": 0, "steps_total": 1} == Stepped.dispatch(
        {"project_id": 1}, ctx
    )
    ctx.job_id = "7"
    with pytest.raises(StepFailed, match="'only' failed: no"):
        Stepped.dispatch({"project_id": 1}, ctx)
    assert 2 == ctx.logger.flushes


def test_an_action_that_does_nothing_says_so(ctx) -> None:
    """Neither mode is overridden; the class can be made all the same (incidents.md 6.9)."""

    class Empty(BaseAction[Params]):
        pass

    with pytest.raises(NotImplementedError, match="Empty overrides neither"):
        Empty.dispatch({"project_id": 1}, ctx)


def test_the_client_is_the_contexts_or_an_error(ctx) -> None:
    """Export guide, client property: RuntimeError without one."""
    action = Simple(Params(project_id=1), ctx)
    with pytest.raises(RuntimeError, match="No client"):
        _ = action.client
    ctx.client = object()

    assert ctx.client is action.client
    assert ctx.clock is action.clock


def test_progress_takes_its_category_by_position_or_by_name(ctx) -> None:
    """Export guide: ``set_progress(current, total, self.progress.DATASET_CONVERSION)``."""
    action = Simple(Params(project_id=1), ctx)
    action.set_progress(1, 2, "dataset_conversion")
    action.set_progress(2, 2, category="dataset_conversion")

    assert [(1, 2, "dataset_conversion"), (2, 2, "dataset_conversion")] == ctx.logger.progress


def test_a_context_needs_a_logger_and_settings_only() -> None:
    """contract.md 5, recipe; without a clock it is the machine's."""
    context = RuntimeContext(logger=NoOpLogger(), env=PluginEnvironment({}))

    assert (None, None, None) == (context.job_id, context.client, context.v2_client)
    assert isinstance(context.clock, SystemClock)
    assert isinstance(context.clock, Clock)
    assert PluginEnvironment is PluginEnvironmentByItsOtherPath


def test_settings_are_read_with_the_type_that_is_wanted() -> None:
    """Values are secrets until proven otherwise: ``repr`` shows names."""
    environ = {"APP_PORT": "80", "APP_RATE": "0.5", "APP_ON": "Yes", "APP_OFF": "", "APP_KEY": "secret", "HOME": "/"}
    env = PluginEnvironment.from_environ("APP_", environ)

    assert (80, 0.5, True, False) == (
        env.get_int("PORT"),
        env.get_float("RATE"),
        env.get_bool("ON"),
        env.get_bool("OFF"),
    )
    assert ("secret", "80", 3, None) == (env["KEY"], env.get_str("PORT"), env.get_int("NONE", 3), env.get("NONE"))
    assert ("PORT" in env, "HOME" in env) == (True, False)
    assert "secret" not in repr(env)
    assert env.to_dict() == {name.removeprefix("APP_"): value for name, value in environ.items() if name != "HOME"}
    with pytest.raises(ValueError, match=r"RATE is '0\.5'; true or false"):
        env.get_bool("RATE")
