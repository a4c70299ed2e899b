"""What to_task has to do in the demo: how many tasks, beside which others, and what makes hard pictures hard."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from test_demo_pictures import detected

from fake_backend.demo import ANNOTATION_PROJECT, TO_ANNOTATE, annotations_from_objects
from fake_backend.demo.hard_picture import OVERLAP, VISIBLE, HardPicture, draw_hard
from fake_backend.demo.picture import MARGIN, Shape
from fake_backend.demo.streams import stream
from fake_backend.demo.to_annotate import tasks_to_annotate

hard_pictures = st.integers(0, 10**6).map(lambda seed: draw_hard(stream(seed, "hard")))


def _pixels(shape: Shape) -> set[tuple[int, int]]:
    return {(row, column) for row, first, length in shape.spans() for column in range(first, first + length)}


def _shared(one: Shape, other: Shape) -> float:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, across) * max(0, down) / min(one.width * one.height, other.width * other.height)


def test_the_filter_keeps_as_many_tasks_as_promised(any_demo: dict[str, Any]) -> None:
    """48 of the project's 60, without data, each with a picture and its annotation file; the others hold something."""
    tasks = [task for task in any_demo["tasks"] if task["project"] == ANNOTATION_PROJECT]
    kept = [task for task in tasks if task["status_label"] == "stand_by" and not task["is_discarded"]]
    units = {unit["id"]: unit for unit in any_demo["data_units"]}

    assert (60, TO_ANNOTATE) == (len(tasks), len(kept)) == (60, 48)
    assert {None} == {str(task["data"]) if task["data"] else None for task in kept}
    assert {"stand_by", "in_progress", "completed", "skipped"} == {task["status_label"] for task in tasks}
    assert any(task["is_discarded"] and task["status_label"] == "stand_by" for task in tasks)
    for task in kept:
        files, truth = (units[task["data_unit"]][key] for key in ("files", "meta"))
        assert truth["truth"] == annotations_from_objects(files["annotation_data"]["content"])
        assert files["image_1"]["is_primary"]


def test_nothing_is_deployed_in_the_demo(any_demo: dict[str, Any]) -> None:
    """The pre-processor is cold: whoever wants a prediction starts it."""
    assert ["NOT_STARTED"] == [row["status"] for row in any_demo["serve_applications"]]
    assert [any_demo["plugin_releases"][0]["id"]] == [row["plugin_release"] for row in any_demo["serve_applications"]]


def test_hard_pictures_change_nothing_else() -> None:
    """The same tasks with other pictures."""
    plain, hard = ([*tasks_to_annotate(3, hard=hard, scale=6)] for hard in (False, True))

    assert [task | {"data": None} for task, _ in plain] == [task | {"data": None} for task, _ in hard]
    assert all(one["meta"] != other["meta"] for (_, one), (_, other) in zip(plain, hard, strict=True))


@settings(max_examples=7)
@given(hard_pictures)
def test_a_hard_picture_is_fair(picture: HardPicture) -> None:
    """Most of each shape can be seen, no box holds half of another, all lie within the picture."""
    for number, shape in enumerate(picture.shapes):
        own = _pixels(shape)
        seen = own.difference(*(_pixels(later) for later in picture.shapes[number + 1 :]))

        assert len(seen) >= VISIBLE * len(own)
        assert all(_shared(shape, other) <= OVERLAP for other in picture.shapes[:number])
        assert MARGIN <= shape.x <= picture.width - MARGIN - shape.width
        assert MARGIN <= shape.y <= picture.height - MARGIN - shape.height


def test_hard_pictures_are_hard() -> None:
    """Most shapes overlap, in their own class too; who looks at pixels one by one misses most and sees what is not."""
    pictures = [draw_hard(stream(1, "hard", number)) for number in range(20)]
    pairs = [
        (one, other)
        for picture in pictures
        for n, one in enumerate(picture.shapes)
        for other in picture.shapes[:n]
        if _shared(one, other) > 0
    ]
    shapes = [shape for picture in pictures for shape in picture.shapes]
    overlapping = {id(shape) for pair in pairs for shape in pair}

    assert 2 * len(overlapping) > len(shapes)
    assert any(one.stands_for is other.stands_for for one, other in pairs)
    hits = 0
    for picture in pictures[:4]:
        boxes = [box[:5] for box in detected(Image.open(io.BytesIO(picture.encoded("png"))))]
        hits += len({*boxes} & {(s.stands_for.id, s.x, s.y, s.width, s.height) for s in picture.shapes})
        assert len(boxes) > 20 * len(picture.shapes)
    assert 2 * hits < sum(len(picture.shapes) for picture in pictures[:4])
