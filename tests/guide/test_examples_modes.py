"""The guide's examples of simple and step mode, and its best practices, each judged by what it gives."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from guide_blocks import running, with_methods
from guide_world import PROJECT
from pydantic import BaseModel

from sdk.plugins.actions.export import BaseExportAction, ExportContext
from sdk.plugins.errors import StepFailed
from sdk.plugins.steps import BaseStep, Orchestrator, StepRegistry, StepResult

CONVERSION = "dataset_conversion"


class Params(BaseModel):
    """Parameters of the examples that leave theirs to the reader."""

    project_id: int = PROJECT
    filters: dict[str, Any] = {"project": PROJECT}


def test_simple_mode(world) -> None:
    """Export guide, Simple Mode: every assignment of the project, its payload whole, progress from 0 to 100 %."""
    with running("export/09_simple_mode.py") as guide:
        result = guide.SimpleExportAction.dispatch({"project_id": PROJECT}, world.context())

    truth = world.of_project("assignments")
    assert ("coco", 4) == (result["format"], result["exported_count"])
    assert [(row["id"], row["data"]) for row in truth] == [(row["id"], row["data"]) for row in result["data"]]
    assert [(CONVERSION, percent) for percent in (0, 25, 50, 75, 100)] == world.logger.progress


def test_step_based_mode(world, tmp_path) -> None:
    """Export guide, Step-Based Mode: three weighted steps in order; on failure what was saved is cleaned up."""
    with (
        running("export/09_simple_mode.py") as simple,
        running("export/10_step_based_mode.py", ExportParams=simple.ExportParams) as guide,
    ):
        action = guide.StepBasedExportAction({}, world.context())
        registry: StepRegistry[ExportContext] = StepRegistry()
        action.setup_steps(registry)
        context = ExportContext(runtime_ctx=action.ctx, params={"filters": {"project": PROJECT}})
        told: list[tuple[int, int]] = []
        Orchestrator(registry, context, lambda *done: told.append(done)).execute()

        truth = [row["data"] for row in world.of_project("assignments")]
        assert truth == [row["data"] for row in context.step_results[1].data["converted"]]
        assert (4, 4, "/tmp/export_output.json") == (context.total_count, context.exported_count, context.output_path)
        assert [(200, 1000), (800, 1000), (1000, 1000)] == told
        assert 3 == guide.StepBasedExportAction.dispatch({"project_id": PROJECT}, world.context())["steps_executed"]

        output = tmp_path / "output.json"

        class Fails(BaseStep[ExportContext]):
            name = "fails"
            progress_weight = 0.1

            def execute(self, context):
                output.write_text("{}", encoding="utf-8")
                context.output_path = str(output)
                return StepResult(success=False, error="no room")

        registry.register(Fails())
        with pytest.raises(StepFailed, match="no room"):
            Orchestrator(registry, ExportContext(runtime_ctx=world.context())).execute()
        assert not output.exists()


def test_coco_exporter(world, tmp_path) -> None:
    """Export guide, COCO Format Exporter: pycocotools loads the file, and everything in it is as in the seed."""
    from pycocotools.coco import COCO

    with running("export/14_coco_exporter.py") as guide:
        result = guide.CocoExportAction.dispatch({"project_id": PROJECT}, world.context())
        without = guide.CocoExportAction.dispatch({"project_id": PROJECT, "include_images": False}, world.context())
    file = tmp_path / "coco.json"
    file.write_text(json.dumps(result["data"]), encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()):  # it tells how long loading took
        coco = COCO(str(file))

    rows = world.of_project("assignments")
    units = {unit["id"]: unit for unit in map(world.unit, rows)}
    ids = [image["id"] for image in result["data"]["images"]]
    assert None not in ids
    assert len(ids) == len(set(ids))
    assert set(units) == set(coco.getImgIds())
    for image in coco.loadImgs(coco.getImgIds()):
        unit = units[image["id"]]
        assert (unit["name"], unit["width"], unit["height"]) == (image["file_name"], image["width"], image["height"])
    truth = {world.unit(row)["id"]: row["data"]["annotations"] for row in rows}
    total = sum(map(len, truth.values()))
    assert (4, 10, "coco") == (result["exported_count"], result["annotation_count"], result["format"])
    assert (len(units), total) == (len(coco.getImgIds()), len(coco.getAnnIds()))
    names = {category["id"]: category["name"] for category in coco.loadCats(coco.getCatIds())}
    assert ["car", "person"] == sorted(names.values())
    for image_id, boxes in truth.items():
        found = coco.loadAnns(coco.getAnnIds(imgIds=[image_id]))
        assert [(a["category"], a["bbox"], a["area"]) for a in boxes] == [
            (names[a["category_id"]], a["bbox"], a["area"]) for a in found
        ]
    assert Counter(a["category"] for group in truth.values() for a in group) == {
        name: len(coco.getAnnIds(catIds=[number])) for number, name in names.items()
    }
    assert (0, total) == (without["exported_count"], without["annotation_count"])


@pytest.mark.parametrize(
    ("chosen", "content"),
    [
        ("coco", json.dumps({"format": "coco", "images": [], "annotations": []}, indent=2)),
        ("yolo", "[]"),
        ("csv", "id,label,x,y,width,height\n"),
    ],
)
def test_multi_format_exporter(world, tmp_path, chosen, content) -> None:
    """Export guide, Multi-Format Exporter with Steps: one file in the format asked for, where the context says.

    Since Python 3.11 the name that the example makes of an enumeration's member spells its class too.
    """
    with running("export/15_multi_format_steps.py") as guide:
        seen: list[ExportContext] = []

        class Watched(guide.MultiFormatExportAction):
            def create_context(self):
                seen.append(super().create_context())
                return seen[0]

        params = {"project_id": PROJECT, "output_format": chosen, "output_dir": str(tmp_path / "out")}
        Watched.dispatch(params, world.context())

    (context,) = seen
    assert [Path(context.output_path)] == list((tmp_path / "out").iterdir())
    assert content == Path(context.output_path).read_text(encoding="utf-8")
    assert (4, 4) == (context.total_count, context.exported_count)
    assert 100 == sum(step.progress_proportion for step in (guide.FetchStep(), guide.ConvertStep(), guide.SaveStep()))


def test_memory_efficient_processing(world) -> None:
    """Export guide, Memory-Efficient Processing: rows come from a generator, page by page, each with progress."""
    seen = []
    attributes = {"params_model": Params, "_process_item": lambda _, item: seen.append(item["data"])}
    action = with_methods("export/16_memory_efficient_processing.py", BaseExportAction, attributes, Any=Any)
    world.requests()
    results, count = action(Params(), world.context()).get_filtered_results({"project": PROJECT})

    assert (iter(results), count) == (results, 4)
    assert 1 == len(world.requests())  # the count alone: no page before the first row is wanted
    action.dispatch({}, world.context())
    assert [row["data"] for row in world.of_project("assignments")] == seen
    assert [(CONVERSION, percent) for percent in (25, 50, 75, 100)] == world.logger.progress


@pytest.mark.parametrize(("total", "reports"), [(0, 0), (1, 1), (7, 7), (100, 100), (250, 125), (1001, 101)])
def test_progress_reporting(world, total, reports) -> None:
    """Export guide, Progress Reporting: one report every per cent, and one for the last item."""
    attributes = {
        "params_model": Params,
        "_process": lambda _, item: None,
        "get_filtered_results": lambda _, filters: (iter(range(total)), total),
    }
    action = with_methods("export/17_progress_reporting.py", BaseExportAction, attributes, Any=Any, filters={})
    action.dispatch({}, world.context())

    assert reports == len(world.logger.progress)
    assert not total or (CONVERSION, 100.0) == world.logger.progress[-1]


def test_error_recovery(world) -> None:
    """Export guide, Error Recovery: what converts is handed on, what does not is named, and the run goes on."""

    def convert(_, item):
        if item["id"] % 2:
            raise ValueError("odd")
        return item["id"]

    names = {"BaseStep": BaseStep, "ExportContext": ExportContext, "StepResult": StepResult}
    with running("export/18_error_recovery.py", **names) as guide:
        named = {"name": "convert", "progress_weight": 1.0, "_convert": convert}
        step = type("Step", (guide.ConvertStep,), named)()
        registry: StepRegistry[ExportContext] = StepRegistry()
        registry.register(step)
        context = ExportContext(runtime_ctx=world.context())
        context.results, context.total_count = world.client.get_tasks({"project": PROJECT})

        assert Orchestrator(registry, context).execute()["success"]

    told = ["Item 3: odd", "Item 1: odd"]
    assert (2, told) == (context.exported_count, context.errors)
    assert {"converted": [4, 2], "errors": told} == context.step_results[0].data
