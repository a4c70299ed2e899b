"""Which shapes explain a cluster: pixels of one class that touch, or that the same others hide in part.

A shape is worth what it explains: a pixel of the class that no other shape explains counts for it, a pixel of the
ground against it, one of another class, under which it may go on, almost nothing. The best shape is taken, then the
best beside it, until none is worth its ``PRICE``. After each, all are moved while that makes them worth more; in the
end each is done without once, for whatever explains more instead.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Final, cast

import numpy as np
from numpy.typing import NDArray

from fake_backend.demo.detection.shape import LEAST, TALLEST, WIDEST, Mask, Masks, Shape, Values

if TYPE_CHECKING:
    from collections.abc import Sequence

type Boxes = NDArray[np.int64]  # a row each: first column, first row, and the first that are not

PRICE: Final = 20.0  # pixels that a shape must explain beyond those that speak against it
HIDDEN: Final = -0.1  # worth of a pixel of another class
STEP: Final = 2  # pixels by which a column or row must gain or lose the class to be a side
SIDES: Final = 8  # that are tried of each kind: left, right, upper, lower
ELLIPSE: Final = 0.8  # of its box at most: a little over a quarter of pi, for whole pixels
ROUNDS: Final = 8  # of moving every shape


class Cluster:
    """One cluster while it is explained.

    Args:
        own: Pixels of the class; rows of columns.
        hidden: Pixels that show something else which may lie over the class.
        masks: Of shapes.
    """

    def __init__(self, own: Mask, hidden: Mask, masks: Masks) -> None:
        self._own = own
        self._hidden = hidden
        self._masks = masks
        self._worth = np.where(own, 1.0, np.where(hidden, HIDDEN, -1.0)).astype(np.float32)
        self._boxes = _boxes(own)
        self._found: list[Shape] = []

    def shapes(self) -> list[tuple[Shape, float]]:
        """Return what was found, and what else the box of each may show, with the confidence of each."""
        self._take()
        if len(self._found) > 1:
            self._doubt()
        return [(told, self._confidence(told, one)) for one in self._found for told in (one, one.other)]

    def _take(self) -> None:
        while (best := self._best()) is not None:
            self._found.append(best)
            self._settle()

    def _best(self) -> Shape | None:
        """Return the shape that is worth most beside those that were found, if one is worth its price."""
        if not len(self._boxes):
            return None
        worth = self._beside()
        rectangles = _sums(worth, self._boxes)
        best, most = None, PRICE
        place = int(np.argmax(rectangles))
        if rectangles[place] > most:
            best, most = self._at(place), float(rectangles[place])
        x, y, right, below = self._boxes.T
        limits = np.minimum(_sums((worth > 0).astype(np.float32), self._boxes), ELLIPSE * (right - x) * (below - y))
        for place in np.argsort(-limits, kind="stable"):
            if limits[place] <= most:  # no ellipse from here on is worth more
                break
            ellipse = self._at(place).other
            if (worth_of_it := self._value(ellipse, worth)) > most:
                best, most = ellipse, worth_of_it
        return best

    def _at(self, place: int) -> Shape:
        x, y, right, below = (int(side) for side in self._boxes[place])
        return Shape("rectangle", x, y, right, below)

    def _settle(self) -> None:
        """Move every shape to where it is worth most beside the others; drop those that are worth nothing there."""
        for _ in range(ROUNDS):
            before = list(self._found)
            for place, one in enumerate(before):
                self._found[place] = self._moved(one, self._beside(one))
            self._found = [one for one in self._found if self._value(one, self._beside(one)) > PRICE]
            if self._found == before:
                return

    def _moved(self, one: Shape, worth: Values) -> Shape:
        height, width = worth.shape
        most = self._value(one, worth)
        while True:
            values = [(self._value(near, worth), near) for near in one.neighbours(width, height)]
            value, best = max(values, key=lambda pair: pair[0])
            if value <= most:
                return one
            one, most = best, value

    def _doubt(self) -> None:
        for one in tuple(self._found):
            if one not in self._found:
                continue
            before, worth = self._found, self._whole()
            self._found = [other for other in before if other is not one]
            self._settle()
            self._take()
            if self._whole() <= worth:
                self._found = before

    def _whole(self) -> float:
        """Return what all shapes are worth together."""
        explained = np.zeros_like(self._own)
        worth = 0.0
        for one in self._found:
            mask = self._masks.of(one)
            explained[one.window] |= mask
            worth += float(np.minimum(self._worth[one.window][mask], 0).sum()) - PRICE
        return worth + float((explained & self._own).sum())

    def _beside(self, one: Shape | None = None) -> Values:
        """Return what each pixel is worth to ``one``, or to a further shape, beside the others."""
        worth = self._worth.copy()
        for other in self._found:
            if other is not one:
                worth[other.window][self._masks.of(other) & self._own[other.window]] = 0.0
        return worth

    def _value(self, one: Shape, worth: Values) -> float:
        part = worth[one.window]
        return float(part.sum() if one.kind == "rectangle" else part[self._masks.of(one)].sum())

    def _confidence(self, told: Shape, one: Shape) -> float:
        """Return how well a shape in the place of ``one`` and the pixels agree: 0 to 1, less where much is hidden."""
        mask, own, hidden = self._masks.of(told), self._own[told.window], self._hidden[told.window]
        agreed = int((mask & own).sum())
        against = int((mask & ~own & ~hidden).sum())
        missed = int((~mask & (self._beside(one)[told.window] > 0)).sum())
        seen = agreed / int(mask.sum())
        return round(agreed / max(1, agreed + against + missed) * min(1.0, 0.5 + seen), 4)


def _boxes(own: Mask) -> Boxes:
    """Return every box of a possible size between two sides of each direction."""
    across, down = (
        [pair for pair in combinations(_sides(one), 2) if LEAST <= pair[1] - pair[0] <= most]
        for one, most in ((own, WIDEST), (own.T, TALLEST))
    )
    boxes = [(x, y, right, below) for x, right in across for y, below in down]
    return np.array(boxes, np.int64).reshape(-1, 4)


def _sides(own: Mask) -> Sequence[int]:
    """Return the columns at which many pixels of the class begin or end, ascending."""
    framed = np.pad(own, ((0, 0), (1, 1))).astype(np.int8)
    steps = np.diff(framed, axis=1)
    sides = {0, own.shape[1]}
    for direction in (1, -1):
        strength = (steps == direction).sum(axis=0)
        taken: list[int] = []
        for column in cast("list[int]", np.argsort(-strength, kind="stable").tolist()):
            if strength[column] < STEP or len(taken) == SIDES:
                break
            if all(abs(column - other) > 1 for other in taken):
                taken.append(column)
        sides.update(taken)
    return sorted(sides)


def _sums(worth: Values, boxes: Boxes) -> Values:
    """Return the sum over each box."""
    total = np.zeros((worth.shape[0] + 1, worth.shape[1] + 1), np.float32)
    total[1:, 1:] = worth.cumsum(axis=0).cumsum(axis=1)
    x, y, right, below = boxes.T
    return np.asarray(total[below, right] - total[y, right] - total[below, x] + total[y, x])
