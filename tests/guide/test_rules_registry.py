"""Rules of the guide about the nine steps, the two heads that fill them, and the tail that they share."""

from __future__ import annotations

import pytest
from guide_world import HEADS, TARGETS

from sdk.plugins.actions.export import ExportAction, ExportParams
from sdk.plugins.actions.export.steps import (
    BundleReadStep,
    ConvertDataStep,
    DelegateEnqueueStep,
    DelegateStreamProgressStep,
    FetchResultsStep,
    FinalizeStep,
    InitializeStep,
    PrepareExportStep,
    SaveFilesStep,
)
from sdk.plugins.steps import StepRegistry
from tests.sdk.export.export_rig import DELEGATED, IN_PROCESS, before, tree

IN_PROCESS_HEAD = ["initialize", "fetch_results", "prepare_export"]
DELEGATED_HEAD = ["delegate_enqueue", "delegate_stream_progress", "bundle_read"]
TAIL = ["convert_data", "save_files", "finalize"]
NAMES = [*IN_PROCESS_HEAD, *DELEGATED_HEAD, *TAIL]


def just_before(world, head, step, look, target="task"):
    """Export by a head and return what ``look`` finds in the context just before a step runs."""
    found = []
    world.export(head, target, before(step, lambda context: found.append(look(context))))
    return found[0]


@pytest.mark.parametrize("fields", [{}, {"disable_async_delegate": True}])
@pytest.mark.parametrize("v2", [True, False])
def test_the_registry_is_always_the_same(world, fields, v2) -> None:
    """Export guide, fixed nine-step registry: two heads and a tail, in this order, whatever the gate will say."""
    registry: StepRegistry = StepRegistry()
    ExportAction(ExportParams(**world.params(**fields)), world.context(v2=v2)).setup_steps(registry)

    assert NAMES == [step.name for step in registry]
    assert [
        InitializeStep,
        FetchResultsStep,
        PrepareExportStep,
        DelegateEnqueueStep,
        DelegateStreamProgressStep,
        BundleReadStep,
        ConvertDataStep,
        SaveFilesStep,
        FinalizeStep,
    ] == [type(step) for step in registry]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("head", HEADS)
def test_the_idle_head_is_passed_over_at_100_per_cent(runs, head, target) -> None:
    """Export guide, fixed nine-step registry: three steps are skipped, all nine are reported as done."""
    run = runs(head, target)
    results = zip(NAMES, run.contexts[0].step_results, strict=True)

    idle = IN_PROCESS_HEAD if head == DELEGATED else DELEGATED_HEAD
    assert idle == [name for name, result in results if result.skipped]
    assert set(NAMES) <= {step for step, percent in run.logger.progress if percent == 100.0}


@pytest.mark.parametrize(
    ("head", "following", "look"),
    [
        (IN_PROCESS, "fetch_results", lambda c: c.root is not None and c.staging is not None),
        (IN_PROCESS, "prepare_export", lambda c: [4, 3, 2, 1] == list(c.results) and c.total_count == 4),
        (
            IN_PROCESS,
            "convert_data",
            lambda c: c.configuration == {"classes": ["car", "person"]} and c.export_params["project_id"] == 123,
        ),
        (DELEGATED, "delegate_stream_progress", lambda c: c.job_id is not None and c.job is None),
        (DELEGATED, "bundle_read", lambda c: str(c.job["status"]).lower() == "completed" and c.manifest is None),
        (DELEGATED, "convert_data", lambda c: c.manifest.records == c.total_count == 4 and c.export_items is not None),
        (DELEGATED, "save_files", lambda c: c.exporter is not None and c.converted_items is not None),
        (DELEGATED, "finalize", lambda c: c.exported_count == 4 and c.output_path is None),
    ],
    ids=[
        "Initialize",
        "FetchResults",
        "PrepareExport",
        "DelegateEnqueue",
        "DelegateStreamProgress",
        "BundleRead",
        "ConvertData",
        "SaveFiles",
    ],
)
def test_what_each_step_has_done(world, head, following, look) -> None:
    """Export guide, fixed nine-step registry: each step does its part of the table, seen just before the next one."""
    assert just_before(world, head, following, look)


@pytest.mark.parametrize("head", HEADS)
def test_the_last_step_publishes_and_clears_up(own_world, head) -> None:
    """Export guide, fixed nine-step registry: after Finalize the export stands, and nothing else is left."""
    result = own_world.export(head)

    assert [result["output_path"]] == [str(path) for path in (own_world.root / "out").iterdir()]
    assert ["out"] == [path.name for path in own_world.root.iterdir()]


@pytest.mark.parametrize("target", TARGETS)
def test_who_reads_the_rows(runs, target) -> None:
    """Export guide, transparent acquisition: in process the SDK lists and fetches; delegated, a job writes a bundle."""
    bulk = {"task": "tasks", "assignment": "assignments", "ground_truth": "ground-truth-events"}[target]
    delegated, own = ([path for _, path in runs(head, target).calls] for head in HEADS)

    assert [] == [path for path in delegated if path.startswith(f"/v2/{bulk}/")]
    assert "/v2/plugin_exports/" in delegated
    assert [path for path in own if path.startswith(f"/v2/{bulk}/bulk")]
    assert "/v2/plugin_exports/" not in own


@pytest.mark.parametrize("target", TARGETS)
def test_what_lies_between_the_head_and_the_tail(world, target) -> None:
    """Export guide, transparent acquisition: an iterator in process; delegated, a bundle that BundleRead reads."""

    def look(context):
        files = [] if context.manifest is None else list(context.root.list(context.manifest.prefix))
        return iter(context.export_items) is context.export_items, len([name for name in files if ".jsonl" in name])

    assert (True, 0) == just_before(world, IN_PROCESS, "convert_data", look, target)
    assert (True, 1) == just_before(world, DELEGATED, "convert_data", look, target)


@pytest.mark.parametrize("target", TARGETS)
def test_either_head_leaves_the_same_artefacts(world, runs, target) -> None:
    """Export guide, transparent acquisition: what a plugin gets and what it leaves do not depend on the head."""
    assert [world.artefacts(target)] * 2 == [runs(head, target).tree for head in HEADS]


@pytest.mark.parametrize("head", HEADS)
def test_originals_are_left_out_on_request(world, head) -> None:
    """Export guide, transparent acquisition: ``save_original_file`` false saves labels alone, by either head."""
    labels = {name: body for name, body in world.artefacts("task").items() if name.startswith("labels/")}

    assert labels == tree(world.export(head, save_original_file=False)["output_path"])
