"""The guide's blocks about targets: the three that there are, and one of a plugin's own."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest
from guide_blocks import running, statements, with_methods
from guide_world import OLDER_VERSION, PROJECT, STORAGE, VERSION, compact
from pydantic import BaseModel

from sdk.clients.backend import BackendClient
from sdk.plugins.actions.export import BaseExportAction, ExportAction, ExportTargetHandler
from tests.sdk.export.export_rig import tree


class Params(BaseModel):
    """No parameters."""


def results_of(block: str, world, filters: dict[str, Any]) -> tuple[Any, int]:
    """Return what the example's method gives for a filter."""
    return with_methods(block, BaseExportAction, Any=Any)(Params(), world.context()).get_filtered_results(filters)


def test_target_assignment(world) -> None:
    """Export guide, Assignment: labelling results of the scope, payload and data unit in each row."""
    results, total = results_of("export/11_target_assignment.py", world, {"project": PROJECT})
    rows = list(results)

    truth = world.of_project("assignments")
    assert 4 == total == len(rows)
    assert [(row["id"], row["data"]) for row in truth] == [(row["id"], row["data"]) for row in rows]
    assert [world.unit(row)["id"] for row in truth] == [row["data_unit"]["id"] for row in rows]


@pytest.mark.parametrize(
    ("versions", "events"), [(VERSION, [903, 902]), ([VERSION, OLDER_VERSION], [903, 902, 901])], ids=["one", "two"]
)
def test_target_ground_truth(world, versions, events) -> None:
    """Export guide, Ground Truth: a list of the versions' events, each once, whole."""
    rows, total = results_of("export/12_target_ground_truth.py", world, {"ground_truth_dataset_versions": versions})

    truth = {row["pgh_id"]: row["data"] for row in world.rows["ground_truth_events"]}
    assert isinstance(rows, list)
    assert len(events) == total
    assert [(number, truth[number]) for number in events] == [(row["pgh_id"], row["data"]) for row in rows]


def test_target_task(world) -> None:
    """Export guide, Task: the tasks of the scope, whole, and their number."""
    results, total = results_of("export/13_target_task.py", world, {"project": PROJECT})

    truth = [(row["id"], row["data"]) for row in world.of_project("tasks")]
    assert (4, truth) == (total, [(row["id"], row["data"]) for row in results])


def test_target_handler_factory() -> None:
    """Export guide, TargetHandlerFactory: a handler for each of the three targets."""
    found = [
        type(names["handler"]).__name__
        for names in statements("export/26_target_handler_factory.py")
        if "handler" in names
    ]

    wanted = ["AssignmentExportTargetHandler", "GroundTruthExportTargetHandler", "TaskExportTargetHandler"]
    assert wanted == found


class Custom(BackendClient):
    """A client of a plugin's own, with a call that the backend does not have."""

    def custom_api_call(self, filters):
        """Return as many rows as asked for."""
        return [{"number": number, "seen": dict(filters)} for number in range(filters["required_field"])]


def test_custom_target_handler(world) -> None:
    """Export guide, Custom Target Handler: its rows become the export, and its refusal comes before any request."""
    with running("export/27_custom_target_handler.py", Any=Any, Generator=Generator) as guide:

        class Handler(guide.CustomTargetHandler):
            def _transform(self, item):
                return {"id": item["number"], "data": item["seen"], "files": {"file_name_original": "a.b"}}

        class Action(ExportAction):
            def get_handler(self):
                return Handler()

        assert issubclass(guide.CustomTargetHandler, ExportTargetHandler)
        params = {"name": "own", "storage": STORAGE, "path": "out", "target": "task", "save_original_file": False}
        credentials = {"user_token": world.backend.tokens["acme"].user, "tenant": "acme", "clock": world.backend.clock}
        with Custom(world.backend.url, **credentials) as client:
            with pytest.warns(DeprecationWarning, match="no scope"):
                result = Action.dispatch(params | {"filter": {"required_field": 3}}, world.context(client=client))
            world.requests()
            with pytest.raises(ValueError, match="required_field is required"):
                Action.dispatch(params | {"filter": {"other": 3}}, world.context(client=client))

    assert (3, 3) == (result["total_count"], result["exported_count"])
    assert {compact({"required_field": 3})} == set(tree(result["output_path"]).values())
    assert 3 == len(tree(result["output_path"]))
    assert [] == world.requests()
