"""Rules of the to_task guide's Next Steps: what a plugin may extend, run on the fake as a plugin is."""

from __future__ import annotations

import sys

import pytest
from guide_to_task_world import CAST, SPECIFICATION, annotated, opened

from sdk.plugins.categories.pre_annotation.actions.to_task import (
    AnnotationStrategy,
    CriticalError,
    ToTaskAction,
    ValidationStrategy,
)
from sdk.plugins.config import PluginConfig
from sdk.plugins.enums import PluginCategory

PAIR = {1: CAST[1], 2: CAST[2]}
CONFIG = """
name: Whole pictures
code: whole_pictures
category: pre_annotation
actions:
  to_task:
    entrypoint: whole_pictures_plugin.WholePictureAction
"""
PLUGIN = """
from sdk.plugins.categories.pre_annotation.actions.to_task import AnnotationStrategy, ToTaskAction


class WholePicture(AnnotationStrategy):
    def annotate(self, context, task):
        unit = task.row["data_unit"]
        box = {"x": 0, "y": 0, "width": unit["width"], "height": unit["height"]}
        return {"objects": [{"id": "whole", "class_id": 1, "type": "bbox", "coordinates": box}]}


class WholePictureAction(ToTaskAction):
    def annotation_strategy(self):
        return WholePicture()
"""


def test_a_custom_validation() -> None:
    """To_task guide, Custom Strategies: it sees the tasks, refuses with words of its own, and nothing is begun; where
    it has nothing against it, the run is as without it.
    """  # noqa: D205 (one sentence)

    class AtMost(ValidationStrategy):
        def validate(self, context):
            if len(context.task_ids) > 3:
                raise CriticalError(f"{len(context.task_ids)} tasks match", "Narrow task_filters to 3 tasks.")

    class Action(ToTaskAction):
        def validation_strategies(self):
            return [AtMost()]

    with opened(cold=True) as world:
        with pytest.raises(CriticalError, match=r"4 tasks match\. Narrow task_filters to 3 tasks\."):
            world.infer(Action)
        assert ({}, {}) == (world.changed(), world.backend.serving.statuses())
        assert 3 == world.infer(Action, task_filters={"status": "pending", "limit": 3})["success"]


def test_a_custom_annotation_strategy(tmp_path, monkeypatch) -> None:
    """To_task guide, Custom Strategies, and Plugin Development: a plugin's config.yaml names the action, a class of its
    own; its strategy makes the annotations, with neither files nor a pre-processor.
    """  # noqa: D205 (one sentence)
    (tmp_path / "config.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "whole_pictures_plugin.py").write_text(PLUGIN, encoding="utf-8")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    config = PluginConfig.read(tmp_path)
    try:
        action = config.action("to_task").load()
    finally:
        sys.modules.pop("whole_pictures_plugin", None)
    assert PluginCategory.PRE_ANNOTATION is config.category is action.category
    with opened(tasks=PAIR) as world:
        assert 2 == world.start(action)["success"]
        whole = {"x": 0, "y": 0, "width": 640, "height": 480}
        assert [whole] * 2 == [data["objects"][0]["coordinates"] for data in world.changed().values()]
        assert [] == world.calls


def test_a_strategy_that_fails_fails_its_task_alone() -> None:
    """To_task guide, Task-level Errors: whatever a strategy of the plugin's own raises is one line in the log."""

    class Odd(AnnotationStrategy):
        def annotate(self, context, task):
            if task.id % 2 == 0:
                raise ZeroDivisionError(f"task {task.id} is even")
            return annotated(task.id)

    class Action(ToTaskAction):
        def annotation_strategy(self):
            return Odd()

    with opened() as world:
        world.start(Action)
        assert [f"[Task {number}] Failed: task {number} is even" for number in (2, 6)] == world.failures()
        assert {1: annotated(1), 3: annotated(3)} == world.changed()


def test_conversion_of_files() -> None:
    """To_task guide, Custom Strategies: a hook takes files of another format, fetched under the run's own rules."""
    coco = {"content": {"annotations": [{"id": 7, "category_id": 2, "bbox": [1, 2, 3, 4]}]}}

    class Coco(ToTaskAction):
        def convert_data_from_file(
            self, primary_file_url, primary_file_name, data_file_url, data_file_name, task_data=None
        ):
            assert (f"{task_data['id']}.png", f"{task_data['id']}.json") == (primary_file_name, data_file_name)
            boxes = self.download_json(data_file_url)["annotations"]
            return {"objects": [{"id": f"coco_{box['id']}"} for box in boxes]}

    with opened(tasks=PAIR, files=dict.fromkeys(PAIR, coco)) as world:
        assert "FAILED" == world.start()["status"]  # without the hook it is no task object
        assert 2 == world.start(Coco)["success"]
        assert dict.fromkeys(PAIR, frozenset({"coco_7"})) == world.found()


def test_conversion_of_requests_and_answers() -> None:
    """To_task guide, Custom Strategies: hooks ask another kind of pre-processor, and read its answers; the rest of the
    run is as ever, the threshold included.
    """  # noqa: D205 (one sentence)

    class Boxes(ToTaskAction):
        def setup_inference_params(
            self, primary_file_url, primary_file_name, data_files, *, pre_processor_params, **other
        ):
            assert [SPECIFICATION] == [file["specification_name"] for file in data_files]
            return {"json": {"image_url": primary_file_url, "least": pre_processor_params["confidence_threshold"]}}

        def convert_data_from_inference(self, inference_data, task_data=None):
            found = {"objects": [seen["as_object"] for seen in inference_data["boxes"]]}
            return super().convert_data_from_inference(found, task_data)

    with opened(tasks=PAIR) as world:

        def boxes(request):
            return {"boxes": [{"as_object": seen} for seen in world.detect(request)["objects"]]}

        world.backend.serving.register("detector", boxes)
        assert 2 == world.infer(Boxes, pre_processor_params={"confidence_threshold": 0.9})["success"]
        assert [{"least": 0.9}] * 2 == world.calls
        assert dict.fromkeys(PAIR, frozenset({"car", "pebble", "bird"})) == world.found()
