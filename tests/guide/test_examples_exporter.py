"""The guide's blocks about the exporter: its constructor, what it reports by, and a plugin built on it."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Generator
from pathlib import Path

import pytest
from guide_blocks import path, running, statements
from guide_world import PROJECT, STORAGE, compact

from sdk.plugins.actions.export import BaseExporter, ExporterRunAdapter, ExportStatus, MetricsRecord
from sdk.plugins.context import RuntimeContext
from tests.sdk.export.export_rig import tree

PARAMS = {"name": "My Export", "storage": STORAGE, "path": "out", "target": "task", "filter": {"project": PROJECT}}


def comment(file: str, line: int) -> str:
    """Return what the guide notes behind a line of a block, counted from its end."""
    return path(file).read_text(encoding="utf-8").splitlines()[line].partition("# ")[2]


def expected_tree(world) -> dict[str, bytes]:
    """Return what the custom exporter has to save of project 123, computed from the seed."""
    files: dict[str, bytes] = {}
    rows = world.of_project("tasks")
    for row in rows:
        name = f"그림 {row['id']}.png"
        converted = {"id": row["id"], "filename": name, "annotations": row["data"]["annotations"]}
        files[f"labels/그림 {row['id']}.json"] = compact(converted)
        files[f"origin_files/{name}"] = b"picture %d" % row["id"]
    metadata = {"export_name": "My Export", "total_items": len(rows), "format_version": "1.0"}
    return files | {"metadata.json": json.dumps(metadata, indent=2).encode()}


def test_base_exporter_class(world) -> None:
    """Export guide, BaseExporter Class: ours is constructed in the same way and has the same attributes."""
    names = {"RuntimeContext": RuntimeContext, "Generator": Generator, "Path": Path}
    with running("export/19_base_exporter.py", **names, ExporterRunAdapter=ExporterRunAdapter) as guide:
        theirs = guide.BaseExporter
        shape = [(item.name, item.kind) for item in inspect.signature(theirs).parameters.values()]
        assert shape == [(item.name, item.kind) for item in inspect.signature(BaseExporter).parameters.values()]
        items = iter(())
        context = world.context()
        given = theirs(context, items, "somewhere", name="a", count=1)
        own = BaseExporter(context, items, "somewhere", name="a", count=1)

    for name in ("ctx", "export_items", "path_root", "params"):
        assert getattr(given, name) == getattr(own, name)
    assert type(given.run) is type(own.run) is ExporterRunAdapter


def test_exporter_run_adapter(world) -> None:
    """Export guide, ExporterRunAdapter: each call arrives at the logger as what it is."""
    exporter = BaseExporter(world.context(), iter(()), "somewhere")
    given = {"current": 1, "total": 4, "item_id": 7, "file_info": {"file_name": "a.png"}, "ExportStatus": ExportStatus}
    list(statements("export/20_exporter_run_adapter.py", self=exporter, **given))

    logger = world.logger
    assert "Processing item..." == logger.texts()
    assert [("dataset_conversion", 25.0)] == logger.progress
    assert {"original_file": {"stand_by": 100, "success": 0, "failed": 0}} == logger.metrics
    for event in ("export_original_file", "export_data_file"):
        (entry,) = logger.events(event)
        assert (7, "success", "") == (entry["target_id"], entry["status"], entry["error"])
        assert {"file_name": "a.png"} == json.loads(entry["data_file_info"])


def test_metrics_record(world, capsys) -> None:
    """Export guide, MetricsRecord: counts are changed in place, logged, and shown as the guide's comment shows them."""
    exporter = BaseExporter(world.context(), iter(()), "somewhere")
    *_, names = statements("export/21_metrics_record.py", self=exporter)

    noted = comment("export/21_metrics_record.py", -1)
    assert f"{noted}\n" == capsys.readouterr().out
    assert {"data_file": ast.literal_eval(noted)} == world.logger.metrics
    assert isinstance(names["record"], MetricsRecord)


def test_export_status() -> None:
    """Export guide, ExportStatus Enum: each member is the word that the guide notes behind it."""
    for line, member in enumerate(("SUCCESS", "FAILED", "STAND_BY"), -3):
        assert ExportStatus[member] == ast.literal_eval(comment("export/22_export_status.py", line))
    with running("export/22_export_status.py") as guide:
        assert guide.ExportStatus is ExportStatus


@pytest.mark.parametrize("head", ["delegated", "in-process"])
def test_custom_exporter_plugin(world, head) -> None:
    """Export guide, Custom Exporter Plugin: the tree is what the seed says it has to be, whichever head gathers it."""
    switch = {"disable_async_delegate": True} if head == "in-process" else {}
    with running("export/23_custom_exporter_plugin.py") as guide:
        if switch:
            with pytest.warns(DeprecationWarning, match="switched off"):
                result = guide.MyExportAction.dispatch(PARAMS | switch, world.context())
        else:
            result = guide.MyExportAction.dispatch(PARAMS, world.context())

    assert head == result["head"]
    assert expected_tree(world) == tree(result["output_path"])
