"""Steps run in order, count by their weights, and are undone in reverse (export guide, step-based mode)."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import START, CountingClock

from sdk.loggers import NoOpLogger
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.errors import StepFailed
from sdk.plugins.steps import BaseStep, BaseStepContext, Orchestrator, StepRegistry, StepResult


class Recording(NoOpLogger):
    """A logger that keeps progress and steps."""

    def __init__(self) -> None:
        super().__init__()
        self.progress = []
        self.steps = []
        self.proportions = {}

    def set_progress(self, current, total, step=None):
        self.progress.append((step, current, total))

    def set_step(self, step, order=None):
        super().set_step(step, order)
        self.steps.append((step, order))

    def set_step_proportions(self, proportions):
        self.proportions = dict(proportions)


@dataclass
class Context(BaseStepContext):
    """A context that notes what was done."""

    done: list[str] = field(default_factory=list)


class Step(BaseStep[Context]):
    """A step that does what it is told: ok, skip, fail, raise, interrupt."""

    def __init__(self, name, does="ok", weight=0.1, rollback=None) -> None:
        self._name, self._does, self._weight, self._rollback = name, does, weight, rollback

    @property
    def name(self):
        return self._name

    @property
    def progress_weight(self):
        return self._weight

    def can_skip(self, context):
        return self._does == "skip"

    def execute(self, context):
        context.done.append(self.name)
        if self._does == "raise":
            raise LookupError(f"of {self.name}")
        if self._does == "interrupt":
            raise KeyboardInterrupt
        return StepResult(success=self._does != "fail", error="said no" if self._does == "fail" else None)

    def rollback(self, context, result):
        context.done.append(f"-{self.name}")
        if self._rollback:
            raise self._rollback


def context_of():
    return Context(RuntimeContext(Recording(), PluginEnvironment(), clock=CountingClock()))


def registry_of(steps):
    registry = StepRegistry()
    for step in steps:
        registry.register(step)
    return registry


def test_a_result_has_the_fields_of_the_guide() -> None:
    """Export guide, StepResult: names, order and defaults."""
    result = StepResult()

    assert ["success", "data", "error", "rollback_data", "skipped", "timestamp"] == [f.name for f in fields(StepResult)]
    assert (True, {}, None, {}, False) == (
        result.success,
        result.data,
        result.error,
        result.rollback_data,
        result.skipped,
    )
    assert result.timestamp.tzinfo


plans = st.lists(st.sampled_from(["ok", "ok", "skip", "fail", "raise"]), min_size=1, max_size=6)


@given(plans)
def test_what_was_begun_is_undone_in_reverse_and_nothing_else(plan) -> None:
    """The failing step first, then those before it; skipped and later ones are left alone."""
    context = context_of()
    steps = [Step(str(number), does) for number, does in enumerate(plan)]
    bad = next((number for number, does in enumerate(plan) if does in {"fail", "raise"}), None)
    begun = [str(n) for n, does in enumerate(plan[: len(plan) if bad is None else bad + 1]) if does != "skip"]
    orchestrator = Orchestrator(registry_of(steps), context)
    if bad is None:
        expected = {
            "success": True,
            "steps_executed": len(begun),
            "steps_skipped": plan.count("skip"),
            "steps_total": len(plan),
        }
        assert expected == orchestrator.execute()
        assert begun == context.done
    else:
        with pytest.raises(StepFailed, match=f"Step '{bad}' failed: (said no|of {bad})") as failure:
            orchestrator.execute()
        assert begun + [f"-{name}" for name in reversed(begun)] == context.done
        assert (str(bad), False) == (failure.value.step, failure.value.result.success)
        assert (plan[bad] == "raise") == isinstance(failure.value.__cause__, LookupError)
        assert [str(failure.value)] == context.errors
    count = len(plan) if bad is None else bad + 1
    assert [does == "skip" for does in plan[:count]] == [result.skipped for result in context.step_results]
    assert context.current_step is None
    assert (None, None) == context.runtime_ctx.logger.steps[-1]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=6))
def test_progress_follows_the_weights_and_a_skipped_step_counts_as_done(steps) -> None:
    """From nothing to 1000 of 1000, never back; each step is reported at 100 per cent under its name."""
    context = context_of()
    seen = []
    made = [Step(str(n), "skip" if skipped else "ok", weight) for n, (weight, skipped) in enumerate(steps)]
    Orchestrator(registry_of(made), context, lambda current, total: seen.append((current, total))).execute()

    logger = context.runtime_ctx.logger
    assert (1000, 1000) == seen[-1]
    assert sorted(seen) == seen
    assert [(str(n), 100, 100) for n in range(len(steps))] == logger.progress
    assert {str(n): max(1, round(weight * 100)) for n, (weight, _) in enumerate(steps)} == logger.proportions


def test_a_rollback_that_fails_does_not_keep_the_others_from_theirs() -> None:
    """What went wrong is told; the step's own failure stays the one that is raised."""
    context = context_of()
    steps = [Step("a"), Step("b", rollback=OSError("disk")), Step("c", "raise")]

    with pytest.raises(StepFailed, match="'c'"):
        Orchestrator(registry_of(steps), context).execute()
    assert ["-c", "-b", "-a"] == context.done[3:]
    assert "Rollback of step 'b' failed: OSError: disk" == context.errors[-1]


