"""The to_task guide's blocks that are one parameter, or one file: what a run does with them."""

from __future__ import annotations

import ast
import json

from guide_blocks import path, statements
from guide_to_task_world import CAST, SEEN, opened

from sdk.plugins.categories.pre_annotation.actions.to_task import check_annotations

BRIGHT = frozenset(SEEN)


def literal(block):
    """Return the value that a block writes down."""
    return ast.literal_eval(path(f"to_task/{block}").read_text(encoding="utf-8"))


def assigned(block) -> list[dict]:
    """Return the pre-processor parameters of a block, one after the other."""
    return [names["pre_processor_params"] for names in statements(f"to_task/{block}")]


def test_pre_processor_params() -> None:
    """To_task guide, pre_processor_params: the pre-processor gets them as they are, nested ones too."""
    params = literal("03_pre_processor_params.py")
    with opened() as world:
        assert 4 == world.infer(pre_processor_params=params)["success"]
        assert [params] * 4 == world.calls


def test_annotation_file() -> None:
    """To_task guide, Expected JSON Structure: a file like this is taken, and stored as it is."""
    text = path("to_task/08_annotation_file.json").read_text(encoding="utf-8")
    content = json.loads(text)
    with opened(files={1: {"content": content}}) as world:
        assert 1 == world.start(task_filters={"id": 1})["success"]
        assert {1: content} == world.changed()
    assert content == check_annotations(json.loads(text), "")


def test_inference_behaviour() -> None:
    """To_task guide, Pre-processor Parameters: all of them reach the model, and what was seen too faintly is not
    stored.
    """  # noqa: D205 (one sentence)
    [params] = assigned("10_inference_behaviour.py")
    tasks = {number: {} for number in range(1, 4)}
    with opened(tasks=tasks) as world:
        assert 3 == world.infer(pre_processor_params=params)["success"]
        assert [params] * 3 == world.calls
        assert dict.fromkeys(tasks, BRIGHT) == world.found()


def test_batch_size() -> None:
    """To_task guide, Batch size for inference: as many images are under way before the first task is written."""
    [params] = assigned("15_batch_size.py")
    with opened(tasks={number: {} for number in range(1, 34)}) as world:
        assert 33 == world.infer(pre_processor_params=params)["success"]
        writing = [method for method, _ in world.requests() if method != "GET"]
        assert ["POST"] * 32 + ["PUT"] * 32 + ["POST", "PUT"] == writing


def test_confidence_thresholds() -> None:
    """To_task guide, appropriate confidence thresholds: the strict one stores fewer detections than the other."""
    found = []
    for params in assigned("17_confidence_thresholds.py"):
        with opened(tasks={1: CAST[1]}) as world:
            assert 1 == world.infer(pre_processor_params=params)["success"]
            found.append(world.found()[1])

    assert [{"car", "pebble", "bird"}, {"car", "pebble", "bird", "person", "shadow"}] == found
