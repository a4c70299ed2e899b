"""From the pixels of one class to the boxes of its shapes, each with a confidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fake_backend.demo.detection.cluster import Cluster
from fake_backend.demo.detection.shape import LEAST, Mask, Masks

if TYPE_CHECKING:
    from collections.abc import Iterator

CORE: Final = 3  # pixels, in both directions: what nowhere is as thick is no shape


@dataclass(frozen=True)
class Proposal:
    """A box that may hold a shape of a class, in pixels.

    Args:
        class_id: Of the class.
        x: First column.
        y: First row.
        width: Number of columns.
        height: Number of rows.
        confidence: How well shape and pixels agree, 0 to 1.
    """

    class_id: int
    x: int
    y: int
    width: int
    height: int
    confidence: float


def proposals(class_id: int, own: Mask, others: Mask) -> Iterator[Proposal]:
    """Yield the shapes of one class: each as what it is, and as what else its box may show.

    Args:
        class_id: Of the class.
        own: Pixels of the class; rows of columns.
        others: Pixels of the other classes, which may hide some of it.
    """
    masks = Masks()
    for part, hidden, row, column in _clusters(own, others):
        for shape, confidence in Cluster(part, hidden, masks).shapes():
            yield Proposal(class_id, shape.x + column, shape.y + row, *shape.size, confidence)


def _clusters(own: Mask, others: Mask) -> Iterator[tuple[Mask, Mask, int, int]]:
    """Yield the pixels of each cluster, those that hide some of it, its first row and its first column."""
    clean = _without_crumbs(own)
    count, cluster = cv2.connectedComponents((clean | others).astype(np.uint8), connectivity=8)
    for number in range(1, count):
        part = clean & (cluster == number)
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if len(rows):
            window = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
            yield part[window], (others | (own & ~clean))[window], int(rows[0]), int(columns[0])


def _without_crumbs(own: Mask) -> Mask:
    """Return the pixels of the class without what is too small or too thin for a shape."""
    count, parts, stats, _ = cv2.connectedComponentsWithStats(own.astype(np.uint8), connectivity=8)
    core = cv2.erode(own.astype(np.uint8), np.ones((CORE, CORE), np.uint8)) > 0
    kept = [
        number
        for number in range(1, count)
        if stats[number, cv2.CC_STAT_AREA] >= CORE * LEAST and core[parts == number].any()
    ]
    return np.asarray(np.isin(parts, kept))
