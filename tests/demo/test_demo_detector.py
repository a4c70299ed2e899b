"""The demo's model: it sees bytes alone, finds what is drawn, and does what its parameters say."""

from __future__ import annotations

import io
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from fake_backend import FakeBackend, InferenceRequest
from fake_backend import demo as demo_package
from fake_backend.demo import ANNOTATION_AGENT, OpenCVMissing, annotation_document
from fake_backend.demo.detection import detecting
from fake_backend.demo.detection.fitting import Proposal
from fake_backend.demo.detection.parameters import ParameterInvalid, Parameters
from fake_backend.demo.detection.seeing import PictureUnreadable
from fake_backend.demo.detection.suppressing import overlap
from fake_backend.demo.hard_picture import draw_hard
from fake_backend.demo.models import ShapesModel
from fake_backend.demo.picture import Picture, draw
from fake_backend.demo.streams import stream

EVERYTHING = Parameters(confidence_threshold=0.0, nms_threshold=1.0)

pictures = st.integers(0, 10**6).map(lambda seed: draw(stream(seed, "detector")))


def _drawn(picture: Picture) -> set[tuple[int, ...]]:
    return {(s.stands_for.id, s.x, s.y, s.width, s.height) for s in picture.shapes}


def _boxes(answer: Any) -> set[tuple[int, ...]]:
    return {(one["class_id"], *one["coordinates"].values()) for one in answer["objects"]}


def _overlap(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    return overlap(Proposal(*one, 1.0), Proposal(*other, 1.0)) if one[0] == other[0] else 0.0


@pytest.fixture(scope="module")
def crowd() -> bytes:
    """A hard picture in which boxes of one class overlap."""
    return draw_hard(stream(5, "crowd", 2)).encoded("png")


@pytest.fixture(scope="module")
def pages() -> Any:
    """Bytes by path, on a port of the loopback."""
    held: dict[str, bytes] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path in held else 404)
            self.end_headers()
            self.wfile.write(held.get(self.path, b""))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()

        def put(content: bytes) -> str:
            path = f"/{uuid4()}"
            held[path] = content
            return f"http://127.0.0.1:{server.server_port}{path}"

        yield put
        server.shutdown()


@settings(max_examples=7)
@given(pictures)
def test_every_plain_shape_is_found_to_the_pixel(picture: Picture) -> None:
    """Class and box of what is drawn, and nothing else; the surest first."""
    found = detecting.detect(picture.encoded("png"), Parameters())
    sure = [one["properties"]["confidence"] for one in found["objects"]]

    assert _drawn(picture) == _boxes(found)
    assert sorted(sure, reverse=True) == sure
    assert all(0.9 <= confidence <= 1 for confidence in sure)


@settings(max_examples=5)
@given(pictures, st.sampled_from(["JPEG", "WEBP", "BMP"]), st.integers(50, 95))
def test_bytes_alone_are_seen(pages: Any, picture: Picture, form: str, quality: int) -> None:
    """Encoded anew and under a random URL there is nothing left to know a picture by: the same shapes are found."""
    file = io.BytesIO()
    Image.open(io.BytesIO(picture.encoded("png"))).save(file, form, quality=quality)
    url = pages(file.getvalue())

    found = _boxes(ShapesModel()(InferenceRequest(url, {})))
    assert len(picture.shapes) == len(found)
    for box in _drawn(picture):
        assert max(_overlap(box, other) for other in found) >= 0.75


def test_hard_pictures_are_found_in_the_main() -> None:
    """Nine in ten of the shapes that overlap under noise, and hardly anything that is not drawn."""
    drawn = found = right = 0
    for number in range(10):
        picture = draw_hard(stream(11, "hard", number))
        boxes = _boxes(detecting.detect(picture.encoded("png"), Parameters()))
        drawn += len(picture.shapes)
        found += len(boxes)
        right += sum(max((_overlap(box, other) for other in boxes), default=0) >= 0.5 for box in _drawn(picture))

    assert right >= 0.9 * drawn
    assert found <= 1.1 * drawn


thresholds = st.floats(0, 1)


@settings(max_examples=5)
@given(thresholds)
@example(0.85)
def test_nothing_less_sure_than_the_threshold_is_told(crowd: bytes, threshold: float) -> None:
    """And all that is as sure is, whatever the threshold."""
    every = detecting.detect(crowd, EVERYTHING)["objects"]
    told = detecting.detect(crowd, Parameters(confidence_threshold=threshold, nms_threshold=1.0))["objects"]
    sure = [one["properties"]["confidence"] for one in every]

    assert [one for one in every if one["properties"]["confidence"] >= threshold] == told
    assert min(sure) < 0.85 < max(sure)


@settings(max_examples=5)
@given(thresholds)
def test_of_two_boxes_that_overlap_the_surer_one_is_told(crowd: bytes, threshold: float) -> None:
    """No two of one class overlap more than the threshold; what is left out overlaps a surer one that is told."""
    every = detecting.detect(crowd, EVERYTHING)["objects"]
    told = detecting.detect(crowd, Parameters(confidence_threshold=0.0, nms_threshold=threshold))["objects"]
    kept = [(one["class_id"], *one["coordinates"].values()) for one in told]

    assert all(_overlap(a, b) <= threshold for n, a in enumerate(kept) for b in kept[:n])
    for one in every:
        box, sure = (one["class_id"], *one["coordinates"].values()), one["properties"]["confidence"]
        rivals = [
            _overlap(box, other)
            for other, rival in zip(kept, told, strict=True)
            if rival["properties"]["confidence"] >= sure
        ]
        assert max(rivals) > threshold or box in kept


