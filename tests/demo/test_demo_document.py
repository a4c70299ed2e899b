"""The demo is a valid seed document, the same everywhere, and the fixture is what it makes of seed 1."""

from __future__ import annotations

import base64
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from fake_backend.demo import (
    NARROWING_FILTER,
    PillowMissing,
    annotations_from_objects,
    document,
    many_tasks,
    text,
)
from fake_backend.demo.__main__ import main
from fake_backend.seeding import read, validate

FIXTURE = Path(__file__).parents[2] / "fixtures" / "demo-seed-1.json"


def _seen(demo: dict[str, Any]) -> dict[str, Any]:
    """Return ``demo`` with each PNG told by its pixels, and a JPEG by its size: encoders of other builds differ."""

    def told(file: dict[str, Any]) -> dict[str, Any]:
        if "content_base64" not in file:
            return file
        image = Image.open(io.BytesIO(base64.b64decode(file["content_base64"])))
        pixels = image.tobytes() if image.format == "PNG" else None
        return file | {"content_base64": (image.format, image.size, pixels)}

    units = [
        unit | {"files": {name: told(file) for name, file in unit["files"].items()}} for unit in demo["data_units"]
    ]
    return demo | {"data_units": units}


def test_the_fixture_is_the_demo_of_seed_1(demo: dict[str, Any]) -> None:
    """Pixel by pixel for PNG; whoever changes the generator writes the fixture anew (``docs/seeding.md``)."""
    assert _seen(json.loads(FIXTURE.read_text(encoding="utf-8"))) == _seen(demo)
    assert read(FIXTURE).counts() == validate(demo).counts()


def test_the_fixture_has_one_row_a_line(demo: dict[str, Any]) -> None:
    """So that differences can be read; Korean stands as written; two to four megabytes at most."""
    lines = text(demo).splitlines()

    assert demo == json.loads("\n".join(lines))
    assert sum(len(rows) for rows in demo.values()) + 2 * len(demo) + 2 == len(lines)
    assert any('"도로_0002.png"' in line for line in lines)
    assert FIXTURE.stat().st_size < 4_000_000


def test_equal_bytes_in_another_process(demo: dict[str, Any], tmp_path: Path) -> None:
    """Neither the hash seed nor the process shows: the command writes what the function makes."""
    written = tmp_path / "demo.json"
    command = [sys.executable, "-m", "fake_backend.demo", "--output", str(written)]
    subprocess.run(command, check=True, capture_output=True, env=os.environ | {"PYTHONHASHSEED": "4711"})

    assert text(demo) == written.read_text(encoding="utf-8")


def test_any_seed_makes_a_valid_document(any_demo: dict[str, Any]) -> None:
    """Four projects in two tenants, and what the page promises of them, counted on the rows."""
    rows = validate(any_demo)
    main_rows = [task for task in rows.tasks if task.project == 1]
    files = {unit.id: [*unit.files] for unit in rows.data_units}
    sizes = [len(json.dumps(task.data, ensure_ascii=False, separators=(",", ":")).encode()) for task in main_rows]

    assert [("acme", 300), ("acme", 40), ("globex", 25), ("acme", 60)] == [
        (project.tenant, sum(task.project == project.id for task in rows.tasks)) for project in rows.projects
    ]
    assert (12, 12) == (sum(task.data is None for task in main_rows), sum(task.data == {} for task in main_rows))
    assert 16 == sum(size > 20_000 for size in sizes)
    assert 4 == sum(90_000 < size < 115_000 for size in sizes)
    assert 40 <= sum(2_000 < size <= 20_000 for size in sizes) <= 60
    assert None not in {task.data_unit for task in rows.tasks}
    assert 4 == sum(not files[task.data_unit] for task in main_rows)
    assert sum(found[:2] == ["data_meta_1", "image_1"] for found in files.values()) > 50
    assert {"stand_by", "in_progress", "completed"} <= {task.status_label for task in main_rows}
    assert {"stand_by", "in_progress", "completed", "rejected", "skipped"} == {t.status_review for t in main_rows}
    for related in ("labelers", "reviewers", "groups", "stages", "workshops", "tags"):
        assert 0 < sum(bool(getattr(task, related)) for task in main_rows)
    assert 10**3 in range(rows.tasks[0].id, rows.tasks[-1].id)


