"""The rows ``to_task`` of verify: what is expected, what is scored, and what a run below its bound looks like."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from verify_small import verify, with_pictures

from contract_tests.annotating import TASKS
from contract_tests.verify import embedded, to_task
from contract_tests.verify.coco import ground_truth, results, score
from contract_tests.verify.to_task import FOUND, TRUTH, judge_to_task, run_to_task

ONLY = ("--target", "to_task")


@pytest.fixture(scope="module")
def world() -> dict:
    """The small document with pictures."""
    return with_pictures()


@pytest.fixture(scope="module")
def outcomes(world) -> dict:
    """A run of each method."""
    return {method: run_to_task(world, "acme", method)[0] for method in ("file", "inference")}


def changed(outcome, task: int, **fields: object):
    """Return an outcome in which a task is stored otherwise."""
    rows = [row | fields if row["id"] == task else row for row in json.loads(outcome.tree[TASKS])]
    return dataclasses.replace(outcome, tree={**outcome.tree, TASKS: json.dumps(rows).encode()})


def places(judgement) -> list[int | None]:
    return [found.row for found in judgement.differences]


@pytest.mark.parametrize("method", ["file", "inference"])
def test_both_methods_come_to_the_drawn_truth(world, outcomes, method) -> None:
    """Every task that was asked for, and no other; a model's boxes are as good as drawn."""
    judged = judge_to_task(world, outcomes[method], hard=False)

    assert ("equal", 6) == (judged.verdict, judged.outcome.rows)
    assert (method == "inference") == (judged.score is not None)
    assert judged.score is None or judged.score.ap50 == pytest.approx(1)


@pytest.mark.parametrize("method", ["file", "inference"])
def test_a_task_that_is_not_as_it_must_be_is_named(world, outcomes, method) -> None:
    """A row outside of the filter that changed, one inside it that did not, one that is gone."""
    inside = next(iter(to_task.asked_for(world)))
    outside = world["tasks"][0]["id"]
    rows = json.loads(outcomes[method].tree[TASKS])
    fewer = json.dumps([row for row in rows if row["id"] != outside]).encode()
    gone = dataclasses.replace(outcomes[method], tree={**outcomes[method].tree, TASKS: fewer})
    cases = {
        inside: changed(outcomes[method], inside, status_label="stand_by"),
        outside: changed(outcomes[method], outside, sha256="0" * 64),
        -outside: gone,
    }

    for task, outcome in cases.items():
        judged = judge_to_task(world, outcome, hard=False)
        assert ("differs", [abs(task)]) == (judged.verdict, places(judged))


def test_a_file_s_annotations_are_compared_to_the_value(world, outcomes) -> None:
    """A box that is a pixel off is not what is drawn."""
    inside = next(iter(to_task.asked_for(world)))
    data = next(row["data"] for row in json.loads(outcomes["file"].tree[TASKS]) if row["id"] == inside)
    data["objects"][0]["coordinates"]["x"] += 1
    judged = judge_to_task(world, changed(outcomes["file"], inside, data=data), hard=False)

    assert ("differs", [inside]) == (judged.verdict, places(judged))


@given(st.integers(0, 2))
def test_the_score_falls_with_every_box_that_is_missing(world, outcomes, lost: int) -> None:
    """Recall is what a box less costs; with none left it is nothing, and no number that is none."""
    truth, found = (json.loads(outcomes["inference"].tree[name]) for name in (TRUTH, FOUND))
    known = found[: len(found) - lost * 3]

    assert (score(truth, known, 0.95).ap50 < 1) == (lost > 0)
    assert score(truth, [], 0.95).ap50 == 0


def test_the_wrong_class_is_no_hit(world, outcomes) -> None:
    """A box is right by place and class."""
    truth, found = (json.loads(outcomes["inference"].tree[name]) for name in (TRUTH, FOUND))
    wrong = [box | {"category_id": box["category_id"] % 5 + 1} for box in found]

    assert score(truth, wrong, 0.95).ap50 < 0.5


def test_coco_files_hold_what_is_drawn_and_what_is_stored(world, outcomes) -> None:
    """A picture a task, a category a class, boxes by corner and size; the score is the stored confidence."""
    units = to_task.asked_for(world)
    stored = {row["id"]: row["data"] for row in json.loads(outcomes["inference"].tree[TASKS]) if row["id"] in units}
    truth = json.loads(outcomes["inference"].tree[TRUTH])

    assert json.loads(outcomes["inference"].tree[FOUND]) == results(stored)
    assert truth == ground_truth(units, [category["name"] for category in truth["categories"]])
    assert sum(len(unit["meta"]["truth"]["annotations"]) for unit in units.values()) == len(truth["annotations"])
    assert {box["score"] for box in results(stored)} == {
        one["properties"]["confidence"] for data in stored.values() for one in data["objects"]
    }


