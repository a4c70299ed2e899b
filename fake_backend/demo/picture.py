"""Pictures whose shapes are the truth: drawn pixel by pixel from whole numbers, encoded by Pillow.

A shape's box is exact by construction. An ellipse is the set of pixels whose centres lie in the ellipse of its box,
and touches all four sides. Shapes keep ``GAP`` pixels between their boxes and ``MARGIN`` to the edge, wear the full
colour of their class, and stand on a plain grey ground; ``SPECKS`` of the pixels are a little lighter or darker.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Final, Literal

from fake_backend.demo.errors import PillowMissing
from fake_backend.demo.payloads import CLASSES, Annotation, Number, ShapeClass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

GAP = 8  # pixels: what a contour detector needs to keep two shapes apart
MARGIN = 4
SPECKS = 0.02  # share of pixels; more would make the files several times larger
SPECK_DEPTH = 6  # of 255: far below the distance between any two colours used here
SIZES: Final = ((96, 64), (120, 90), (128, 96), (144, 96), (160, 120))
GROUNDS: Final = (236, 214, 128, 64)  # greys: every class colour is saturated
TRIES = 60  # places tried for one shape before the picture does with fewer


@dataclass(frozen=True)
class Shape:
    """A rectangle or an ellipse; the box counts pixels (``payloads.py``)."""

    stands_for: ShapeClass
    kind: Literal["rectangle", "ellipse"]
    x: int
    y: int
    width: int
    height: int

    def spans(self) -> Iterator[tuple[int, int, int]]:
        """Yield (row, first column, number of pixels) of each row of the shape, top to bottom."""
        for row in range(self.height):
            inset = self._inset(row) if self.kind == "ellipse" else 0
            yield self.y + row, self.x + inset, self.width - 2 * inset

    def _inset(self, row: int) -> int:
        """Return how many pixels of ``row`` lie left of the ellipse: whole numbers, hence alike on every machine."""
        w, h = self.width, self.height
        vertical = (2 * row + 1 - h) ** 2 * w * w
        return next(c for c in range(w) if (2 * c + 1 - w) ** 2 * h * h + vertical <= w * w * h * h)

    @property
    def area(self) -> int:
        """Number of pixels of the shape."""
        return sum(length for _, _, length in self.spans())

    def annotation(self, number: int) -> Annotation:
        """Return the truth about this shape, as entry ``number`` of a picture."""
        return {
            "id": f"ann_{number:03d}",
            "category": self.stands_for.label,
            "bbox": [self.x, self.y, self.width, self.height],
            "area": self.area,
        }

    def outline(self, points: int) -> list[Number]:
        """Return ``points`` points of the ideal outline as x, y, x, y, ..., in pixels to three decimals."""
        flat: list[Number] = []
        for number in range(points):
            across, down = self._unit_outline(number / points)
            flat += [round(self.x + across * self.width, 3), round(self.y + down * self.height, 3)]
        return flat

    def _unit_outline(self, turn: float) -> tuple[float, float]:
        """Return the point of the outline, in the unit square, after ``turn`` of a whole turn."""
        if self.kind == "ellipse":
            angle = 2 * math.pi * turn
            return (1 + math.cos(angle)) / 2, (1 + math.sin(angle)) / 2
        side, along = divmod(4 * turn, 1)
        return ((along, 0.0), (1.0, along), (1 - along, 1.0), (0.0, 1 - along))[int(side)]


@dataclass(frozen=True)
class Picture:
    """A picture before it is encoded.

    Args:
        width: Columns.
        height: Rows.
        ground: Grey of the ground, 0 to 255.
        shapes: What is drawn, and the truth.
        specks: (pixel number, change of all three channels) of each speck.
    """

    width: int
    height: int
    ground: int
    shapes: tuple[Shape, ...]
    specks: tuple[tuple[int, int], ...]

    def pixels(self) -> bytes:
        """Return the picture as rows of red, green, blue."""
        canvas = bytearray([self.ground]) * (3 * self.width * self.height)
        for shape in self.shapes:
            for row, first, length in shape.spans():
                start = 3 * (row * self.width + first)
                canvas[start : start + 3 * length] = bytes(shape.stands_for.colour) * length
        for pixel, change in self.specks:
            for channel in range(3 * pixel, 3 * pixel + 3):
                canvas[channel] += change  # no colour is within SPECK_DEPTH of 0 or 255
        return bytes(canvas)

    def encoded(self, form: Literal["png", "jpeg"]) -> bytes:
        """Return the picture as a file.

        Args:
            form: ``png`` keeps every pixel; ``jpeg`` (quality 95, full colour resolution) comes close.

        Raises:
            PillowMissing: The extra ``demo`` is not installed.
        """
        try:
            from PIL import Image  # noqa: PLC0415 - an extra, and nothing else of the package needs it
        except ImportError:
            raise PillowMissing from None
        image = Image.frombytes("RGB", (self.width, self.height), self.pixels())
        file = BytesIO()
        if form == "png":
            image.save(file, "PNG", compress_level=6)
        else:
            image.save(file, "JPEG", quality=95, subsampling=0)
        return file.getvalue()


def draw(rng: Random) -> Picture:
    """Return a picture with one to five shapes.

    Args:
        rng: The picture's own stream.
    """
    width, height = rng.choice(SIZES)
    shapes: list[Shape] = []
    for _ in range(rng.randint(1, 5)):
        for _ in range(TRIES):
            shape = somewhere(rng, width, height)
            if all(_apart(shape, other) for other in shapes):
                shapes.append(shape)
                break
    pixels = width * height
    specked = rng.sample(range(pixels), int(SPECKS * pixels))
    specks = tuple((pixel, SPECK_DEPTH if pixel % 2 else -SPECK_DEPTH) for pixel in specked)
    return Picture(width, height, rng.choice(GROUNDS), tuple(shapes), specks)


def somewhere(rng: Random, width: int, height: int) -> Shape:
    """Return a shape of any class, kind, size and place.

    Args:
        rng: The picture's own stream.
        width: Columns of the picture.
        height: Rows of the picture.
    """
    w, h = rng.randint(14, 40), rng.randint(12, 32)
    return Shape(
        stands_for=rng.choice(CLASSES),
        kind=rng.choice(("rectangle", "ellipse")),
        x=rng.randint(MARGIN, width - w - MARGIN),
        y=rng.randint(MARGIN, height - h - MARGIN),
        width=w,
        height=h,
    )


def _apart(one: Shape, other: Shape) -> bool:
    """Return whether ``GAP`` columns or rows lie between the boxes of two shapes."""
    return (
        one.x + one.width + GAP <= other.x
        or other.x + other.width + GAP <= one.x
        or one.y + one.height + GAP <= other.y
        or other.y + other.height + GAP <= one.y
    )
