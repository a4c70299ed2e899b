"""The two payload shapes say the same: the functions between them are each other's inverse."""

from __future__ import annotations

import contextlib
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.demo import annotations_from_objects, objects_from_annotations
from fake_backend.demo.payloads import CLASSES, PayloadInvalid

PAGE = (Path(__file__).parents[2] / "docs" / "payloads.md").read_text(encoding="utf-8")
NUMBERS = st.integers(0, 500) | st.floats(0, 500)
KNOWN = {known.label: known.id for known in CLASSES}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    """Draw what both shapes can say of one shape, by neutral names."""
    width, height = draw(NUMBERS), draw(NUMBERS)
    more = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "score": st.floats(0, 1) | st.just(1),
                "segmentation": st.lists(st.lists(NUMBERS, max_size=4), max_size=2),
                "attributes": st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2),
            },
        )
    )
    area = draw(st.sampled_from([width * height, float(width * height)]) | NUMBERS)
    box = [draw(NUMBERS), draw(NUMBERS), width, height]
    return {
        "id": draw(st.text(max_size=5)),
        "category": draw(st.sampled_from([*KNOWN])),
        "bbox": box,
        "area": area,
    } | more


annotations_payloads = st.just({}) | st.lists(entries(), max_size=4).map(lambda found: {"annotations": found})


def _written(payload: object) -> str:
    """Return a payload as JSON, where 1 and 1.0 differ, keys sorted."""
    return json.dumps(payload, sort_keys=True)


@given(annotations_payloads)
def test_annotations_come_back_from_objects(payload: Any) -> None:
    """Nothing that an annotation says is lost, to the form of each number."""
    assert _written(payload) == _written(annotations_from_objects(objects_from_annotations(payload)))


@given(annotations_payloads.map(objects_from_annotations))
def test_objects_come_back_from_annotations(payload: Any) -> None:
    """Nor is anything that an object says, whatever objects there can be."""
    assert _written(payload) == _written(objects_from_annotations(annotations_from_objects(payload)))


@given(st.lists(entries(), min_size=1, max_size=4))
def test_an_object_says_what_the_guide_names(found: list[Any]) -> None:
    """Box, class and label stand under the keys of the to_task guide, in the order of the annotations."""
    objects = objects_from_annotations({"annotations": found})["objects"]

    expected = [[entry["id"], *entry["bbox"], entry["category"], KNOWN[entry["category"]]] for entry in found]
    assert expected == [
        [made["id"], *made["coordinates"].values(), made["properties"]["label"], made["class_id"]] for made in objects
    ]
    assert all(["x", "y", "width", "height"] == [*made["coordinates"]] for made in objects)
    assert ["polygon" if "segmentation" in entry else "bbox" for entry in found] == [made["type"] for made in objects]


def test_the_page_shows_one_payload_in_both_shapes() -> None:
    """The two JSON examples of ``docs/payloads.md`` are each other's counterpart."""
    annotations, objects = map(json.loads, _blocks("json"))

    assert objects == objects_from_annotations(annotations)
    assert annotations == annotations_from_objects(objects)


def test_the_page_s_program_prints_what_the_page_shows() -> None:
    """Run as written."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(_blocks("python")[0], {})  # noqa: S102 - the page is ours

    assert _blocks("text")[0] == shown.getvalue()


def test_the_page_lists_the_classes() -> None:
    """Ids, labels and colours of the table are those of the code."""
    rows = re.findall(r"^\| (\d+) \| `(.+?)`.*? \| (.+?) \|$", PAGE, re.MULTILINE)

    assert [(str(known.id), known.label, ", ".join(map(str, known.colour))) for known in CLASSES] == rows


def test_the_guide_s_example_has_a_counterpart() -> None:
    """The object of the to_task guide, value for value, is an annotation whose area is its box's."""
    shown: Any = {
        "objects": [
            {
                "id": "obj_001",
                "class_id": 1,
                "type": "bbox",
                "coordinates": {"x": 100, "y": 150, "width": 200, "height": 180},
                "properties": {"confidence": 0.95, "label": "person"},
            }
        ]
    }

    annotation = {"id": "obj_001", "category": "person", "bbox": [100, 150, 200, 180], "area": 36000, "score": 0.95}
    assert {"annotations": [annotation]} == annotations_from_objects(shown)
    assert shown == objects_from_annotations(annotations_from_objects(shown))


@pytest.mark.parametrize(
    ("label", "class_id", "words"),
    [("tree", 1, "person, car, bicycle"), ("car", 1, "another class"), ("car", 9, "class_id 9")],
)
def test_what_has_no_counterpart_is_refused(label: str, class_id: int, words: str) -> None:
    """A label of no class, a class of another label: the sentence says which."""
    labelled: Any = {
        "id": "x",
        "class_id": class_id,
        "type": "bbox",
        "coordinates": {"x": 0, "y": 0, "width": 1, "height": 1},
        "properties": {"label": label},
    }
    with pytest.raises(PayloadInvalid, match=words):
        annotations_from_objects({"objects": [labelled]})
