"""The documented structure, and what counts as the same (to_task guide, Expected JSON Structure)."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from to_task_rig import annotations

from sdk.plugins.categories.pre_annotation.actions.to_task import check_annotations
from sdk.plugins.categories.pre_annotation.actions.to_task.annotation_format import ensure_json, same_json
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import AnnotationFormatError

GUIDE = """{"objects": [{"id": "obj_001", "class_id": 1, "type": "bbox",
  "coordinates": {"x": 100, "y": 150, "width": 200, "height": 180},
  "properties": {"confidence": 0.95, "label": "person"}}]}"""
numbers = st.integers(-(10**9), 10**9) | st.floats(-1e9, 1e9)
sizes = st.integers(0, 10**9) | st.floats(0, 1e9)
objects = st.fixed_dictionaries(
    {
        "id": st.text(min_size=1).filter(str.strip),
        "class_id": st.integers(),
        "type": st.sampled_from(["bbox", "polygon", "keypoint"]),
        "coordinates": st.fixed_dictionaries(
            {"x": numbers, "y": numbers, "width": sizes, "height": sizes}, optional={"angle": numbers}
        ),
    },
    optional={"properties": st.fixed_dictionaries({}, optional={"confidence": st.floats(0, 1), "label": st.text()})},
)
documents = st.fixed_dictionaries(
    {"objects": st.lists(objects, unique_by=lambda item: item["id"], max_size=3)}, optional={"meta": st.none()}
)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_guides_example_is_of_the_structure() -> None:
    """Word for word, and so is a file without objects."""
    assert json.loads(GUIDE) == check_annotations(json.loads(GUIDE), "x")
    assert {"objects": []} == check_annotations({"objects": []}, "x")


@given(document=documents)
def test_whatever_is_of_the_structure_is_taken_as_it_is(document) -> None:
    """Further keys are nobody's business."""
    before = copy.deepcopy(document)
    assert before == check_annotations(document, "x")


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ((), None, "it is null; an object with 'objects' is needed"),
        ((), [1], "it is a list; an object with 'objects' is needed"),
        (("objects",), ..., "objects is missing"),
        (("objects",), {}, "objects is an object; a list is needed"),
        (("objects", 0), "x", r"objects\[0\] is text; an object is needed"),
        (("objects", 0, "id"), ..., r"objects\[0\]\.id is missing; text is needed"),
        (("objects", 0, "id"), 7, r"objects\[0\]\.id is 7; text is needed"),
        (("objects", 0, "id"), " ", r"objects\[0\]\.id is ' '; text is needed"),
        (("objects", 0, "class_id"), "1", r"objects\[0\]\.class_id is '1'; a whole number is needed"),
        (("objects", 0, "class_id"), True, r"objects\[0\]\.class_id is True"),
        (("objects", 0, "type"), None, r"objects\[0\]\.type is null"),
        (("objects", 0, "coordinates"), [1, 2], r"objects\[0\]\.coordinates is a list; an object with x, y, width and"),
        (("objects", 0, "coordinates", "y"), ..., r"objects\[0\]\.coordinates\.y is missing; a number is needed"),
        (("objects", 0, "coordinates", "x"), "7", r"objects\[0\]\.coordinates\.x is '7'; a number is needed"),
        (("objects", 0, "coordinates", "x"), float("inf"), r"objects\[0\]\.coordinates\.x is inf; a number is needed"),
        (("objects", 0, "coordinates", "width"), -1, r"width is -1; a number of zero or more is needed"),
        (("objects", 0, "properties"), [], r"objects\[0\]\.properties is a list; an object is needed"),
        (("objects", 0, "properties", "confidence"), 1.5, r"properties\.confidence is 1\.5; a number from 0 to 1"),
        (("objects", 0, "properties", "confidence"), "high", r"properties\.confidence is 'high'"),
    ],
)
def test_what_is_not_is_told_by_its_place(path, value, words) -> None:
    """The first offending place, what is there and what would do."""
    document = json.loads(GUIDE)
    if not path:
        document = value
    else:
        holder = document
        for step in path[:-1]:
            holder = holder[step]
        if value is ...:
            del holder[path[-1]]
        else:
            holder[path[-1]] = value
    with pytest.raises(AnnotationFormatError, match=f"^head: .*{words}"):
        check_annotations(document, "head")


def test_no_two_objects_share_an_id() -> None:
    """An id that comes twice names nothing."""
    document = {"objects": annotations(1)["objects"] * 2}
    with pytest.raises(AnnotationFormatError, match=r"objects\[1\]\.id is 'obj_001', which is that of objects\[0\]"):
        check_annotations(document, "x")


@given(one=json_values, other=json_values)
def test_values_are_the_same_when_their_json_is(one, other) -> None:
    """By the standard library's writer; 1 and 1.0 are one number, 1 and true are not."""
    plain = [json.dumps(value, sort_keys=True) for value in (_numbers(one), _numbers(other))]

    assert same_json(one, json.loads(json.dumps(one)))
    assert (plain[0] == plain[1]) == same_json(one, other)


def _numbers(value):
    """Return a value with whole floats as integers, so that text tells numbers apart as numbers."""
    if isinstance(value, float) and value == int(value):
        return int(value)
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}
    return value


@pytest.mark.parametrize(("one", "other"), [(1, True), (0, False), (None, False), ("1", 1), ([], {}), ({"a": 1}, {})])
def test_kinds_differ(one, other) -> None:
    """Python thinks otherwise of the first two."""
    assert not same_json(one, other)
    assert not same_json({"x": [one]}, {"x": [other]})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([1], "it is a list"),
        (None, "it is null"),
        ({"x": {1, 2}}, "not JSON serializable"),
        ({"x": float("nan")}, "nan"),
        ({"x": "\ud800"}, "surrogates"),
    ],
)
def test_what_no_request_can_carry_is_refused(data, words) -> None:
    """A hook may return anything."""
    with pytest.raises(AnnotationFormatError, match=f"(?i)^head: .*{words}"):
        ensure_json(data, "head")
