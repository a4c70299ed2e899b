"""Rows of data units and of the file specifications that name their files."""

from __future__ import annotations

import base64
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from fake_backend.demo.annotating import truth_of
from fake_backend.demo.payloads import AnnotationsPayload, objects_from_annotations

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from random import Random

    from fake_backend.demo.picture import Picture

Row = dict[str, Any]

ANNOTATIONS: Final = "annotation_data"  # the specification of the to_task guide's first example


def specifications(collections: Iterable[int], *, with_annotations: Collection[int]) -> list[Row]:
    """Return the file specifications of all collections.

    Args:
        collections: Ids of data collections.
        with_annotations: Ids of those whose data units have the annotations as a file.
    """
    kinds: list[tuple[str, Literal["image", "data"]]] = [("image_1", "image"), ("data_meta_1", "data")]
    rows: list[Row] = []
    for collection in collections:
        extra: list[tuple[str, Literal["image", "data"]]] = (
            [(ANNOTATIONS, "data")] if collection in with_annotations else []
        )
        for name, file_type in kinds + extra:
            rows.append(
                {
                    "id": len(rows) + 1,
                    "data_collection": collection,
                    "name": name,
                    "file_type": file_type,
                    "is_primary": name == "image_1",
                }
            )
    return rows


def data_unit(
    rng: Random, identity: int, collection: int, name: str | None, picture: Picture, *, with_annotations: bool
) -> Row:
    """Return one data unit: its image, mostly a sidecar, and where wanted the annotations as a file.

    Args:
        rng: The data unit's own stream.
        identity: Its id.
        collection: Id of its data collection.
        name: What its image is called; ``None`` for a data unit without files.
        picture: What the image shows.
        with_annotations: Whether a file tells what is drawn.
    """
    if name is None:
        return {"id": identity, "data_collection": collection, "name": f"empty {identity}", "files": {}}
    stem = PurePosixPath(name).stem
    files: dict[str, Row] = {"image_1": _image(name, picture, marked=rng.random() < 0.9)}
    truth: AnnotationsPayload = {"annotations": truth_of(picture)}
    if rng.random() < 0.6:  # three in five
        sidecar = {"camera": rng.randint(1, 4), "weather": rng.choice(("맑음", "비", "clear")), "speed": 12.5}
        files["data_meta_1"] = _json_file(f"{stem}.meta.json", sidecar)
        files["image_1"]["is_primary"] = True
        if rng.random() < 0.5:  # half of them stand before the image (SYN-7229)
            files = dict(reversed(files.items()))
    if with_annotations:
        files["image_1"]["is_primary"] = True
        files[ANNOTATIONS] = _json_file(f"{stem}.annotations.json", objects_from_annotations(truth))
    return {
        "id": identity,
        "data_collection": collection,
        "name": stem,
        "width": picture.width,
        "height": picture.height,
        "meta": {"truth": truth},
        "files": files,
    }


def _image(name: str, picture: Picture, *, marked: bool) -> Row:
    """Return the row of an image file; one that stands alone need not be marked as primary."""
    form: Literal["png", "jpeg"] = "jpeg" if name.endswith(".jpg") else "png"
    return {
        "file_name_original": name,
        "is_primary": marked,
        "content_type": f"image/{form}",
        "content_base64": base64.b64encode(picture.encoded(form)).decode("ascii"),
    }


def _json_file(name: str, content: object) -> Row:
    return {"file_name_original": name, "is_primary": False, "content_type": "application/json", "content": content}
