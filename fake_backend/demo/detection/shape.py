"""A rectangle or an ellipse that may explain some pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterator

type Mask = NDArray[np.bool_]
type Values = NDArray[np.float32]
type Kind = Literal["rectangle", "ellipse"]

WIDEST: Final = 42  # pixels: what this model was made for; larger things are several
TALLEST: Final = 34
LEAST: Final = 8  # a side that is shorter belongs to the edge between two other shapes
STEPS: Final = (1, -1, 2, -2, 4, -4)  # pixels


@dataclass(frozen=True)
class Shape:
    """A shape by its box, in pixels.

    Args:
        kind: Rectangle or ellipse.
        x: First column.
        y: First row.
        right: First column that is not its own.
        below: First row that is not its own.
    """

    kind: Kind
    x: int
    y: int
    right: int
    below: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.right - self.x, self.below - self.y

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.y, self.below), slice(self.x, self.right)

    @property
    def other(self) -> Shape:
        """The other kind in the same box."""
        return Shape("ellipse" if self.kind == "rectangle" else "rectangle", self.x, self.y, self.right, self.below)

    def neighbours(self, width: int, height: int) -> Iterator[Shape]:
        """Yield the shapes that are nearly this one, within a picture of that size and of sizes that occur.

        Args:
            width: Columns of the picture.
            height: Rows of the picture.
        """
        kind, x, y, right, below = self.kind, self.x, self.y, self.right, self.below
        for step in STEPS:
            for near in (
                Shape(kind, x + step, y, right, below),
                Shape(kind, x, y, right + step, below),
                Shape(kind, x, y + step, right, below),
                Shape(kind, x, y, right, below + step),
                Shape(kind, x + step, y, right + step, below),
                Shape(kind, x, y + step, right, below + step),
            ):
                across, down = near.size
                inside = near.x >= 0 and near.y >= 0 and near.right <= width and near.below <= height
                if inside and LEAST <= across <= WIDEST and LEAST <= down <= TALLEST:
                    yield near
        yield self.other


class Masks:
    """Which pixels of its box a shape has; each is worked out once."""

    def __init__(self) -> None:
        self._known: dict[tuple[Kind, tuple[int, int]], Mask] = {}

    def of(self, shape: Shape) -> Mask:
        """Return the pixels of a shape within its box: of an ellipse those whose centres lie in it."""
        key = shape.kind, shape.size
        if key not in self._known:
            self._known[key] = _mask(*key)
        return self._known[key]


def _mask(kind: Kind, size: tuple[int, int]) -> Mask:
    w, h = size
    if kind == "rectangle":
        return np.ones((h, w), bool)
    down = (2 * np.arange(h) + 1 - h) ** 2 * w * w
    across = (2 * np.arange(w) + 1 - w) ** 2 * h * h
    return np.asarray(down[:, None] + across[None, :] <= w * w * h * h)