def test_an_open_threshold_tells_more(crowd: bytes) -> None:
    """Each shape could be of the other kind too: with 1.0 both are told, with the default one."""
    one, other = (len(detecting.detect(crowd, asked)["objects"]) for asked in (EVERYTHING, Parameters()))

    assert one >= 2 * other > 0


@settings(max_examples=5)
@given(st.sets(st.integers(1, 5)), st.integers(0, 45))
def test_classes_and_sizes_are_those_that_are_asked_for(crowd: bytes, classes: set[int], size: int) -> None:
    """The others are left out, and nothing else: what is small suppresses nothing."""
    asked = {"class_filter": sorted(classes), "min_object_size": size, "nms_threshold": 1.0}
    told = _boxes(detecting.detect(crowd, Parameters.read(asked)))
    every = _boxes(detecting.detect(crowd, Parameters(nms_threshold=1.0)))

    assert {box for box in every if box[0] in classes and min(box[3:]) >= size} == told


@pytest.mark.parametrize("place", [(), ("post_processing",), ("model_config",)])
def test_parameters_stand_where_the_guide_puts_them(place: tuple[str, ...]) -> None:
    """At the top, or in one of two objects; those of other models are not looked at."""
    told: dict[str, Any] = {"nms_threshold": 0.25, "batch_size": 16, "device": "cuda"}
    for key in place:
        told = {key: told, "include_masks": True}

    assert Parameters(nms_threshold=0.25, batch_size=16) == Parameters.read(told)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("confidence_threshold", 1.01),
        ("confidence_threshold", "high"),
        ("nms_threshold", -0.1),
        ("nms_threshold", True),
        ("class_filter", [6]),
        ("class_filter", 1),
        ("min_object_size", -1),
        ("batch_size", 0),
        ("batch_size", 33),
        ("batch_size", 1.5),
    ],
)
def test_a_parameter_without_a_meaning_is_refused(name: str, value: object) -> None:
    """By name, with the value; a model that guesses would answer something else than it was asked."""
    with pytest.raises(ParameterInvalid, match=rf"^{name} is "):
        Parameters.read({name: value})


@pytest.mark.parametrize("size", [1, 3])
def test_as_many_pictures_are_worked_on_as_the_batch_holds(pages: Any, monkeypatch: Any, size: int) -> None:
    """No more at a time, and no fewer: six calls meet in groups."""
    together = threading.Barrier(size, timeout=10)
    lock, now, most = threading.Lock(), 0, 0

    def meeting(content: bytes, asked: Parameters) -> Any:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        together.wait()
        with lock:
            now -= 1
        together.wait()
        return {"objects": []}

    monkeypatch.setattr(detecting, "detect", meeting)
    model, url = ShapesModel(), pages(b"")
    with ThreadPoolExecutor(6) as pool:
        calls = [pool.submit(model, InferenceRequest(url, {"batch_size": size})) for _ in range(6)]

        assert [{"objects": []}] * 6 == [call.result(timeout=10) for call in calls]
    assert size == most


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_is_refused(content: bytes) -> None:
    """With the number of its bytes."""
    with pytest.raises(PictureUnreadable, match=f"The {len(content)} bytes are no picture"):
        detecting.detect(content, Parameters())


@pytest.mark.parametrize("size", [(1, 1), (2, 40), (200, 7), (64, 64)])
@pytest.mark.parametrize("colour", [(128, 128, 128), (220, 30, 30)])
def test_a_picture_of_any_size_may_be_empty(size: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """A picture of one colour is ground alone."""
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")

    assert {"objects": []} == detecting.detect(file.getvalue(), Parameters())


def _few(seed: int = 1) -> dict[str, Any]:
    """Return the demo's agent and release with five pictures."""
    return annotation_document(seed, scale=48)


@pytest.fixture
def ask(monkeypatch: Any) -> Any:
    """A backend with the seed ``demo`` whose detector runs; call it for a picture's truth and the answer."""
    monkeypatch.setattr(demo_package, "document", _few)
    with FakeBackend(seed="demo") as backend, requests.Session() as session:
        session.headers.update(backend.tokens["acme"].headers)
        run = f"{backend.url}/plugins/shapes/run/"
        session.post(run, json={"agent": ANNOTATION_AGENT, "action": "deployment", "params": {}}).raise_for_status()
        backend.clock.advance(60)
        task = session.get(f"{backend.url}/sdk/tasks/?status_label=stand_by").json()["results"][0]["id"]
        unit = session.get(f"{backend.url}/tasks/{task}/?expand=data_unit").json()["data_unit"]

        def told(**parameters: Any) -> tuple[Any, requests.Response]:
            params = {"json": {"image_path": unit["files"]["image_1"]["url"], **parameters}}
            body = {"agent": ANNOTATION_AGENT, "action": "inference", "version": "1.0.0", "params": params}
            truth = next(row["meta"]["truth"] for row in _few()["data_units"] if row["id"] == unit["id"])
            return truth["annotations"], session.post(run, json=body)

        yield told


def test_the_demo_registers_its_model(ask: Any) -> None:
    """With the seed ``demo`` the release answers at once, for a URL that the backend has signed."""
    truth, answer = ask()
    found = answer.json()["objects"]

    assert {(box["category"], *box["bbox"]) for box in truth} == {
        (one["properties"]["label"], *one["coordinates"].values()) for one in found
    }


def test_without_opencv_the_extra_is_named(ask: Any, monkeypatch: Any) -> None:
    """The call fails with one sentence that says what to install; the backend itself does without."""
    for name in [name for name in sys.modules if name.startswith("fake_backend.demo.detection.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("fake_backend.demo.detection.detecting")
    monkeypatch.setitem(sys.modules, "cv2", None)
    _, answer = ask()

    assert 500 == answer.status_code
    assert str(OpenCVMissing()) in answer.text
    assert "pip install 'fake-backend[demo]'" in str(OpenCVMissing())