def test_the_filter_keeps_two_hundred_rows_of_the_document(demo: dict[str, Any]) -> None:
    """Counted on the document itself, by moments rather than by text."""
    since = str(NARROWING_FILTER["created__gte"]).rstrip("Z")
    moments = {task["id"]: task["created"].rstrip("Z") for task in demo["tasks"] if task["project"] == 1}
    discarded = {task["id"] for task in demo["tasks"] if task["is_discarded"]}

    assert 200 == sum(moment >= since for identity, moment in moments.items() if identity not in discarded)


def test_payloads_repeat_the_truth(demo: dict[str, Any]) -> None:
    """Each shape in its project: boxes, classes and areas of a payload are those of its picture, and of its file."""
    truth = {unit["id"]: unit.get("meta", {}).get("truth") for unit in demo["data_units"]}
    units = {unit["id"]: unit for unit in demo["data_units"]}

    def core(payload: Any) -> list[tuple[Any, ...]]:
        return [(a["id"], a["category"], a["bbox"], a["area"]) for a in payload["annotations"]]

    compared = 0
    for task in demo["tasks"]:
        payload, drawn = task["data"], truth.get(task["data_unit"])
        if not payload or drawn is None or payload == {"annotations": []}:
            continue
        told = task["project"] in {2, 4}
        assert ("objects" if told else "annotations") in payload
        annotations = annotations_from_objects(payload) if told else payload
        assert core(drawn) == core(annotations)
        compared += 1
    assert compared > 280
    for unit in (unit for unit in units.values() if unit["data_collection"] in {2, 4}):
        assert unit["meta"]["truth"] == annotations_from_objects(unit["files"]["annotation_data"]["content"])


def test_pictures_are_what_their_rows_say(demo: dict[str, Any]) -> None:
    """Size of the picture and type of the file; a file marked primary is an image."""
    for unit in demo["data_units"]:
        for name, file in unit["files"].items():
            if name == "image_1":
                image = Image.open(io.BytesIO(base64.b64decode(file["content_base64"])))
                assert (unit["width"], unit["height"]) == image.size
                assert f"image/{str(image.format).lower()}" == file["content_type"]
            else:
                assert not file["is_primary"]


def test_progress_is_told_for_every_task(made: tuple[dict[str, Any], list[tuple[int, int]]]) -> None:
    """One call a task, the last with all of them."""
    assert [(number, 425) for number in range(1, 426)] == made[1]


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    """One sentence that says what to install; the command ends with 2 and writes nothing."""
    monkeypatch.setitem(sys.modules, "PIL", None)

    with pytest.raises(PillowMissing, match=r"pip install 'fake-backend\[demo\]'"):
        document(1)
    assert 2 == main(["--output", str(tmp_path / "demo.json")])
    assert [str(PillowMissing())] == capsys.readouterr().err.splitlines()
    assert not [*tmp_path.iterdir()]


def test_a_file_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Any) -> None:
    """One sentence, exit 2, whatever was to be written."""
    monkeypatch.setattr("fake_backend.demo.__main__.document", lambda *_, **__: {"tenants": []})
    target = tmp_path / "nowhere" / "demo.json"

    assert 2 == main(["--output", str(target)])
    assert [f"Cannot write {target}: No such file or directory."] == capsys.readouterr().err.splitlines()


@pytest.mark.parametrize(("count", "files"), [(0, True), (1, True), (10_050, True), (10_050, False)])
def test_many_tasks_is_a_valid_document(count: int, *, files: bool) -> None:
    """As many tasks as asked for, each with its own file name, or without files."""
    rows = validate(many_tasks(count, files=files))
    names = {file.file_name_original for unit in rows.data_units for file in unit.files.values()}

    assert [*range(1, count + 1)] == [task.id for task in rows.tasks]
    assert (count if files else 0) == len(names)
    assert all(task.data for task in rows.tasks)
