"""Which of the boxes are told: those that are sure, large and asked for enough, and of two for one shape the surer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_backend.demo.detection.fitting import Proposal
    from fake_backend.demo.detection.parameters import Parameters


def told(found: Iterable[Proposal], asked: Parameters) -> list[Proposal]:
    """Return the boxes that the caller asked for, the surest first.

    Args:
        found: Every box that may hold a shape.
        asked: What the caller wants of them.
    """
    kept: list[Proposal] = []
    for one in sorted(found, key=lambda one: (-one.confidence, one.class_id, one.y, one.x)):
        rivals = (other for other in kept if other.class_id == one.class_id)
        if asked.wants(one) and all(overlap(one, other) <= asked.nms_threshold for other in rivals):
            kept.append(one)
    return kept


def overlap(one: Proposal, other: Proposal) -> float:
    """Return the intersection of two boxes over their union, 0 to 1."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0, across) * max(0, down)
    return shared / (one.width * one.height + other.width * other.height - shared)
