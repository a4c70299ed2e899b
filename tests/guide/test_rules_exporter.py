"""Rules of the guide about exporters: hooks, what they are handed, the adapter, and handlers of targets."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from guide_runs import EACH_ITEM, ONCE
from guide_world import HEADS, PROJECT, TARGETS
from pydantic import ValidationError

from sdk.plugins.actions import export
from sdk.plugins.actions.export import (
    BaseExporter,
    ExportAction,
    ExporterRunAdapter,
    ExportParams,
    ExportStatus,
    ExportTargetHandler,
    MetricsRecord,
    TargetHandlerFactory,
)
from sdk.plugins.actions.export.errors import UnsupportedTargetError
from tests.sdk.export.export_rig import DELEGATED, tree


def action_with(**hooks) -> type[ExportAction]:
    """Return an action whose exporter overrides these hooks."""
    return type("Action", (ExportAction,), {"entrypoint": type("Own", (BaseExporter,), hooks)})


@pytest.mark.parametrize("target", TARGETS)
def test_all_nine_hooks_are_called_equally_often_on_both_heads(world, runs, target) -> None:
    """Export guide, Template Methods: the tail is one; each hook is called for each item, or once, by either head."""
    each = {**dict.fromkeys(EACH_ITEM, len(world.truth(target))), **dict.fromkeys(ONCE, 1)}

    assert 9 == len(each)
    assert [each, each] == [Counter(runs(head, target).hooks) for head in HEADS]


@pytest.mark.parametrize("head", HEADS)
def test_the_order_of_hooks(runs, head) -> None:
    """Export guide, Template Methods: directories first, each item converted and then saved, the rest at the end."""
    assert ["setup_output_directories", *EACH_ITEM * 4, "additional_file_saving"] == runs(head).hooks


@pytest.mark.parametrize("head", HEADS)
def test_conversion_is_a_pipeline(world, head) -> None:
    """Export guide, Template Methods: before_convert(), convert_data(), after_convert(), one upon another."""

    def add(letter):
        return lambda _, data: {**data, "data": {"way": data["data"].get("way", "") + letter}}

    hooks = {"before_convert": add("a"), "convert_data": add("b"), "after_convert": add("c")}
    result = world.export(head, action=action_with(**hooks), save_original_file=False)

    assert {b'{"way":"abc"}'} == set(tree(result["output_path"]).values())


@pytest.mark.parametrize("head", HEADS)
def test_originals_may_be_saved_in_another_way(world, head) -> None:
    """Export guide, Template Methods: save_original_file(result, base_path, error_list) decides about the original."""

    def save(self, result, base_path, error_list):
        if result["id"] == 4:
            error_list.append(["그림 4.png", "not wanted"])
            return ExportStatus.FAILED
        (base_path / f"{result['id']}.link").write_text("x", encoding="utf-8")
        return ExportStatus.SUCCESS

    result = world.export(head, action=action_with(save_original_file=save))
    files = tree(result["output_path"])

    assert {f"origin_files/{number}.link" for number in (1, 2, 3)} == {name for name in files if "origin" in name}
    assert [["그림 4.png", "not wanted"]] == json.loads(files["error_file_list.json"])["original_file_name"]
    assert {"stand_by": 0, "success": 3, "failed": 1} == world.logger.metrics["original_file"]


@pytest.mark.parametrize("head", HEADS)
def test_data_may_be_saved_in_another_way(world, head) -> None:
    """Export guide, Template Methods: save_as_json(result, base_path, error_list) decides about the data file."""

    def save(self, result, base_path, error_list):
        (base_path / f"{result['id']}.txt").write_text(str(len(result["data"]["annotations"])), encoding="utf-8")
        return ExportStatus.SUCCESS

    result = world.export(head, action=action_with(save_as_json=save), save_original_file=False)

    assert {f"labels/{n}.txt": str(n).encode() for n in (1, 2, 3, 4)} == tree(result["output_path"])


@pytest.mark.parametrize("head", HEADS)
def test_directories_may_be_others(world, head) -> None:
    """Export guide, Template Methods: setup_output_directories(path, save_original) says where files go."""

    def setup(self, path, save_original):
        places = {"label_output_path": path / "a/b", "origin_files_output_path": path / "c"}
        for place in places.values():
            place.mkdir(parents=True)
        return places if save_original else {"label_output_path": places["label_output_path"]}

    action = action_with(setup_output_directories=setup)
    with_originals, without = (
        {
            name.rpartition("/")[0]
            for name in tree(world.export(head, action=action, save_original_file=f)["output_path"])
        }
        for f in (True, False)
    )

    assert ({"a/b", "c"}, {"a/b"}) == (with_originals, without)


@pytest.mark.parametrize("head", HEADS)
def test_saving_may_be_done_in_one_hook(world, head) -> None:
    """Export guide, Template Methods: process_file_saving(...) saves an item, and says whether it counts."""

    def save(self, final_data, unique_export_path, *rest):
        (unique_export_path / f"{rest[-1]}-{final_data['id']}").write_text("x", encoding="utf-8")
        return final_data["id"] != 3

    result = world.export(head, action=action_with(process_file_saving=save))

    assert {"1-4", "2-3", "3-2", "4-1"} == set(tree(result["output_path"]))
    assert (3, 1) == (result["exported_count"], result["failed_count"])


@pytest.mark.parametrize("head", HEADS)
def test_files_may_be_added_at_the_end(world, head) -> None:
    """Export guide, Template Methods: additional_file_saving(path) comes after the last item and sees all files."""

    def add(self, path):
        (path / "count.txt").write_text(str(len(list((path / "labels").iterdir()))), encoding="utf-8")

    assert b"4" == tree(world.export(head, action=action_with(additional_file_saving=add))["output_path"])["count.txt"]


@pytest.mark.parametrize("head", HEADS)
def test_what_the_template_does_by_itself(world, runs, head) -> None:
    """Export guide, Template-Based Export: originals, JSON, progress and metrics without a line of code."""
    run = runs(head)
    saved = [percent for step, percent in run.logger.progress if step == "save_files"]

    assert world.artefacts("task") == run.tree
    assert (100.0, sorted(saved)) == (saved[-1], saved)
    whole = {"stand_by": 0, "success": 4, "failed": 0}
    assert (whole, whole) == (run.logger.metrics["original_file"], run.logger.metrics["data_file"])


def test_the_adapter_reports_under_what_it_is_told(world) -> None:
    """Export guide, ExporterRunAdapter: messages, progress with step, metrics with category, what became of files."""
    run = ExporterRunAdapter(world.context().logger)
    run.log_message("Processing item...")
    run.set_progress(1, 2, step="dataset_conversion")
    run.log_metrics(run.MetricsRecord(stand_by=1, failed=2), category="own")
    run.export_log_original_file(1, {"a": 1}, ExportStatus.FAILED, "gone")
    run.export_log_data_file(2, {}, ExportStatus.STAND_BY, "")
    logger = world.logger

    assert ("Processing item...", [("dataset_conversion", 50.0)]) == (logger.texts(), logger.progress)
    assert {"own": {"stand_by": 1, "success": 0, "failed": 2}} == logger.metrics
    (original,), (data,) = logger.events("export_original_file"), logger.events("export_data_file")
    assert (1, "failed", "gone") == (original["target_id"], original["status"], original["error"])
    assert (2, "stand_by") == (data["target_id"], data["status"])
    assert run.MetricsRecord is MetricsRecord


def test_counts_and_words_of_files() -> None:
    """Export guide, MetricsRecord and ExportStatus: three counts from nothing, three words that are texts."""
    record = MetricsRecord()
    record.stand_by += 2
    record.count(ExportStatus.SUCCESS)
    record.count(ExportStatus.FAILED)

    assert {"stand_by": 0, "success": 1, "failed": 1} == record.to_dict()
    assert ["success", "failed", "stand_by"] == list(ExportStatus)
    assert all(isinstance(status, str) for status in ExportStatus)


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("assignment", "AssignmentExportTargetHandler"),
        ("ground_truth", "GroundTruthExportTargetHandler"),
        ("task", "TaskExportTargetHandler"),
    ],
)
def test_the_handlers_that_there_are(world, target, name) -> None:
    """Export guide, Available Handlers: each target has its own, which gives rows, checks filters and makes items."""
    handler = TargetHandlerFactory.get_handler(target)
    filters = handler.validate_filter(world.params(target)["filter"], world.client)
    results, count = handler.get_results(world.client, filters)

    assert type(handler) is getattr(export, name)
    assert isinstance(handler, ExportTargetHandler)
    items = [(item["id"], item["data"]) for item in handler.get_export_item(results)]
    assert (len(items), items) == (count, [(number, data) for number, _, data in world.truth(target)])


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("target", TARGETS)
def test_items_of_a_target(world, runs, head, target) -> None:
    """Export guide, Export Targets: labelling work, curated events, tasks: each with payload and picture."""
    items = [(item["id"], item["files"]["file_name_original"], item["data"]) for item in runs(head, target).items]

    assert [(number, f"그림 {picture}.png", data) for number, picture, data in world.truth(target)] == items


def test_a_target_that_is_none_is_refused(world) -> None:
    """Export guide, TargetHandlerFactory: an unknown target is refused with those that there are."""
    with pytest.raises(UnsupportedTargetError, match="'assignment', 'ground_truth', 'task'"):
        TargetHandlerFactory.get_handler("picture")
    with pytest.raises(ValidationError, match="target"):
        ExportParams(**world.params() | {"target": "picture"})


def test_a_handler_of_ones_own_is_complete_or_none() -> None:
    """Export guide, Custom Target Handler: get_results(), validate_filter() and get_export_item() are all needed."""
    methods = {"get_results": None, "validate_filter": None, "get_export_item": None}
    for missing in methods:
        present = {name: lambda *_: None for name in methods if name != missing}
        with pytest.raises(TypeError, match=missing):
            type("Half", (ExportTargetHandler,), present)()


def test_the_filter_that_a_handler_returns_is_the_filter(world) -> None:
    """Export guide, Custom Target Handler: what validate_filter() returns is what get_results() is given."""
    given = []

    class Own(ExportTargetHandler):
        def get_results(self, client, filters):
            given.append(filters)
            return iter([{"n": 1}]), 1

        def validate_filter(self, filters, client):
            return {**filters, "more": True}

        def get_export_item(self, results):
            for row in results:
                yield {"id": row["n"], "data": row, "files": {}}

    action = type("Action", (ExportAction,), {"get_handler": lambda self: Own()})
    result = world.export(None, action=action, save_original_file=False)

    assert [{"project": PROJECT, "more": True}] == given
    assert (1, "in-process") == (result["exported_count"], result["head"])


def test_an_export_is_what_a_person_asked_for(own_world) -> None:
    """Export guide, Running Locally: each of the command's parameters has its effect."""
    result = own_world.export(DELEGATED, name="My Export", path="exports/my-export", extra_params={"a": 1})

    assert str(own_world.root / "exports/my-export/My Export") == result["output_path"]
    assert set(own_world.artefacts("task")) == set(tree(result["output_path"]))
