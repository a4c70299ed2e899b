"""The to_task guide's blocks that are whole runs: what they print, what they return, and what the tasks hold then."""

from __future__ import annotations

from guide_blocks import path, running
from guide_to_task_world import BROKEN, CAST, DIM, JOB, SEEN, annotated, opened

from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction

BRIGHT = frozenset(SEEN)
GIVEN = {"ToTaskAction": ToTaskAction}  # imported by the guide's first block


def outcome(result) -> tuple:
    """Return status and counts of a result."""
    return result["status"], result["total"], result["success"], result["failed"], result["stand_by"]


def test_file_based_annotation(capsys) -> None:
    """To_task guide, File-based Annotation: pending tasks hold what their files say, and how it went is printed."""
    with opened() as world, running("to_task/01_file_based_annotation.py", run_instance=world.run()) as guide:
        assert ("SUCCEEDED", 4, 4, 0, 0) == outcome(guide.result)
        assert {number: annotated(number) for number in (1, 2, 3, 6)} == world.changed()
        assert "Success: Annotated 4 of 4 task(s).\n" == capsys.readouterr().out

    broken = dict.fromkeys(CAST, BROKEN)
    with opened(files=broken) as world, running("to_task/01_file_based_annotation.py", run_instance=world.run()):
        assert {} == world.changed()
        assert capsys.readouterr().out.startswith("Failed: None of 4 task(s) could be annotated. The first: [Task 1] ")


def test_inference_based_annotation() -> None:
    """To_task guide, Inference-based Annotation: unassigned pending tasks hold what was seen with 0.8 and more."""
    with (
        opened() as world,
        running("to_task/02_inference_annotation.py", run_instance=world.run(), **GIVEN) as guide,
    ):
        assert ("SUCCEEDED", 3, 3, 0, 0) == outcome(guide.result)
        assert dict.fromkeys((1, 2, 6), BRIGHT) == world.found()
        assert [guide.params["pre_processor_params"]] * 3 == world.calls


def test_file_workflow() -> None:
    """To_task guide, Example Workflow: a file of each task's two is of the specification that is asked for."""
    two = ("annotation_data", "annotations")
    with (
        opened(specifications=two) as world,
        running("to_task/09_file_workflow.py", run_instance=world.run(), **GIVEN) as guide,
    ):
        assert ("SUCCEEDED", 4, 4, 0, 0) == outcome(guide.result)
        assert {number: annotated(number, "annotations") for number in (1, 2, 3, 6)} == world.changed()


def test_inference_workflow() -> None:
    """To_task guide, Inference Workflow: deployed by step 1, run by 3, and step 4 finds counts in the job's metrics."""
    with opened(cold=True, pictures={6: DIM}) as world:
        body = {"agent": 1, "action": "deployment", "version": "1.0.0", "params": {"num_gpus": 0.5}}
        world.client.run_plugin("detector", body)
        world.backend.clock.advance(60)
        assert {"detector@1.0.0 on 1": "RUNNING"} == world.backend.serving.statuses()
        run = world.run(job_id=JOB)
        with running("to_task/11_inference_workflow.py", run_instance=run, **GIVEN) as guide:
            metrics = world.client.get_job(JOB)["metrics_record"]["record"]["steps"]["annotate_task_data"]

            assert ("SUCCEEDED", 4, 3, 1, 0) == outcome(guide.result)
            assert {"success": 3, "failed": 1}.items() <= metrics.items()
            assert dict.fromkeys((1, 2, 3), BRIGHT) == world.found()


def test_partial_failures() -> None:
    """To_task guide, Handle partial failures: with a success among them the block is entered, and the failed count says
    how many tasks are left; running again takes those alone.
    """  # noqa: D205 (one sentence)
    block = path("to_task/18_partial_failures.py").read_text(encoding="utf-8")
    reviewed = []
    code = compile(f"{block}    review(result['failed'])\n", "18_partial_failures.py", "exec")
    with opened(files={3: BROKEN}) as world:
        for result in (world.start(), world.start()):
            exec(code, {"result": result, "review": reviewed.append})  # noqa: S102 (the guide's own code)

        assert [1] == reviewed
        assert ("FAILED", 1, 0, 1, 0) == outcome(result)
        assert "[Task 3] Failed: Invalid JSON format in annotation file" in result["message"]
        assert {} == world.changed()


def test_bulk_file_annotation(capsys) -> None:
    """To_task guide, Example 1: all pending tasks of the year hold what the external tool wrote."""
    tasks = CAST | {number: {"created": "2025-03-01T09:00:00Z"} for number in range(100, 110)}
    chosen = (1, 3, 6, *range(100, 110))
    with (
        opened(tasks=tasks, specifications=["external_annotations"]) as world,
        running("to_task/19_bulk_file_annotation.py", run_instance=world.run()) as guide,
    ):
        assert ("SUCCEEDED", 13, 13, 0, 0) == outcome(guide.result)
        assert {number: annotated(number, "external_annotations") for number in chosen} == world.changed()
        assert "Status: SUCCEEDED\nMessage: Annotated 13 of 13 task(s).\n" == capsys.readouterr().out


def test_auto_annotation(capsys) -> None:
    """To_task guide, Example 2: unassigned tasks hold confident detections of the classes and sizes asked for; where
    nothing can be annotated, that is printed.
    """  # noqa: D205 (one sentence)
    ids = {"collection": 789, "release": 456}
    with opened(**ids) as world, running("to_task/20_auto_annotation.py", run_instance=world.run(), **GIVEN) as guide:
        assert ("SUCCEEDED", 3, 3, 0, 0) == outcome(guide.result)
        assert dict.fromkeys((1, 2, 6), BRIGHT & {"car", "person"}) == world.found()
        assert [guide.params["pre_processor_params"]] * 3 == world.calls
        assert "Auto-annotation completed successfully\n" == capsys.readouterr().out

    dim = dict.fromkeys(CAST, DIM)
    with (
        opened(**ids, pictures=dim) as world,
        running("to_task/20_auto_annotation.py", run_instance=world.run(), **GIVEN),
    ):
        assert {} == world.changed()
        assert capsys.readouterr().out.startswith("Failed: None of 3 task(s) could be annotated. The first: [Task 1] ")


def test_active_learning() -> None:
    """To_task guide, Example 3: tasks without a confident detection remain pending for people; after the model has
    learnt, the same run takes them.
    """  # noqa: D205 (one sentence)
    with opened(pictures={2: DIM, 3: DIM}) as world:
        with running("to_task/21_active_learning.py", run_instance=world.run(), **GIVEN) as guide:
            assert ("SUCCEEDED", 4, 2, 2, 0) == outcome(guide.result)
        assert dict.fromkeys((1, 6), BRIGHT - {"person"}) == world.found()
        assert [f"[Task {n}] Failed: No detection above the threshold 0.9" for n in (2, 3)] == world.failures()
        assert {2: ("stand_by", None), 3: ("stand_by", None)}.items() <= world.tasks().items()

        world.client.annotate_task(2, annotated(2))  # by hand
        world.backend.serving.register("detector", lambda request: annotated(3))
        with running("to_task/21_active_learning.py", run_instance=world.run(), **GIVEN) as guide:
            assert ("SUCCEEDED", 1, 1, 0, 0) == outcome(guide.result)
        assert {3: annotated(3)} == world.changed()