def test_an_interruption_is_rolled_back_and_goes_on() -> None:
    """Ctrl-C stays Ctrl-C."""
    context = context_of()

    with pytest.raises(KeyboardInterrupt):
        Orchestrator(registry_of([Step("a"), Step("b", "interrupt")]), context).execute()
    assert ["a", "b", "-b", "-a"] == context.done


def test_a_result_is_stamped_by_the_contexts_clock() -> None:
    """Time comes from one place, also under a virtual clock."""
    context = context_of()
    context.clock.sleep(60)
    Orchestrator(registry_of([Step("a"), Step("b", "skip")]), context).execute()

    assert [60, 60] == [(result.timestamp - START).total_seconds() for result in context.step_results]


def test_before_step_comes_before_everything_and_may_fail_the_step() -> None:
    """It sees each step, skipped ones too; the logger and the context know the step by then."""
    context = context_of()
    seen = []

    def before(step, shared):
        seen.append((step.name, shared.current_step, shared.runtime_ctx.logger.step))
        if step.name == "c":
            raise ValueError("not ready")

    with pytest.raises(StepFailed, match="'c' failed: not ready"):
        Orchestrator(registry_of([Step("a", "skip"), Step("b"), Step("c")]), context, before_step=before).execute()
    assert [(name, name, name) for name in "abc"] == seen
    assert ["b", "-b"] == context.done


def test_an_exception_without_words_is_named() -> None:
    """``Step 'a' failed:`` alone would tell nothing."""

    class Silent(Step):
        def execute(self, context):
            raise LookupError

    with pytest.raises(StepFailed, match="LookupError"):
        Orchestrator(registry_of([Silent("a")]), context_of()).execute()


def test_a_step_that_returns_no_result_fails_by_its_name() -> None:
    """A forgotten ``return`` is the commonest of mistakes."""

    class Forgetful(Step):
        def execute(self, context):
            return None

    with pytest.raises(StepFailed, match=r"Step 'a' failed: execute\(\) returned None; .*StepResult"):
        Orchestrator(registry_of([Forgetful("a")]), context_of()).execute()


def test_a_registry_keeps_its_order_and_its_names_apart() -> None:
    """Steps can be put before and behind others, and taken out; a name is taken once."""
    registry = registry_of([Step("b", weight=0.5), Step("d", weight=0.25)])
    registry.insert_before("b", Step("a"))
    registry.insert_after("b", Step("c"))
    registry.unregister("d")

    assert ["a", "b", "c"] == [step.name for step in registry]
    assert (3, True, False) == (len(registry), bool(registry), bool(StepRegistry()))
    assert pytest.approx(0.7) == registry.total_weight
    assert "a -> b -> c" in repr(registry)
    with pytest.raises(ValueError, match="'b' is registered already"):
        registry.register(Step("b"))
    for act in (registry.unregister, lambda name: registry.insert_after(name, Step("z"))):
        with pytest.raises(ValueError, match="no step is named 'x'; there are: a, b, c"):
            act("x")
    registry.get_steps().clear()
    assert 3 == len(registry)


def test_a_context_reports_under_the_step_that_runs() -> None:
    """Export guide, BaseStepContext; metrics outside of a step need a name."""
    calls = []

    class Told(NoOpLogger):
        def log(self, event, data, *, level=None, step=None, file=None):
            calls.append((event, step))

        def set_progress(self, current, total, step=None):
            calls.append(("progress", step))

        def set_metrics(self, value, step):
            calls.append(("metrics", step))

    context = BaseStepContext(RuntimeContext(Told(), PluginEnvironment()))
    with pytest.raises(ValueError, match="name of a step"):
        context.set_metrics({})
    context.current_step = "a"
    context.log("event", {})
    context.log_message("hello", key="K")
    context.set_progress(1, 2)
    context.set_progress(1, 2, "server_export")
    context.set_metrics({})
    context.set_metrics({}, "data_file")

    assert [
        ("event", "a"),
        ("message", "a"),
        ("progress", "a"),
        ("progress", "server_export"),
        ("metrics", "a"),
        ("metrics", "data_file"),
    ] == calls
