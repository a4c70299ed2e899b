"""A server-side job is made once: an interrupted export follows it; a dead one is replaced."""

from __future__ import annotations

import json

import pytest
from export_rig import (
    DELEGATED,
    DESTINATION,
    HEADS,
    IN_PROCESS,
    JOBS,
    BrokenAction,
    before,
    bundles,
    standing,
    stop,
    tree,
)

from sdk.clients.errors import ClientConnectionError, ServerError
from sdk.plugins.actions.export import ExportAction
from sdk.plugins.actions.export.steps.export_step import ExportStep
from sdk.plugins.errors import StepFailed
from sdk.plugins.steps import StepResult


def finishes_alone(rig) -> None:
    """Let time pass until the server has no more to do."""
    rig.backend.clock.sleep(600)


def test_a_job_that_is_under_way_is_followed(rig) -> None:
    """The same command after Ctrl-C: the job went on without us, and is the only one."""
    with pytest.raises(KeyboardInterrupt):
        rig.export(DELEGATED, before("delegate_stream_progress", stop))
    assert JOBS in rig.requests()
    finishes_alone(rig)
    result = rig.export(DELEGATED)

    assert JOBS not in (asked := rig.requests())
    assert ("GET", f"/v2/async_jobs/{result['job_id']}/") in asked
    assert ("EXPORT_DELEGATED_TO_SERVER", "EXPORT_DELEGATED_COMPLETED") == tuple(
        key for key in rig.logger.message_keys() if "DELEGATED" in key
    )
    assert 7 == result["exported_count"]
    assert set() == bundles(rig)


@pytest.mark.parametrize("head", HEADS)
def test_signals_of_a_run_that_goes_on_are_those_of_one_that_did_not_stop(rig, head) -> None:
    """Export guide, observability: progress, metrics, events and messages, on resume as well; hooks see every item."""
    with pytest.raises(StepFailed, match="broken"):
        rig.export(head, BrokenAction)
    result = rig.export(head)
    logger = rig.logger

    assert ("server_export", 100.0) in logger.progress
    assert {"success": 7, "failed": 0} == logger.metrics["server_export"] == logger.metrics["save_files"]
    assert {"stand_by": 0, "success": 7, "failed": 0} == logger.metrics["data_file"] == logger.metrics["original_file"]
    assert [result["output_path"]] == [data["output_path"] for data in logger.events("export_completed")]
    assert [7, 6, 5, 4, 3, 2, 1] == [data["target_id"] for data in logger.events("export_data_file")]
    assert [True] == [data["resumed"] for data in logger.events("export_info") if data.get("resumed")][:1]
    assert "EXPORT_RESUMED" in logger.message_keys()
    assert [] == logger.events("export_failed")


@pytest.mark.parametrize("head", HEADS)
def test_a_failed_run_says_what_is_kept(rig, head) -> None:
    """Export guide, observability: ``export_failed``; and a message, as a note is for whoever reads a traceback."""
    with pytest.raises(StepFailed, match="broken") as error:
        rig.export(head, BrokenAction)

    assert 1 == len(rig.logger.events("export_failed"))
    assert "EXPORT_KEPT" in rig.logger.message_keys()
    assert 1 == sum("--discard" in note for note in error.value.__notes__)


@pytest.mark.parametrize("answer", ["cancelled", "failed", "unknown"])
def test_a_job_that_cannot_give_a_bundle_any_more_is_replaced(rig, monkeypatch, answer) -> None:
    """It failed, was cancelled, or nobody knows it: the user is told, and a new one is made."""
    with pytest.raises(KeyboardInterrupt):
        rig.export(DELEGATED, before("delegate_stream_progress", stop))
    old = json.loads(next(rig.root.rglob("checkpoint.json")).read_text())["job"]["id"]
    if answer == "cancelled":
        rig.v2.async_jobs.cancel(old)
    else:
        honest = rig.v2.async_jobs.retrieve

        def retrieve(job_id):
            if job_id != old:
                return honest(job_id)
            if answer == "failed":
                return {"id": old, "status": "FAILED", "data": {}}
            return honest("00000000-0000-0000-0000-000000000000")

        monkeypatch.setattr(rig.v2.async_jobs, "retrieve", retrieve)
    rig.requests()
    result = rig.export(DELEGATED)

    assert 1 == rig.requests().count(JOBS)
    assert old != result["job_id"]
    assert f"{old} of the interrupted run" in rig.logger.texts()
    assert "The server is asked for a new one." in rig.logger.texts()
    assert 7 == result["exported_count"]


def test_a_job_that_cannot_be_asked_about_for_now_is_followed_with_patience(rig, monkeypatch) -> None:
    """An outage at the start of the second run is no reason for a second job."""
    with pytest.raises(KeyboardInterrupt):
        rig.export(DELEGATED, before("delegate_stream_progress", stop))
    honest = rig.v2.async_jobs.retrieve
    outage = iter([ServerError("503", status=503), ClientConnectionError("refused")])

    def retrieve(job_id):
        if (failure := next(outage, None)) is not None:
            raise failure
        return honest(job_id)

    monkeypatch.setattr(rig.v2.async_jobs, "retrieve", retrieve)
    rig.requests()

    assert 7 == rig.export(DELEGATED)["exported_count"]
    assert JOBS not in rig.requests()


