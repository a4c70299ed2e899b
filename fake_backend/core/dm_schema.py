"""DM Schema V1: what the data of a task must be where its schema is ``dm_schema_v1``.

Annotations, relations and groups hang on the assets of a data unit, each a list by the asset's name. Keys that are not
named here are free. ``annotations`` and ``annotationsData`` must be there, since the backend derives its second form
from both (OpenAPI ``tasks:annotateTaskData``; the published client's models and converter of DM V1).

Not supported: what a tool's entry in ``annotationsData`` holds, which differs from tool to tool.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from fake_backend.core.places import written

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_TEXT: Final = {"type": "string"}
_FLAG: Final = {"type": "boolean"}
_CLASSIFICATION: Final = {"type": ["object", "null"]}


def _by_asset(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": {"type": "array", "items": item}}


SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["annotations", "annotationsData"],
    "properties": {
        "assignmentId": {"type": ["string", "null"]},
        "extra": {"type": ["object", "null"]},
        "annotations": _by_asset(
            {
                "type": "object",
                "required": ["id", "tool"],
                "properties": {
                    "id": _TEXT,
                    "tool": _TEXT,
                    "isLocked": _FLAG,
                    "isVisible": _FLAG,
                    "classification": _CLASSIFICATION,
                },
            }
        ),
        "annotationsData": _by_asset({"type": "object"}),
        "relations": _by_asset(
            {
                "type": "object",
                "required": ["id", "annotationId", "targetAnnotationId"],
                "properties": {"id": _TEXT, "annotationId": _TEXT, "targetAnnotationId": _TEXT},
            }
        ),
        "annotationGroups": _by_asset(
            {
                "type": "object",
                "required": ["id"],
                "properties": {"id": _TEXT, "annotationList": {"type": "array", "items": {"$ref": "#/$defs/member"}}},
            }
        ),
    },
    "$defs": {
        "member": {
            "type": "object",
            "required": ["annotationId"],
            "properties": {
                "annotationId": _TEXT,
                "children": {"type": "array", "items": {"$ref": "#/$defs/member"}},
            },
        }
    },
}
"""The same as JSON Schema, draft 2020-12."""


@dataclass(frozen=True)
class Violation:
    """Why data are no DM Schema V1.

    Args:
        place: Of the offending value below the data, from the outside in; empty is the whole.
        message: One sentence.
        received: The value there; ``None`` where there is none.
    """

    place: tuple[str | int, ...]
    message: str
    received: object = None

    def path(self, whole: str) -> str:
        """Return the place as people write it, below ``whole``, such as ``data.annotations.image_1[0].tool``."""
        return written((whole, *self.place))


def violation(data: object) -> Violation | None:
    """Return the first violation in ``data``, ``None`` where there is none.

    Args:
        data: Any JSON value.
    """
    try:
        error = next(_judge().iter_errors(data), None)
    except RecursionError:
        return Violation((), "Nested too deeply.")
    return None if error is None else _told(error)


@cache
def _judge() -> Draft202012Validator:
    # jsonschema takes 50 ms to import: only data that must follow the schema pay for it
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    return Draft202012Validator(SCHEMA)


def _told(error: ValidationError) -> Violation:
    place = tuple(error.absolute_path)
    wanted: Any = error.validator_value
    if error.validator == "required":
        instance: Any = error.instance
        missing = next(name for name in wanted if name not in instance)
        return Violation((*place, missing), "This field is required.")
    kinds = " or ".join([wanted] if isinstance(wanted, str) else wanted)
    return Violation(place, f"Expected {kinds}.", error.instance)
