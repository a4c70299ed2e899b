"""DM Schema V1: what it takes, and that a violation is told by its place."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.dm_schema import SCHEMA, violation

WHOLE = {
    "assignmentId": None,
    "extra": {"image_1": {}},
    "annotations": {
        "image_1": [
            {
                "id": "a",
                "tool": "bounding_box",
                "isLocked": False,
                "isVisible": True,
                "classification": {"class": "car"},
            },
            {"id": "b", "tool": "polygon", "classification": None, "free": [1]},
        ],
        "사진 2": [],
    },
    "annotationsData": {"image_1": [{"id": "a", "coordinate": {"x": 1}}]},
    "relations": {"image_1": [{"id": "r", "annotationId": "a", "targetAnnotationId": "b"}]},
    "annotationGroups": {
        "image_1": [{"id": "g", "annotationList": [{"annotationId": "a", "children": [{"annotationId": "b"}]}]}]
    },
}

BROKEN = [
    ('del d["annotations"]', "data.annotations", "required"),
    ('del d["annotationsData"]', "data.annotationsData", "required"),
    ('d["annotations"] = []', "data.annotations", "object"),
    ('d["annotations"]["image_1"] = {}', "data.annotations.image_1", "array"),
    ('d["annotations"]["사진 2"] = [7]', 'data.annotations["사진 2"][0]', "object"),
    ('del d["annotations"]["image_1"][1]["id"]', "data.annotations.image_1[1].id", "required"),
    ('d["annotations"]["image_1"][0]["tool"] = 7', "data.annotations.image_1[0].tool", "string"),
    ('d["annotations"]["image_1"][0]["isLocked"] = 0', "data.annotations.image_1[0].isLocked", "boolean"),
    ('d["annotations"]["image_1"][0]["classification"] = []', "data.annotations.image_1[0].classification", "null"),
    ('d["annotationsData"]["image_1"][0] = "x"', "data.annotationsData.image_1[0]", "object"),
    ('del d["relations"]["image_1"][0]["targetAnnotationId"]', "data.relations.image_1[0].targetAnnotationId", "req"),
    ('d["extra"] = 1', "data.extra", "object or null"),
    (
        'd["annotationGroups"]["image_1"][0]["annotationList"][0]["children"][0]["annotationId"] = 1',
        "data.annotationGroups.image_1[0].annotationList[0].children[0].annotationId",
        "string",
    ),
]


def test_data_of_every_part_are_taken() -> None:
    """All that the schema names, with keys that it does not name."""
    assert violation(WHOLE) is None
    assert violation({"annotations": {}, "annotationsData": {}}) is None


@pytest.mark.parametrize(("change", "place", "words"), BROKEN, ids=[row[0] for row in BROKEN])
def test_a_violation_is_told_by_its_place(change, place, words) -> None:
    """Each rule, broken once in data that are otherwise good."""
    data = copy.deepcopy(WHOLE)
    exec(change, {"d": data})  # noqa: S102 - the change is a literal of this file
    found = violation(data)

    assert found is not None
    assert place == found.path("data")
    assert words in found.message


@given(st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.integers()))
def test_what_is_no_object_is_no_data(data) -> None:
    """The whole is the place."""
    found = violation(data)

    assert found is not None
    assert ("data", "Expected object.") == (found.path("data"), found.message)


def test_the_guides_own_shape_is_not_this_schema() -> None:
    """``objects[]`` is free-form data, which ``schema=any`` is for (SYN-7340)."""
    found = violation({"objects": []})

    assert found is not None
    assert "data.annotations" == found.path("data")


def test_depth_is_refused_and_not_fallen_over() -> None:
    """Groups within groups without end."""
    member = {"annotationId": "a"}
    for _ in range(3_000):
        member = {"annotationId": "a", "children": [member]}
    found = violation({**WHOLE, "annotationGroups": {"image_1": [{"id": "g", "annotationList": [member]}]}})

    assert found is not None
    assert "deep" in found.message


def test_the_schema_is_one() -> None:
    """The judge of jsonschema takes it."""
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(SCHEMA)
