"""What a task's payload holds: the truth of its picture, with as much beside it as the plan wants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random

    from fake_backend.demo.payloads import Annotation, AnnotationsPayload
    from fake_backend.demo.picture import Picture
    from fake_backend.demo.plan import Content

POINTS: Final = {"medium": (160, 320), "large": (1_600, 2_600), "huge": (7_600, 8_400)}
"""Points of all outlines of a payload, fewest and most; a point takes some 13 bytes of JSON."""

NOTES: Final = ("가려짐", "흐림", "", "야간 촬영", "partly hidden")  # occluded, blurred, -, taken at night


def truth_of(picture: Picture) -> list[Annotation]:
    """Return what is drawn in ``picture``, in the order of drawing."""
    return [shape.annotation(number) for number, shape in enumerate(picture.shapes, 1)]


def payload(picture: Picture, content: Content, rng: Random) -> AnnotationsPayload | None:
    """Return the payload of a task that shows ``picture``.

    Args:
        picture: Whose boxes the payload repeats exactly.
        content: How much is wanted; the larger kinds carry dense outlines.
        rng: Where scores, notes and numbers of points come from.
    """
    if content == "null":
        return None
    if content == "empty":
        return {}
    if content == "none":
        return {"annotations": []}
    annotations = truth_of(picture)
    if content != "small":
        points = rng.randint(*POINTS[content]) // len(annotations)
        for annotation, shape in zip(annotations, picture.shapes, strict=True):
            annotation["segmentation"] = [shape.outline(points)]
    for annotation in annotations:
        if rng.random() < 0.4:  # two in five
            annotation["score"] = round(rng.uniform(0.5, 1), 4)
        if rng.random() < 0.3:  # three in ten
            annotation["attributes"] = {"note": rng.choice(NOTES), "truncated": rng.random() < 0.2}
    return {"annotations": annotations}
