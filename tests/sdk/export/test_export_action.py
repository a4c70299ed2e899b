"""Export actions as the guide shows them: names, modes, context, handlers, custom sources."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from export_rig import Remembering, document, rigged, task, tree
from pydantic import BaseModel
from scripted import CountingClock

import sdk.plugins.actions.export as public
from sdk.plugins.actions.export import (
    BaseExportAction,
    ExportAction,
    ExportContext,
    ExportParams,
    ExportTargetHandler,
    TargetHandlerFactory,
    TaskExportTargetHandler,
)
from sdk.plugins.actions.export.errors import UnsupportedTargetError
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.enums import PluginCategory
from sdk.plugins.errors import ParamsError, StepFailed
from sdk.plugins.steps import BaseStep, StepResult


def bare() -> RuntimeContext:
    """Return a context without clients."""
    return RuntimeContext(logger=Remembering(), env=PluginEnvironment({}), clock=CountingClock())


class Params(BaseModel):
    """Parameters of a plugin's own."""

    project_id: int = 1


def test_the_public_names_are_those_of_the_guide() -> None:
    """Plugins import from ``sdk.plugins.actions.export`` and nowhere deeper."""
    assert sorted(public.__all__) == public.__all__
    actions = {"BaseExportAction", "ExportAction", "ExportContext", "ExportParams"}
    exporters = {"BaseExporter", "ExporterRunAdapter", "MetricsRecord", "ExportStatus"}
    handlers = {"TargetHandlerFactory", "ExportTargetHandler", "TaskExportTargetHandler"}
    handlers |= {"AssignmentExportTargetHandler", "GroundTruthExportTargetHandler"}
    assert actions | exporters | handlers == set(public.__all__)
    assert all(hasattr(public, name) for name in public.__all__)


def test_simple_mode_fetches_and_returns_what_it_likes(rig) -> None:
    """Export guide, simple mode: ``get_filtered_results``, progress by category, a result of one's own."""

    class Simple(BaseExportAction[Params]):
        action_name = "simple_export"

        def get_filtered_results(self, filters: dict) -> tuple[Any, int]:
            return self.client.get_tasks(filters)

        def execute(self) -> dict[str, Any]:
            results, total = self.get_filtered_results({"project": self.params.project_id})
            done = []
            for i, item in enumerate(results, 1):
                done.append(item["id"])
                self.set_progress(i, total, self.progress.DATASET_CONVERSION)
            return {"ids": done, "total": total}

    assert PluginCategory.EXPORT is Simple.category
    assert {"ids": [7, 6, 5, 4, 3, 2, 1], "total": 7} == Simple.dispatch({}, rig.context())
    assert ("dataset_conversion", 100.0) == rig.logger.progress[-1]


def test_step_mode_shares_an_export_context() -> None:
    """Export guide, step-based mode: params as a dict, state by steps, the context made by ``create_context``."""

    class Look(BaseStep[ExportContext]):
        name = "look"
        progress_weight = 1.0

        def execute(self, context: ExportContext) -> StepResult:
            seen.append((context.params, context.total_count, context.output_path, context.results))
            with pytest.raises(RuntimeError, match="No client in runtime context"):
                _ = context.client
            return StepResult()

    class Steps(BaseExportAction[Params]):
        def setup_steps(self, registry):
            registry.register(Look())

    seen: list[Any] = []
    Steps.dispatch({"project_id": 3}, bare())

    assert [({"project_id": 3}, 0, None, None)] == seen


def test_a_context_begins_with_the_fields_of_the_guide() -> None:
    """Export guide, ExportContext: fields and their defaults."""
    context = ExportContext(runtime_ctx=bare())

    names = [field.name for field in fields(context)]
    start = names.index("params")

    assert ["params", "results", "total_count", "exported_count", "output_path"] == names[start : start + 5]
    assert ({}, None, 0, 0, None) == (
        context.params,
        context.results,
        context.total_count,
        context.exported_count,
        context.output_path,
    )
    assert ([], [], None) == (context.step_results, context.errors, context.current_step)


def test_what_is_not_overridden_says_so() -> None:
    """An export without a source, an action without a client."""
    action = BaseExportAction(Params(), bare())

    with pytest.raises(NotImplementedError, match=r"does not override get_filtered_results\(\)"):
        action.get_filtered_results({})
    with pytest.raises(RuntimeError, match="No client"):
        _ = action.client


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "a/b"),
        ("name", "."),
        ("name", ".."),
        ("name", "a\0b"),
        ("name", ".exp.partial"),
        ("name", ".async_jobs"),
        ("name", "n" * 256),
        ("path", "a/.exp.partial"),
        ("path", "a\\.async_jobs\\b"),
        ("target", "video"),
        ("storage", "three"),
        ("export_page_size", 0),
        ("export_delegate_poll_inactivity_deadline_seconds", 0),
    ],
)
def test_parameters_of_the_wrong_kind_are_refused_by_name(rig, field: str, value: object) -> None:
    """Before anything is requested."""
    rig.requests()
    with pytest.raises(ParamsError, match=field):
        ExportAction.dispatch(rig.params(**{field: value}), rig.context())

    assert [] == rig.requests()


