"""The detector as a function: bytes of a picture and parameters in, annotations out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fake_backend.demo.detection.fitting import proposals
from fake_backend.demo.detection.seeing import GROUND, labels_of, read
from fake_backend.demo.detection.suppressing import told
from fake_backend.demo.payloads import CLASSES

if TYPE_CHECKING:
    from fake_backend.demo.detection.fitting import Proposal
    from fake_backend.demo.detection.parameters import Parameters
    from fake_backend.demo.payloads import LabelledObject, ObjectsPayload

LABELS: Final = {known.id: known.label for known in CLASSES}


def detect(content: bytes, asked: Parameters) -> ObjectsPayload:
    """Return the shapes of a picture in the guide's structure, the surest first.

    Args:
        content: The picture, in any form that OpenCV reads.
        asked: What the caller wants of them.

    Raises:
        PictureUnreadable: The bytes are no picture.
    """
    labels = labels_of(read(content))
    shown = labels != GROUND
    found = [
        one for class_id in LABELS for one in proposals(class_id, labels == class_id, shown & (labels != class_id))
    ]
    return {"objects": [_object(number, one) for number, one in enumerate(told(found, asked), 1)]}


def _object(number: int, one: Proposal) -> LabelledObject:
    return {
        "id": f"obj_{number:03d}",
        "class_id": one.class_id,
        "type": "bbox",
        "coordinates": {"x": one.x, "y": one.y, "width": one.width, "height": one.height},
        "properties": {"label": LABELS[one.class_id], "confidence": one.confidence},
    }
