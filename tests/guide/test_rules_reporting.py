"""Rules of the guide about what an export reports, by either head, and which calls of the second API it makes."""

from __future__ import annotations

import pytest
from guide_world import HEADS, TARGETS

from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.errors import StepFailed
from tests.sdk.export.export_rig import DELEGATED, IN_PROCESS


class Broken(BaseExporter):
    """Cannot convert anything."""

    def convert_data(self, data):
        """Raise."""
        raise ValueError(f"row {data['id']} is odd")


class BrokenAction(ExportAction):
    """Exports with it."""

    entrypoint = Broken


class Picky(BaseExporter):
    """Takes the labels of even pictures alone."""

    def save_as_json(self, result, base_path, error_file_list):
        """Fail for the others."""
        if "2" not in result["files"]["file_name_original"]:
            result = {**result, "data": {1, 2}}  # no JSON
        return super().save_as_json(result, base_path, error_file_list)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_progress_of_the_acquisition(runs, head, target) -> None:
    """Export guide, observability: progress is told under ``server_export``, to its end, by either head."""
    told = [percent for step, percent in runs(head, target).logger.progress if step == "server_export"]

    assert sorted(told) == told
    assert 100.0 == told[-1]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_metrics_of_the_acquisition(world, runs, head, target) -> None:
    """Export guide, observability: counts of success and failed, by either head."""
    metrics = runs(head, target).logger.metrics["server_export"]

    assert {"success": len(world.truth(target)), "failed": 0} == metrics


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_events_of_an_export(world, runs, head, target) -> None:
    """Export guide, observability: ``export_info`` as it begins, ``export_completed`` once and last, as it stands."""
    result, logger = runs(head, target).result, runs(head, target).logger
    order = [event for event, _, _ in logger.entries if event.startswith("export_") and "file" not in event]

    assert ["export_completed"] == [event for event in order if event != "export_info"]
    assert ("export_info", "export_completed") == (order[0], order[-1])
    info, (done,) = logger.events("export_info")[0], logger.events("export_completed")
    assert (target, head) == (info["target"], info["head"])
    assert (result["output_path"], len(world.truth(target))) == (done["output_path"], done["exported_count"])


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_event_of_a_failed_export(world, head, target) -> None:
    """Export guide, observability: ``export_failed`` with the reason, a failed count, and no ``export_completed``."""
    with pytest.raises(StepFailed, match="is odd"):
        world.export(head, target, BrokenAction)
    (failed,) = world.logger.events("export_failed")

    assert f"row {world.truth(target)[0][0]} is odd" in failed["error"]
    assert [] == world.logger.events("export_completed")
    assert world.logger.metrics["server_export"]["failed"] >= 1


@pytest.mark.parametrize("target", TARGETS)
def test_messages_for_the_user(runs, target) -> None:
    """Export guide, observability: two messages of a delegated export, in order; neither in process."""
    keys = ["EXPORT_DELEGATED_TO_SERVER", "EXPORT_DELEGATED_COMPLETED"]
    told = [data for data in runs(DELEGATED, target).logger.events("message") if data.get("key") in keys]

    assert keys == [data["key"] for data in told]
    assert all(data["content"].strip() for data in told)
    assert not set(keys) & set(runs(IN_PROCESS, target).logger.message_keys())


def test_the_server_counts_and_the_sdk_tells(own_world) -> None:
    """Export guide, observability: the stream carries counts alone, the SDK relays them and makes the rest itself."""
    heard = []
    stream = own_world.v2_client.async_jobs.stream_progress
    own_world.v2_client.async_jobs.stream_progress = lambda job: (heard.append(event) or event for event in stream(job))
    own_world.export(DELEGATED, export_chunk_size=1)

    counts = [(event.processed, event.total) for event in heard if event.is_progress]
    assert counts
    assert sorted(counts) == counts
    relayed = [percent for step, percent in own_world.logger.progress if step == "server_export"]
    assert {round(100 * done / total, 2) for done, total in counts} <= set(relayed)
    assert 100.0 == relayed[-1]
    assert not [event for event in heard if "metric" in str(event.event)]
    assert own_world.logger.metrics
    assert own_world.logger.message_keys()


@pytest.mark.parametrize("target", TARGETS)
def test_calls_of_the_second_api(runs, target) -> None:
    """Export guide, v2 client resource: ``create``, ``stream_progress`` and ``retrieve``, in order."""
    run = runs(DELEGATED, target)
    job = run.result["job_id"]
    wanted = [
        ("POST", "/v2/plugin_exports/"),
        ("GET", f"/v2/async_jobs/{job}/progress/"),
        ("GET", f"/v2/async_jobs/{job}/"),
    ]

    assert wanted == [call for call in run.calls if call in wanted]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_rows_that_fail_do_not_end_the_export(world, head, target) -> None:
    """Export guide, Template-Based Export: JSON is saved with error tracking; what failed is listed and counted."""
    result = world.export(head, target, type("Action", (ExportAction,), {"entrypoint": Picky}))
    failed = len(world.truth(target)) - 1

    assert (1, failed) == (result["exported_count"], result["failed_count"])
    assert failed == result["errors"]["json_file_name"]
    assert {"stand_by": 0, "success": 1, "failed": failed} == world.logger.metrics["data_file"]
    statuses = [data["status"] for data in world.logger.events("export_data_file")]
    assert {"success": 1, "failed": failed} == {word: statuses.count(word) for word in set(statuses)}
