"""Stored boxes and drawn ones in COCO's form, scored by pycocotools."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type Json = dict[str, Any]

AP50: Final = 1  # place in COCOeval.stats: average precision at IoU 0.5, over all classes and areas


@dataclass(frozen=True)
class Score:
    """What pycocotools makes of the boxes.

    Args:
        ap50: Average precision at IoU 0.5, the mean of all classes, 0 to 1.
        least: What it must be.
        boxes: Stored boxes.
        drawn: Drawn ones.
        pictures: Of how many pictures.
    """

    ap50: float
    least: float
    boxes: int
    drawn: int
    pictures: int

    def __str__(self) -> str:
        return (
            f"AP at IoU 0.5 is {self.ap50:.3f} by pycocotools (at least {self.least:.2f}): "
            f"{self.boxes} boxes, {self.drawn} drawn in {self.pictures} pictures"
        )

    @property
    def fault(self) -> str:
        """Why this is not enough, or blank."""
        return "" if self.ap50 >= self.least else f"{self}."


def ground_truth(units: Mapping[int, Json], labels: Sequence[str]) -> Json:
    """Return the drawn boxes as a COCO document.

    Args:
        units: Task to the row of its data unit, whose ``meta.truth`` says what is drawn.
        labels: Names of the classes; their ids count from 1.
    """
    boxes = [(task, box) for task, unit in units.items() for box in unit["meta"]["truth"]["annotations"]]
    return {
        "images": [
            {"id": task, "file_name": unit["files"]["image_1"]["file_name_original"]} | _size(unit)
            for task, unit in units.items()
        ],
        "categories": [{"id": number, "name": label} for number, label in enumerate(labels, 1)],
        "annotations": [
            {
                "id": number,
                "image_id": task,
                "category_id": labels.index(box["category"]) + 1,
                "bbox": box["bbox"],
                "area": box["area"],
                "iscrowd": 0,
            }
            for number, (task, box) in enumerate(boxes, 1)
        ],
    }


def results(stored: Mapping[int, Any]) -> list[Json]:
    """Return the stored boxes as COCO results; what is no box with a confidence is none.

    Args:
        stored: Task to its data.
    """
    return [
        {
            "image_id": task,
            "category_id": one["class_id"],
            "bbox": [one["coordinates"][side] for side in ("x", "y", "width", "height")],
            "score": one["properties"]["confidence"],
        }
        for task, data in stored.items()
        for one in (data or {}).get("objects", [])
        if "confidence" in one.get("properties", {})
    ]


def score(truth: Json, found: Sequence[Json], least: float) -> Score:
    """Return what pycocotools makes of the boxes.

    Args:
        truth: As ``ground_truth`` makes it.
        found: As ``results`` makes them.
        least: Least average precision.
    """
    from pycocotools.coco import COCO  # noqa: PLC0415 - an extra, which foreign backends do without
    from pycocotools.cocoeval import COCOeval  # noqa: PLC0415

    ap50 = 0.0
    if found and truth["annotations"]:
        with contextlib.redirect_stdout(io.StringIO()):  # it prints its progress
            drawn = COCO()
            drawn.dataset = {"info": {}, **truth}
            drawn.createIndex()
            evaluation = COCOeval(drawn, drawn.loadRes([dict(one) for one in found]), "bbox")
            evaluation.evaluate()
            evaluation.accumulate()
            evaluation.summarize()
        ap50 = float(evaluation.stats[AP50])
    return Score(ap50, least, len(found), len(truth["annotations"]), len(truth["images"]))


def _size(unit: Json) -> Json:
    return {side: unit[side] for side in ("width", "height")}
