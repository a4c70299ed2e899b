"""Exporters: what hooks may do, what they are told, and what they report."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest
from export_rig import DELEGATED, HEADS, Remembering, tree
from scripted import START, CountingClock

from sdk.errors import SdkError
from sdk.loggers import LogLevel
from sdk.plugins.actions.export import BaseExporter, ExportAction, ExporterRunAdapter, ExportStatus, MetricsRecord
from sdk.plugins.actions.export.pace import Pace


@pytest.fixture
def exporter(tmp_path):
    """An exporter that has no export around it."""
    context = SimpleNamespace(logger=Remembering(), clock=CountingClock(), client=None)
    return BaseExporter(context, iter(()), tmp_path, count=1)


def action(**hooks) -> type[ExportAction]:
    """Return an action whose exporter has these hooks."""
    return type("Action", (ExportAction,), {"entrypoint": type("Own", (BaseExporter,), hooks)})


@pytest.mark.parametrize("head", HEADS)
def test_the_exporter_of_the_guide_writes_what_it_converts(rig, head) -> None:
    """Export guide, custom exporter plugin: conversion leaves neither ``data`` nor ``files``; names stay."""

    class MyExporter(BaseExporter):
        def convert_data(self, data):
            return {"id": data.get("id"), "filename": data.get("files", {}).get("file_name_original")}

        def additional_file_saving(self, unique_export_path):
            metadata = {"export_name": self.params.get("name"), "total_items": self.params.get("count")}
            with (unique_export_path / "metadata.json").open("w") as f:
                json.dump(metadata, f, indent=2)

    class MyExportAction(ExportAction):
        @property
        def entrypoint(self):
            return MyExporter

    found = tree(rig.export(head, MyExportAction)["output_path"])

    assert {"export_name": "exp", "total_items": 7} == json.loads(found["metadata.json"])
    assert {"id": 4, "filename": "사진 4.jpg"} == json.loads(found["labels/사진 4.json"])
    assert b"image" == found["origin_files/사진 4.jpg"]
    assert 15 == len(found)


@pytest.mark.parametrize("head", HEADS)
def test_a_hook_may_rename_what_is_saved(rig, head) -> None:
    """Names are made of the converted item; clashes that conversion makes are settled like any other."""

    def convert(self, data):
        return data | {"files": data["files"] | {"file_name_original": "same.png"}}

    found = tree(rig.export(head, action(convert_data=convert))["output_path"])

    expected = {f"labels/same__{n}.json" for n in range(1, 8)} | {f"origin_files/same__{n}.png" for n in range(1, 8)}
    assert expected == set(found)


@pytest.mark.parametrize("head", HEADS)
def test_a_hook_may_choose_the_directories(rig, head) -> None:
    """``setup_output_directories`` returns where the default saving goes; returning nothing keeps the defaults."""

    def elsewhere(self, path, save_original):
        return {"label_output_path": path / "json", "origin_files_output_path": path / "images"}

    found = tree(rig.export(head, action(setup_output_directories=elsewhere))["output_path"])
    plain = tree(rig.export(head, action(setup_output_directories=lambda self, path, flag: None))["output_path"])

    assert {"json", "images"} == {name.split("/")[0] for name in found}
    assert {"labels", "origin_files"} == {name.split("/")[0] for name in plain}


@pytest.mark.parametrize("head", HEADS)
def test_a_hook_may_save_everything_itself(rig, head) -> None:
    """What ``process_file_saving`` returns is whether the row counts; returning nothing counts."""

    def save(self, final_data, unique_export_path, *args):
        (unique_export_path / f"{final_data['id']}.txt").write_text("mine")
        return False if final_data["id"] == 3 else None

    result = rig.export(head, action(process_file_saving=save))

    assert (6, 1) == (result["exported_count"], result["failed_count"])
    assert {f"{n}.txt" for n in range(1, 8)} == set(tree(result["output_path"]))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(("what", "wrong"), [("nothing", None), ("a list", [1])])
@pytest.mark.parametrize("hook", ["before_convert", "convert_data", "after_convert", "process_data_conversion"])
def test_a_hook_that_returns_no_item_is_named_with_the_row(rig, head, hook, what, wrong) -> None:
    """A ``return`` that was forgotten is the commonest fault of an exporter."""
    own = action(**{hook: lambda self, data: wrong if data["id"] == 5 else data})

    with pytest.raises(SdkError, match=f"The hook {hook} returns {what} for row 5; a dict is needed"):
        rig.export(head, own)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_json_does_not_have_fails_its_row(rig, head, number) -> None:
    """``NaN`` is no JSON, and no other program would read the file; the row is listed, the others are saved."""
    own = action(convert_data=lambda self, data: data | {"data": [number]} if data["id"] == 5 else data)

    result = rig.export(head, own)
    found = tree(result["output_path"])

    assert (6, 1) == (result["exported_count"], result["failed_count"])
    assert "labels/사진 5.json" not in found
    [[name, sentence]] = json.loads(found["error_file_list.json"])["json_file_name"]
    assert ("사진 5.json", True) == (name, "not JSON compliant" in sentence)


def test_what_is_written_below_the_root_is_published(rig) -> None:
    """Older plugins write to ``path_root`` itself."""

    def additional(self, path):
        (self.path_root / "notes.txt").write_text("x")

    assert "notes.txt" in tree(rig.export(DELEGATED, action(additional_file_saving=additional))["output_path"])


def test_labels_are_compact_utf8_without_a_last_newline(exporter, tmp_path) -> None:
    """incidents.md 3, SYN-7492: indentation made saving four times slower."""
    item = {"id": 1, "data": {"값": [1, 2.0, None]}, "files": {"file_name_original": "a.jpg"}}

    assert ExportStatus.SUCCESS is exporter.save_as_json(item, tmp_path, [])
    assert '{"값":[1,2.0,null]}'.encode() == (tmp_path / "a.json").read_bytes()


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        (["a.json", "data is Null"], None),
        (["a.json", "Object of type set is not JSON serializable"], {1}),
        (["a.json", "'utf-8' codec can't encode character '\\udc80' in position 1: surrogates not allowed"], "\udc80"),
    ],
)
def test_a_payload_that_cannot_be_saved_is_listed(exporter, tmp_path, expected, data) -> None:
    """Per item: name and message, nothing written, no name claimed by what was null."""
    errors = []
    item = {"id": 1, "data": data, "files": {"file_name_original": "a.jpg"}}

    assert ExportStatus.FAILED is exporter.save_as_json(item, tmp_path, errors)
    assert ([expected], []) == (errors, list(tmp_path.iterdir()))


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("9", {}),
        ("9", {"url": "http://x"}),
        ("a.jpg", {"file_name_original": "a.jpg"}),
        ("9", {"file_name_original": "..", "url": "http://x"}),
    ],
)
def test_an_original_without_name_or_url_is_listed(exporter, tmp_path, name, files) -> None:
    """Contract of the error list: by name where there is one, else by id."""
    errors = []

    assert ExportStatus.FAILED is exporter.save_original_file({"id": 9, "files": files}, tmp_path, errors)
    assert [[name, "file information missing"]] == errors


@pytest.mark.parametrize("name", ["a\0b.jpg", "\udc80.jpg"])
def test_a_name_that_cannot_be_a_file_is_listed(exporter, tmp_path, name: str) -> None:
    """Neither file of the row is written, and the export goes on."""
    item = {"id": 1, "data": {}, "files": {"file_name_original": name, "url": "http://x.invalid/a"}}

    assert ExportStatus.FAILED is exporter.save_as_json(item, tmp_path, [])
    assert ExportStatus.FAILED is exporter.save_original_file(item, tmp_path, [])
    assert [] == list(tmp_path.iterdir())


def test_the_adapter_speaks_the_guides_language() -> None:
    """Export guide, ExporterRunAdapter: messages, progress, metrics by category, files."""
    logger = Remembering()
    run = ExporterRunAdapter(logger, CountingClock())
    run.log_message("Processing item...")
    run.set_progress(1, 4, step="dataset_conversion")
    run.log_metrics(run.MetricsRecord(stand_by=3, success=1), category="original_file")
    run.log_metrics(MetricsRecord(), step="data_file")
    run.export_log_original_file(5, {"file_name": "사진.jpg"}, ExportStatus.SUCCESS, "")
    run.export_log_data_file(5, {"file_name": "사진.json"}, ExportStatus.FAILED, "data is Null")
    run.log_export_event("NULL_DATA_DETECTED", 5)
    run.log_dev_event("look", {"a": 1}, "danger")

    assert [("dataset_conversion", 25.0)] == logger.progress
    assert {"original_file": {"stand_by": 3, "success": 1, "failed": 0}} == {
        "original_file": logger.metrics["original_file"]
    }
    assert "Processing item..." == logger.texts()
    stamped = {"target_id": 5, "created": START.isoformat()}
    assert [
        stamped | {"data_file_info": '{"file_name": "사진.jpg"}', "status": "success", "error": ""}
    ] == logger.events("export_original_file")
    assert [
        stamped | {"data_file_info": '{"file_name": "사진.json"}', "status": "failed", "error": "data is Null"}
    ] == logger.events("export_data_file")
    assert [{"item_id": 5}] == logger.events("NULL_DATA_DETECTED")
    assert ("dev_event", {"content": "look", "a": 1}, LogLevel.DANGER.value) == logger.entries[-1]


def test_metrics_are_counted_as_in_the_guide() -> None:
    """Export guide, MetricsRecord and ExportStatus."""
    record = MetricsRecord(stand_by=100, success=0, failed=0)
    record.stand_by -= 1
    record.success += 1
    record.count(ExportStatus.FAILED)

    assert {"stand_by": 98, "success": 1, "failed": 1} == record.to_dict()
    assert ["success", "failed", "stand_by"] == [status.value for status in ExportStatus]


def test_a_pace_lets_through_every_25th_item_or_what_comes_after_half_a_second() -> None:
    """incidents.md 4, SYN-7161."""
    clock = CountingClock()
    pace = Pace(clock)
    fast = [item for item in range(1, 61) if pace.due(item)]
    slow = [item for item in range(61, 66) if clock.sleep(0.3) or pace.due(item)]

    assert [1, 26, 51] == fast
    assert [62, 64] == slow
