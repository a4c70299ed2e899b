"""The documented structure of annotations, and what counts as the same (to_task guide, Expected JSON Structure).

An object has ``id``, ``class_id``, ``type``, ``coordinates`` with ``x``, ``y``, ``width`` and ``height``, and may have
``properties``; further keys are taken as they are.
"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, TypeGuard

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import AnnotationFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

NUMBERS = ("x", "y", "width", "height")


def check_annotations(data: object, head: str) -> dict[str, Any]:
    """Return annotations that are of the documented structure.

    Args:
        data: What was found.
        head: Beginning of the sentence.

    Raises:
        AnnotationFormatError: It is of another; the first offending place is named, as ``objects[0].id``.
    """
    problem = next(_problems(data), None)
    if problem is not None:
        raise AnnotationFormatError(f"{head}: {problem}")
    assert isinstance(data, dict)  # noqa: S101 (the first of the problems)
    return data


def ensure_json(data: object, head: str) -> dict[str, Any]:
    """Return data that a request can carry: a JSON object.

    Args:
        data: What a hook returned.
        head: Beginning of the sentence.

    Raises:
        AnnotationFormatError: It is none.
    """
    if not isinstance(data, dict):
        raise AnnotationFormatError(f"{head}: it is {_kind(data)}; an object is needed")
    try:
        json.dumps(data, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        reason = str(error) or type(error).__name__
    else:
        return data
    raise AnnotationFormatError(f"{head}: it cannot be written as JSON: {reason}")


def same_json(one: object, other: object) -> bool:
    """Return whether two JSON values are the same: order of keys and the form of a number say nothing, kinds do."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same_json(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same_json, one, other))
    if _is_number(one) and _is_number(other):
        return one == other
    return type(one) is type(other) and one == other


def _problems(data: object) -> Iterator[str]:
    if not isinstance(data, dict):
        yield f"it is {_kind(data)}; an object with 'objects' is needed"
        return
    objects = data.get("objects")
    if not isinstance(objects, list):
        yield f"objects is {_kind(objects)}; a list is needed" if "objects" in data else "objects is missing"
        return
    seen: dict[str, int] = {}
    for number, item in enumerate(objects):
        place = f"objects[{number}]"
        if not isinstance(item, dict):
            yield f"{place} is {_kind(item)}; an object is needed"
            continue
        yield from _problems_of(item, place)
        first = seen.setdefault(item["id"], number)
        if first != number:
            yield f"{place}.id is {item['id']!r}, which is that of objects[{first}] as well"


def _problems_of(item: dict[str, Any], place: str) -> Iterator[str]:
    for key in ("id", "type"):
        if not isinstance(item.get(key), str) or not item[key].strip():
            yield _wrong(item, key, place, "text")
    if type(item.get("class_id")) is not int:
        yield _wrong(item, "class_id", place, "a whole number")
    coordinates = item.get("coordinates")
    if not isinstance(coordinates, dict):
        yield _wrong(item, "coordinates", place, "an object with x, y, width and height")
        return
    for key in NUMBERS:
        value = coordinates.get(key)
        least, wanted = (0, "a number of zero or more") if key in {"width", "height"} else (-math.inf, "a number")
        if not _is_number(value) or value < least:
            yield _wrong(coordinates, key, f"{place}.coordinates", wanted)
    properties = item.get("properties", {})
    if not isinstance(properties, dict):
        yield _wrong(item, "properties", place, "an object")
        return
    confidence = properties.get("confidence", 1)
    if not _is_number(confidence) or not 0 <= confidence <= 1:
        yield _wrong(properties, "confidence", f"{place}.properties", "a number from 0 to 1")


def _wrong(holder: dict[str, Any], key: str, place: str, wanted: str) -> str:
    if key not in holder:
        return f"{place}.{key} is missing; {wanted} is needed"
    value = holder[key]
    shown = _kind(value) if isinstance(value, dict | list) or value is None else repr(value)[:60]
    return f"{place}.{key} is {shown}; {wanted} is needed"


def _is_number(value: object) -> TypeGuard[int | float]:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "text", bool: "a truth value", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)
