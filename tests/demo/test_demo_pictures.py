"""What is drawn is what the truth says: a detector that sees pixels alone finds every box."""

from __future__ import annotations

import io
from collections import deque
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fake_backend.demo.payloads import CLASSES
from fake_backend.demo.picture import GAP, MARGIN, Picture, Shape, draw
from fake_backend.demo.streams import stream


def _class_of(pixel: tuple[int, int, int]) -> int:
    """Return the class whose colour is nearest, 0 for a grey."""
    red, green, blue = pixel
    if max(pixel) - min(pixel) < 60:
        return 0
    return min(
        CLASSES, key=lambda known: sum((a - b) ** 2 for a, b in zip(known.colour, (red, green, blue), strict=True))
    ).id


def detected(image: Image.Image) -> list[tuple[int, int, int, int, int, int]]:
    """Return (class, x, y, width, height, pixels) of each connected run of one class's pixels, sorted."""
    width, height = image.size
    raw = image.convert("RGB").tobytes()
    colours: dict[bytes, int] = {}
    classes = []
    for start in range(0, len(raw), 3):
        pixel = raw[start : start + 3]
        if pixel not in colours:
            colours[pixel] = _class_of((pixel[0], pixel[1], pixel[2]))
        classes.append(colours[pixel])
    found = []
    for first, kind in enumerate(classes):
        if not kind:
            continue
        columns, rows, waiting = [], [], deque([first])
        classes[first] = 0
        while waiting:
            at = waiting.popleft()
            columns.append(at % width)
            rows.append(at // width)
            for near in (at - 1, at + 1, at - width, at + width):
                if 0 <= near < width * height and classes[near] == kind:
                    classes[near] = 0
                    waiting.append(near)
        x, y = min(columns), min(rows)
        found.append((kind, x, y, max(columns) - x + 1, max(rows) - y + 1, len(columns)))
    return sorted(found)


def _truth(picture: Picture) -> list[tuple[int, int, int, int, int, int]]:
    return sorted(
        (shape.stands_for.id, shape.x, shape.y, shape.width, shape.height, shape.area) for shape in picture.shapes
    )


pictures = st.integers(0, 10**6).map(lambda seed: draw(stream(seed, "picture")))


@settings(max_examples=12)
@given(pictures)
def test_pixels_show_exactly_the_boxes_of_the_truth(picture: Picture) -> None:
    """Class, box and area of every shape, found in the encoded PNG, with x and y inclusive and their ends exclusive."""
    assert _truth(picture) == detected(Image.open(io.BytesIO(picture.encoded("png"))))


@settings(max_examples=5)
@given(pictures)
def test_a_jpeg_shows_the_same_shapes(picture: Picture) -> None:
    """A lossy file moves no edge by more than a pixel: the intersection of each box is over 0.8 of the union."""
    found = [box for box in detected(Image.open(io.BytesIO(picture.encoded("jpeg")))) if box[-1] > 50]

    assert [box[0] for box in _truth(picture)] == [box[0] for box in found]
    for (_, *drawn, _), (_, *seen, _) in zip(_truth(picture), found, strict=True):
        assert all(abs(a - b) <= 2 for a, b in zip(drawn, seen, strict=True))


@given(pictures)
def test_shapes_keep_their_distance(picture: Picture) -> None:
    """A contour detector can tell them apart: free pixels around each box, and to the edge."""
    taken: set[tuple[int, int]] = set()
    for shape in picture.shapes:
        assert MARGIN <= shape.x <= picture.width - MARGIN - shape.width
        assert MARGIN <= shape.y <= picture.height - MARGIN - shape.height
        columns = range(shape.x - GAP + 1, shape.x + shape.width + GAP - 1)
        rows = range(shape.y - GAP + 1, shape.y + shape.height + GAP - 1)
        assert not any((column, row) in taken for column in columns for row in rows)
        taken |= {
            (column, row)
            for column in range(shape.x, shape.x + shape.width)
            for row in range(shape.y, shape.y + shape.height)
        }


@given(
    st.sampled_from(["rectangle", "ellipse"]),
    st.tuples(*[st.integers(0, 50)] * 2, st.integers(14, 40), st.integers(12, 32)),
)
def test_a_shape_fills_its_box_to_all_four_sides(kind: Any, box: tuple[int, int, int, int]) -> None:
    """Also an ellipse of any size that is drawn; its spans are symmetric and its area is theirs."""
    x, y, width, height = box
    shape = Shape(CLASSES[0], kind, *box)
    spans = [*shape.spans()]

    assert [*range(y, y + height)] == [row for row, _, _ in spans]
    assert (x, x + width) == (min(first for _, first, _ in spans), max(first + n for _, first, n in spans))
    assert all(first - x == x + width - first - n and n > 0 for _, first, n in spans)
    assert sum(n for _, _, n in spans) == shape.area


@pytest.mark.parametrize("kind", ["rectangle", "ellipse"])
def test_an_outline_lies_on_the_shape_s_edge(kind: Any) -> None:
    """Points run around the box's sides, or its ellipse, and touch all four ends."""
    shape = Shape(CLASSES[0], kind, 10, 20, 30, 16)
    flat = shape.outline(400)
    points = [*zip(flat[::2], flat[1::2], strict=True)]

    assert 400 == len(points)
    assert (10, 40, 20, 36) == (min(flat[::2]), max(flat[::2]), min(flat[1::2]), max(flat[1::2]))
    for across, down in points:
        u, v = (across - 10) / 30, (down - 20) / 16
        distance = (2 * u - 1) ** 2 + (2 * v - 1) ** 2 if kind == "ellipse" else max(abs(2 * u - 1), abs(2 * v - 1))
        assert 1 == pytest.approx(distance, abs=1e-3)