def test_a_job_that_was_given_up_but_could_not_be_cancelled_is_followed_again(rig, monkeypatch) -> None:
    """The backend was away for longer than the deadline: that says nothing about the job."""

    def away(*_):
        raise ServerError("503", status=503)

    for name in ("retrieve", "cancel", "stream_progress"):
        monkeypatch.setattr(rig.v2.async_jobs, name, away)
    with pytest.raises(StepFailed, match="gave up"):
        rig.export(DELEGATED, export_delegate_poll_inactivity_deadline_seconds=60)
    monkeypatch.undo()
    rig.requests()

    assert 7 == rig.export(DELEGATED)["exported_count"]
    assert JOBS not in rig.requests()


def test_a_job_that_is_finished_and_cannot_be_asked_about_is_gone_on_with(rig, monkeypatch) -> None:
    """The backend refuses to cancel what is finished, and is away again: there is a bundle, and nobody has seen it."""
    honest = rig.v2.async_jobs.cancel

    def away(*_):
        raise ServerError("503", status=503)

    def cancel(job_id):
        finishes_alone(rig)
        return honest(job_id)

    for name in ("retrieve", "stream_progress"):
        monkeypatch.setattr(rig.v2.async_jobs, name, away)
    monkeypatch.setattr(rig.v2.async_jobs, "cancel", cancel)
    with pytest.raises(StepFailed, match="gave up"):
        rig.export(DELEGATED, export_delegate_poll_inactivity_deadline_seconds=60)
    monkeypatch.undo()
    rig.requests()

    assert 7 == rig.export(DELEGATED)["exported_count"]
    assert JOBS not in rig.requests()
    assert set() == bundles(rig)


@pytest.mark.parametrize("finished", [False, True])
def test_a_job_that_the_other_head_makes_needless_leaves_nothing(rig, finished) -> None:
    """An operator's kill switch after a failure: the staging serves both heads, and the job is given up in the end."""
    with pytest.raises(KeyboardInterrupt):
        rig.export(DELEGATED, before("delegate_stream_progress", stop))
    if finished:
        finishes_alone(rig)
        assert bundles(rig)
    expected = rig.export(IN_PROCESS)
    finishes_alone(rig)

    assert (7, "in-process", None) == (expected["exported_count"], expected["head"], expected["job_id"])
    assert set() == bundles(rig)
    assert ["exp"] == [path.name for path in (rig.root / DESTINATION).iterdir()]


def test_either_head_goes_on_with_its_own_after_the_other_was_tried(rig) -> None:
    """Delegated, then in process, then delegated again: one job, one list of ids, rows fetched once."""
    rows = []
    bulk = rig.v2.tasks.bulk
    rig.v2.tasks.bulk = lambda keys, **options: rows.extend(keys) or bulk(keys, **options)
    for head in (DELEGATED, IN_PROCESS, DELEGATED):
        with pytest.raises(StepFailed, match="broken"):
            rig.export(head, BrokenAction)
    asked = rig.requests()
    assert 1 == asked.count(JOBS)
    assert 1 == asked.count(("GET", "/v2/tasks/"))
    result = rig.export(IN_PROCESS, export_v2_page_size=1)

    assert [7, 6, 5, 4, 3, 2, 1, 3, 2, 1] == rows  # the first answer held seven rows, and four were complete
    assert 14 == len(tree(result["output_path"]))


@pytest.mark.parametrize("ends", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_job_that_cannot_be_noted_is_cancelled(rig, monkeypatch, ends) -> None:
    """Nobody could ever find it again: the disk was full just then, or somebody pressed Ctrl-C."""

    def full(descriptor):
        raise ends

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises((StepFailed, KeyboardInterrupt)) as error:
        rig.export(DELEGATED)
    asked = rig.requests()
    assert [] == [note for note in getattr(error.value, "__notes__", []) if "kept" in note]
    assert [path for method, path in asked if method == "POST" and path.endswith("/cancel/")]
    finishes_alone(rig)

    assert set() == bundles(rig)
    assert {} == standing(rig.root)


@pytest.mark.parametrize("ends", [ValueError("broken"), KeyboardInterrupt()])
@pytest.mark.parametrize("head", HEADS)
def test_rolling_back_undoes_the_steps_of_a_plugin_and_not_what_was_gathered(rig, head, ends) -> None:
    """Export guide, automatic rollback: in reverse order; the reference client's removes 18 GB of rows (SYN-7487)."""
    undone = []

    def step(label, error=None):
        class Own(ExportStep):
            step_name = label
            proportion = 1

            def execute(self, context):
                if error is not None:
                    raise error
                return StepResult(rollback_data={"of": label})

            def rollback(self, context, result):
                undone.append((label, result.rollback_data, (context.staging.work / "..").exists()))

        return Own()

    class Own(ExportAction):
        def setup_steps(self, registry):
            super().setup_steps(registry)
            registry.insert_before("convert_data", step("first"))
            registry.insert_after("save_files", step("second"))
            registry.insert_after("second", step("third", ends))

    with pytest.raises((StepFailed, KeyboardInterrupt)):
        rig.export(head, Own)
    assert [("third", {}, True), ("second", {"of": "second"}, True), ("first", {"of": "first"}, True)] == undone
    rig.requests()

    assert 7 == rig.export(head)["exported_count"]
    assert not [path for method, path in rig.requests() if "bulk" in path or "plugin_exports" in path]
