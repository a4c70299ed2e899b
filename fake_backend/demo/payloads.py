"""The two payload shapes of the guides, and the pure functions between them (``docs/payloads.md``).

``annotations[]`` with ``bbox`` is what the export guide's COCO example reads (export guide, Examples), ``objects[]``
with ``coordinates`` what to_task stores (to_task guide, Expected JSON Structure). Boxes count pixels: ``x`` and ``y``
are the first column and row that belong to the shape, ``width`` and ``height`` how many do, so the column
``x + width`` is the first that does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, NotRequired, TypedDict

type Number = int | float


class PayloadInvalid(ValueError):  # noqa: N818 (named as the seed's refusals are)
    """An annotation or object that has no counterpart in the other shape."""


@dataclass(frozen=True)
class ShapeClass:
    """What a shape stands for.

    Args:
        id: ``class_id`` of objects.
        label: ``category`` of annotations and ``label`` of objects.
        colour: Red, green, blue, 0 to 255; one colour a class, so that a picture tells the class.
    """

    id: int
    label: str
    colour: tuple[int, int, int]


CLASSES: Final = (
    ShapeClass(1, "person", (220, 30, 30)),  # class 1 is the person of the to_task guide's example
    ShapeClass(2, "car", (30, 60, 220)),
    ShapeClass(3, "bicycle", (20, 160, 50)),
    ShapeClass(4, "sign", (240, 190, 10)),
    ShapeClass(5, "신호등", (190, 30, 190)),
)
"""The classes of the demo, by id from 1."""


class Annotation(TypedDict):
    """One entry of ``annotations[]``; ``bbox`` is x, y, width, height, ``segmentation`` a list of x, y, x, y, ..."""

    id: str
    category: str
    bbox: list[Number]
    area: Number
    score: NotRequired[Number]
    segmentation: NotRequired[list[list[Number]]]
    attributes: NotRequired[dict[str, object]]


class AnnotationsPayload(TypedDict, total=False):
    """A payload in the shape of the export guide; ``{}`` is the empty payload."""

    annotations: list[Annotation]


class Coordinates(TypedDict):
    """The box of an object, in pixels."""

    x: Number
    y: Number
    width: Number
    height: Number


class Properties(TypedDict):
    """What an object says beyond its box; ``area`` only where it is not ``width * height``."""

    label: str
    confidence: NotRequired[Number]
    area: NotRequired[Number]
    segmentation: NotRequired[list[list[Number]]]
    attributes: NotRequired[dict[str, object]]


class LabelledObject(TypedDict):
    """One entry of ``objects[]``; the type is ``polygon`` when there is a segmentation."""

    id: str
    class_id: int
    type: Literal["bbox", "polygon"]
    coordinates: Coordinates
    properties: Properties


class ObjectsPayload(TypedDict, total=False):
    """A payload in the shape of the to_task guide; ``{}`` is the empty payload."""

    objects: list[LabelledObject]


def objects_from_annotations(payload: AnnotationsPayload) -> ObjectsPayload:
    """Return ``payload`` in the shape of the to_task guide; the inverse of :func:`annotations_from_objects`.

    Raises:
        PayloadInvalid: A category that no class has.
    """
    if "annotations" not in payload:
        return {}
    return {"objects": [_object(annotation) for annotation in payload["annotations"]]}


def annotations_from_objects(payload: ObjectsPayload) -> AnnotationsPayload:
    """Return ``payload`` in the shape of the export guide; the inverse of :func:`objects_from_annotations`.

    Raises:
        PayloadInvalid: A class that does not exist, or a label that is not the class's.
    """
    if "objects" not in payload:
        return {}
    return {"annotations": [_annotation(labelled) for labelled in payload["objects"]]}


def _object(annotation: Annotation) -> LabelledObject:
    x, y, width, height = annotation["bbox"]
    properties: Properties = {"label": annotation["category"]}
    if "score" in annotation:
        properties["confidence"] = annotation["score"]
    if not _same(annotation["area"], width * height):
        properties["area"] = annotation["area"]
    if "segmentation" in annotation:
        properties["segmentation"] = annotation["segmentation"]
    if "attributes" in annotation:
        properties["attributes"] = annotation["attributes"]
    return {
        "id": annotation["id"],
        "class_id": _class_of(annotation["category"]).id,
        "type": "polygon" if "segmentation" in annotation else "bbox",
        "coordinates": {"x": x, "y": y, "width": width, "height": height},
        "properties": properties,
    }


def _annotation(labelled: LabelledObject) -> Annotation:
    box, properties = labelled["coordinates"], labelled["properties"]
    label = properties["label"]
    if _class_of(label).id != labelled["class_id"]:
        raise PayloadInvalid(
            f"object {labelled['id']} has class_id {labelled['class_id']}, but {label} is another class"
        )
    annotation: Annotation = {
        "id": labelled["id"],
        "category": label,
        "bbox": [box["x"], box["y"], box["width"], box["height"]],
        "area": properties.get("area", box["width"] * box["height"]),
    }
    if "confidence" in properties:
        annotation["score"] = properties["confidence"]
    if "segmentation" in properties:
        annotation["segmentation"] = properties["segmentation"]
    if "attributes" in properties:
        annotation["attributes"] = properties["attributes"]
    return annotation


def _class_of(label: str) -> ShapeClass:
    for known in CLASSES:
        if known.label == label:
            return known
    valid = ", ".join(known.label for known in CLASSES)
    raise PayloadInvalid(f"{label!r} is no class of the demo; the classes are {valid}")


def _same(area: Number, product: Number) -> bool:
    """Return whether ``area`` says no more than the box does: 12 and 12.0 are different JSON."""
    return area == product and type(area) is type(product)
