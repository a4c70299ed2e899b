"""The guide's blocks about the action, its context and a step's result."""

from __future__ import annotations

from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, TypeVar

import pytest
from guide_blocks import running, statements, with_methods
from guide_world import PROJECT
from pydantic import BaseModel

from sdk.plugins.action import BaseAction
from sdk.plugins.actions.export import BaseExportAction, ExportContext
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.enums import PluginCategory
from sdk.plugins.steps import StepRegistry, StepResult
from tests.sdk.export.export_rig import Remembering

NAMES = {"Any": Any, "ExportContext": ExportContext, "StepRegistry": StepRegistry}


class Params(BaseModel):
    """What an action of a reader's own may ask for."""

    project_id: int = PROJECT


def declared(cls: type) -> dict[str, tuple[object, object]]:
    """Return the fields that a dataclass declares itself: type as written, and default or what makes it."""
    own = cls.__annotations__
    return {
        field.name: (field.type, repr(field.default) if field.default is not MISSING else "made anew")
        for field in fields(cls)
        if field.name in own
    }


def test_base_export_action(world) -> None:
    """Export guide, BaseExportAction: an action of the category export, generic in its parameters."""
    with running("export/01_base_export_action.py", P=TypeVar("P", bound=BaseModel)) as guide:
        for base in (guide.BaseExportAction, BaseExportAction):

            class Action(base[Params]):
                def execute(self):
                    return self.params.project_id

            assert issubclass(base, BaseAction)
            assert PluginCategory.EXPORT is base.category is Action.category
            assert PROJECT == Action.dispatch({}, world.context())


def test_progress_categories(world) -> None:
    """Export guide, Progress Categories: progress is told under the constant's name."""
    action = BaseExportAction(Params(), world.context())

    list(statements("export/02_progress_categories.py", self=action, current=2, total=5))

    assert [("dataset_conversion", 40.0)] == world.logger.progress


def test_client_property(world) -> None:
    """Export guide, client Property: the backend client gives rows and their number."""
    action = BaseExportAction(Params(), world.context())
    *_, names = statements("export/03_client.py", self=action, filters={"project": PROJECT})

    rows, count = names["assignments"]

    assert [504, 503, 502, 501] == [row["id"] for row in rows]
    assert 4 == count


def test_get_filtered_results(world) -> None:
    """Export guide, get_filtered_results(): a tuple of iterator and total."""
    action = with_methods("export/04_get_filtered_results.py", BaseExportAction, **NAMES)(Params(), world.context())

    results, total = action.get_filtered_results({"project": PROJECT})

    assert (iter(results), total) == (results, 4)
    assert [row["data"] for row in world.of_project("assignments")] == [row["data"] for row in results]


def test_setup_steps(world) -> None:
    """Export guide, setup_steps(): steps are registered in order, and take precedence over execute()."""
    with running("export/10_step_based_mode.py", ExportParams=Params) as steps:
        own = {name: getattr(steps, name) for name in ("FetchDataStep", "ConvertFormatStep", "SaveOutputStep")}
        attributes = {"params_model": Params, "execute": lambda _: pytest.fail("execute() ran")}
        action = with_methods("export/05_setup_steps.py", BaseExportAction, attributes, **NAMES, **own)
        registry: StepRegistry[ExportContext] = StepRegistry()
        action(Params(), world.context()).setup_steps(registry)

        assert ["fetch_data", "convert_format", "save_output"] == [step.name for step in registry]
        assert 3 == action.dispatch({}, world.context())["steps_executed"]


def test_create_context(world) -> None:
    """Export guide, create_context(): runtime context and parameters as a dict, as the default has them too."""
    runtime = world.context()
    theirs = with_methods("export/06_create_context.py", BaseExportAction, **NAMES)(Params(), runtime).create_context()
    ours = BaseExportAction(Params(), runtime).create_context()

    assert isinstance(theirs, ExportContext)
    assert theirs.runtime_ctx is ours.runtime_ctx is runtime
    assert {"project_id": PROJECT} == theirs.params == ours.params


def test_export_context(world) -> None:
    """Export guide, ExportContext: ours has the declared fields, types and defaults, and the same client property."""
    with running("export/07_export_context.py") as guide:
        theirs = guide.ExportContext
        wanted = declared(theirs)

        assert wanted == {name: declared(ExportContext)[name] for name in wanted}
        assert ["params", "results", "total_count", "exported_count", "output_path"] == list(wanted)
        assert {field.name for field in fields(theirs)} <= {field.name for field in fields(ExportContext)}
        for context in (theirs, ExportContext):
            assert world.client is context(runtime_ctx=world.context()).client
            bare = RuntimeContext(logger=Remembering(), env=PluginEnvironment())
            with pytest.raises(RuntimeError, match="No client in runtime context"):
                _ = context(runtime_ctx=bare).client


def test_step_result() -> None:
    """Export guide, StepResult: ours has the same fields, types and defaults, in the same order."""
    with running("export/08_step_result.py") as guide:
        theirs = guide.StepResult

        assert list(declared(theirs).items()) == list(declared(StepResult).items())
        for result in (theirs(), StepResult()):
            shown = (result.success, result.data, result.error, result.rollback_data, result.skipped)
            assert (True, {}, None, {}, False) == shown
            assert isinstance(result.timestamp, datetime)
        assert theirs(False, {"a": 1}, "no").error == StepResult(False, {"a": 1}, "no").error