def test_parameters_default_to_the_guides() -> None:
    """Originals are saved, nothing is switched off, and keys that nobody knows are left aside."""
    params = ExportParams.model_validate(
        {"name": "n", "storage": 1, "path": "p", "target": "task", "filter": {}, "extra_params": None, "unknown": 1}
    )

    assert (True, {}, None, None, None) == (
        params.save_original_file,
        params.extra_params,
        params.async_job_size_threshold,
        params.disable_async_delegate,
        params.description,
    )


def test_a_target_without_handler_is_refused_with_what_there_is() -> None:
    """The sentence says which targets there are."""
    with pytest.raises(UnsupportedTargetError, match="'elsewhere'; 'assignment', 'ground_truth', 'task' can"):
        TargetHandlerFactory.get_handler("elsewhere")


def test_the_task_handler_turns_rows_into_items(rig) -> None:
    """Export guide, target handlers: validate, get results, get items."""
    handler = TargetHandlerFactory.get_handler("task")
    filters = handler.validate_filter({"project": 1, "id__in": [2]}, rig.v1)
    results, count = handler.get_results(rig.v1, filters)
    (item,) = handler.get_export_item(results)

    assert (TaskExportTargetHandler, 1, 2) == (type(handler), count, item["id"])
    assert ("사진 2.jpg", True) == (item["files"]["file_name_original"], item["files"]["is_primary"])
    assert {"n": 2, "값": "xxx"} == item["data"]


class OwnHandler(ExportTargetHandler):
    """A source that the backend does not have."""

    def get_results(self, client, filters):
        """Count down."""
        return iter(range(filters["rows"], 0, -1)), filters["rows"]

    def validate_filter(self, filters, client):
        """Ask for ``rows``."""
        if "rows" not in filters:
            raise ValueError("rows is required")
        return filters

    def get_export_item(self, results):
        """Square."""
        for number in results:
            yield {"id": number, "data": {"square": number * number}, "files": {}}


class OwnSource(ExportAction):
    """Exports it."""

    def get_handler(self):
        """Return it."""
        return OwnHandler()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_handler_of_ones_own_feeds_the_same_tail(rig) -> None:
    """Export guide, custom target handler: in process, since no server knows the source."""
    result = OwnSource.dispatch(rig.params(filter={"rows": 3}, save_original_file=False), rig.context())

    assert ("in-process", 3) == (result["head"], result["exported_count"])
    assert {f"labels/{n}.json": b'{"square":%d}' % (n * n) for n in (1, 2, 3)} == tree(result["output_path"])


def test_a_handler_of_ones_own_judges_its_filter(rig) -> None:
    """Its refusal is what the caller sees, and nothing was requested."""
    rig.requests()
    with pytest.raises(ValueError, match="rows is required"):
        OwnSource.dispatch(rig.params(), rig.context())

    assert [] == rig.requests()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_task_handler_that_changes_its_rows_is_asked_for_them(rig) -> None:
    """Neither head may go round a method that a plugin has replaced."""

    class Louder(TaskExportTargetHandler):
        def get_export_item(self, results):
            for item in super().get_export_item(results):
                yield item | {"data": {"loud": True}}

    class Action(ExportAction):
        def get_handler(self):
            return Louder()

    result = Action.dispatch(rig.params(), rig.context())

    assert "in-process" == result["head"]
    assert {b'{"loud":true}'} == {
        body for name, body in tree(result["output_path"]).items() if name.startswith("labels")
    }


def test_tunables_and_kill_switch_may_come_with_the_action(rig) -> None:
    """Export guide, thresholds: the configuration of the action is a source."""

    class Configured(ExportAction):
        config = {"export_chunk_size": 2, "export_page_size": 3}  # noqa: RUF012 (what a plugin would write)

    context = Configured(ExportParams.model_validate(rig.params()), rig.context()).create_context()

    assert (2, 3) == (context.settings.chunk_size, context.settings.page_size)


@pytest.mark.parametrize("path", ["..", "/abs", "a/../../b"])
def test_a_path_out_of_the_storage_makes_no_job(rig, path: str) -> None:
    """The destination is opened before the server is asked for anything."""
    rig.requests()
    with pytest.raises(StepFailed, match="storage path"):
        rig.export(path=path)

    assert ("POST", "/v2/plugin_exports/") not in rig.requests()


def test_a_refused_enqueue_is_told_in_the_backends_words() -> None:
    """Export guide: nothing stands, and the project of another tenant is none."""
    seed = document(1) | {"tasks": [task(1)]}
    with rigged(seed) as rig:
        with pytest.raises(StepFailed, match=r"Failed to enqueue server-side export: .*77"):
            rig.export(filter={"project": 77})

        assert {} == tree(rig.root)