def test_a_task_without_annotations_has_no_boxes(world) -> None:
    """Whatever it holds instead."""
    assert [] == results({1: None, 2: {}, 3: {"objects": [{"id": "a", "class_id": 1}]}})


class Shifted:
    """A model that sees everything half a shape further right.

    Args:
        model: The demo's.
    """

    def __init__(self, model) -> None:
        self.model = model

    def __call__(self, request):
        found = self.model(request)
        for one in found["objects"]:
            one["coordinates"]["x"] += one["coordinates"]["width"] // 2
        return found


def test_a_row_below_its_bound_is_red_and_says_why(tmp_path, monkeypatch, capsys) -> None:
    """Exit 1; the number and the bound on the terminal, in both reports and on the page."""
    from fake_backend.demo.models import ShapesModel

    monkeypatch.setattr(embedded, "document", lambda seed, hard: with_pictures(seed, hard=hard))
    monkeypatch.setattr(to_task, "register_models", lambda serving: serving.register("shapes", Shifted(ShapesModel())))
    status, report = verify(tmp_path, *ONLY)
    file, inference = report["rows"]
    told = capsys.readouterr().out
    suite = ET.fromstring((tmp_path / "verify" / "junit.xml").read_text())  # noqa: S314 - our own
    failures = [failure.get("message") for failure in suite.iter("failure")]

    assert (1, "error", "equal", "error") == (status, report["verdict"], file["verdict"], inference["verdict"])
    assert inference["score"]["ap50"] < 0.95 == inference["score"]["least"]
    assert "score" not in file
    assert (["1", "0"], 1) == ([suite.get(name) for name in ("failures", "errors")], len(failures))
    for text in (told, str(failures), (tmp_path / "verify" / "report.html").read_text()):
        assert re.search(r"AP at IoU 0\.5 is 0\.\d{3} by pycocotools \(at least 0\.95\)", text)


def test_hard_pictures_have_a_bound_of_their_own(tmp_path, monkeypatch, capsys) -> None:
    """``--hard`` and ``--seed`` reach the generator, and the bound is 0.90."""
    asked = []
    monkeypatch.setattr(
        embedded, "document", lambda seed, hard: asked.append((seed, hard)) or with_pictures(seed, hard=hard)
    )
    status, report = verify(tmp_path, *ONLY, "--hard", "--seed", "7")

    assert ([(7, True)], 0, 0.90) == (asked, status, report["rows"][1]["score"]["least"])
    assert report["rows"][1]["score"]["ap50"] >= 0.90
    assert "(at least 0.90)" in capsys.readouterr().out


def test_a_run_that_the_sdk_gives_up_is_an_error(world) -> None:
    """With the sentence that it ended in, and without a tree."""
    broken = world | {
        "file_specifications": [row for row in world["file_specifications"] if row["name"] != "annotation_data"]
    }
    broken["data_units"] = [
        unit | {"files": {name: file for name, file in unit.get("files", {}).items() if name != "annotation_data"}}
        for unit in world["data_units"]
    ]
    outcome, _ = run_to_task(broken, "acme", "file")
    judged = judge_to_task(broken, outcome, hard=False)

    assert ("error", {}) == (judged.verdict, judged.outcome.tree)
    assert "Target specification not found" in judged.outcome.error


def test_tasks_that_failed_are_an_error(world) -> None:
    """One file that is none of the guide's structure: the run succeeds, the row does not, and says what was wrong."""
    broken = json.loads(json.dumps(world))
    task, inside = next(iter(to_task.asked_for(broken).items()))
    inside["files"]["annotation_data"]["content"] = []
    outcome, _ = run_to_task(broken, "acme", "file")

    told = f"to_task ended SUCCEEDED: Annotated 5 of 6 task(s). 1 failed. [Task {task}] Failed: Invalid JSON format"
    assert told in outcome.error


def test_without_opencv_the_row_says_what_to_install(world, monkeypatch) -> None:
    """In the words of the model, that no picture was looked at."""
    for name in ("detecting", "fitting", "seeing"):
        monkeypatch.delitem(sys.modules, f"fake_backend.demo.detection.{name}", raising=False)
    monkeypatch.setitem(sys.modules, "cv2", None)
    outcome, _ = run_to_task(world, "acme", "inference")

    assert "pip install 'fake-backend[demo]'" in outcome.error
