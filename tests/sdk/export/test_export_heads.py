"""Both heads: the same items, the same artefacts, the same hooks, the same signals."""

from __future__ import annotations

import hashlib
import json

import pytest
from export_rig import BUCKET, DELEGATED, DESTINATION, HEADS, IN_PROCESS, document, rigged, standing, task, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from contract_tests.oracle import expected_artefacts, expected_items
from contract_tests.strategies import scopes, worlds
from fake_backend import Settings
from sdk.plugins.actions.export import BaseExporter, ExportAction, ExportStatus
from sdk.plugins.actions.export.registry import register_export_steps
from sdk.plugins.errors import StepFailed
from sdk.plugins.steps import StepRegistry

HOOKS = (
    "setup_output_directories",
    "before_convert",
    "convert_data",
    "after_convert",
    "process_file_saving",
    "save_original_file",
    "save_as_json",
    "additional_file_saving",
)


class Sheet(BaseExporter):
    """Writes all items, less their URLs, into one file."""

    def __init__(self, *args, **params):
        super().__init__(*args, **params)
        self.items = []

    def save_as_json(self, result, base_path, error_file_list):
        """Keep the item."""
        self.items.append(result | {"files": {k: v for k, v in result["files"].items() if k != "url"}})
        return ExportStatus.SUCCESS

    def additional_file_saving(self, unique_export_path):
        """Write all of them."""
        (unique_export_path / "items.json").write_text(json.dumps(self.items), "utf-8")


class SheetAction(ExportAction):
    """Exports with the sheet."""

    entrypoint = Sheet


def counting():
    """Return an action whose exporter counts the calls of each hook, and the counts."""
    calls = dict.fromkeys(HOOKS, 0)

    def counted(name):
        def hook(self, *args):
            calls[name] += 1
            return getattr(super(exporter, self), name)(*args)

        return hook

    exporter = type("Counting", (BaseExporter,), {name: counted(name) for name in HOOKS})
    return type("CountingAction", (ExportAction,), {"entrypoint": exporter}), calls


@settings(max_examples=6, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(worlds(), scopes(), st.booleans(), st.integers(1, 5), st.booleans(), st.sampled_from(["parts", "single"]))
def test_both_heads_export_what_the_seed_says(world, scope, originals, page, manifests, layout) -> None:
    """FR-8, the first law of the house: artefacts(delegated) == artefacts(in-process) == oracle."""
    options = Settings(bulk_files_manifest=manifests, bundle_layout=layout)
    items = expected_items(world, scope, tenant="acme")
    expected = expected_artefacts(world, scope, exporter="row", originals=originals, tenant="acme")
    tunables = {"export_page_size": page, "export_v2_page_size": page, "export_chunk_size": page}
    with rigged(world, settings=options) as rig:
        for head in HEADS:
            fields = {"filter": scope, "save_original_file": originals, **tunables}
            sheet = rig.export(head, SheetAction, **fields)
            assert items == json.loads(tree(sheet["output_path"])["items.json"])
            if items and all(item["data"] is None for item in items):
                with pytest.raises(StepFailed, match=r"None of .* could be exported"):
                    rig.export(head, **fields)
            else:
                assert expected == tree(rig.export(head, **fields)["output_path"])


@pytest.mark.parametrize("environment", [{}, {"SYNAPSE_FORCE_V1_EXPORT": "1"}])
@pytest.mark.parametrize("v2", [True, False])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_v1_surface_alone_gives_the_same_artefacts(rig, environment, v2) -> None:
    """Without a v2 client, or when an operator forces v1, rows and files come from the v1 list."""
    expected = tree(rig.export(DELEGATED)["output_path"])
    rig.requests()
    params = rig.params(disable_async_delegate=True)

    result = ExportAction.dispatch(params, rig.context(v2=v2, env=environment))

    assert expected == tree(result["output_path"])
    assert any(path.startswith("/v2/") for _, path in rig.requests()) == (v2 and not environment)


@pytest.mark.parametrize("head", HEADS)
def test_every_hook_is_called_equally_often(rig, head) -> None:
    """Export guide, template methods: the tail is one, whichever head ran."""
    action, calls = counting()
    rig.export(head, action)

    once = {"setup_output_directories", "additional_file_saving"}
    assert {name: 1 if name in once else 7 for name in HOOKS} == calls


@pytest.mark.parametrize("head", HEADS)
def test_an_exporter_is_told_the_same_by_either_head(rig, head) -> None:
    """Parameters of the export, its count, and its project's configuration."""
    seen = {}

    class Curious(BaseExporter):
        def additional_file_saving(self, unique_export_path):
            seen.update(self.params, root=self.path_root, unique=unique_export_path)

    rig.export(head, type("Action", (ExportAction,), {"entrypoint": Curious}), extra_params={"a": 1}, description="d")
    staged = rig.root / DESTINATION / ".exp.partial" / "tree" / "exp"

    assert {
        "name": "exp",
        "description": "d",
        "storage": 3,
        "save_original_file": True,
        "path": DESTINATION,
        "target": "task",
        "filter": {"project": 1},
        "extra_params": {"a": 1},
        "count": 7,
        "project_id": 1,
        "configuration": {"classes": ["고양이"]},
        "root": staged,
        "unique": staged,
    } == seen


@pytest.mark.parametrize("head", HEADS)
def test_an_export_leaves_nothing_but_itself(rig, head) -> None:
    """No staging, no bundle, no empty directory of either."""
    result = rig.export(head)

    assert str(rig.root / DESTINATION / "exp") == result["output_path"]
    assert [DESTINATION.split("/")[0]] == [path.name for path in rig.root.iterdir()]
    assert ["exp"] == [path.name for path in (rig.root / DESTINATION).iterdir()]
    assert str(rig.root / DESTINATION / "exp(1)") == rig.export(head)["output_path"]


@pytest.mark.parametrize("head", HEADS)
def test_the_result_says_what_became_of_the_rows(head) -> None:
    """Failures of single rows are counted, named in the error list, and no failure of the export."""
    seed = document(3)
    seed["tasks"] = [task(1, data=None), task(2, data_unit=None), task(3)]
    with rigged(seed) as rig:
        result = rig.export(head)
        errors = json.loads(tree(result["output_path"])["error_file_list.json"])

    assert {
        "status": "success",
        "exported_count": 2,
        "failed_count": 1,
        "total_count": 3,
        "removed": [],
        "created_since": [],
        "output_path": result["output_path"],
        "head": head,
        "errors": {"json_file_name": 1, "original_file_name": 1},
        "unverified_payloads": 0,
        "job_id": result["job_id"],
        "warnings": [],
    } == result
    assert (head == DELEGATED) == (result["job_id"] is not None)
    assert {
        "json_file_name": [["사진 1.json", "data is Null"]],
        "original_file_name": [["2", "file information missing"]],
    } == errors


@pytest.mark.parametrize("head", HEADS)
def test_an_empty_scope_is_an_export_of_nothing(rig, head) -> None:
    """incidents.md 2, SYN-7218: an empty result once killed the export."""
    result = rig.export(head, filter={"project": 1, "id": 99})

    assert (0, 0, {}) == (result["exported_count"], result["total_count"], tree(result["output_path"]))
    assert "EXPORT_NO_RESULTS" in rig.logger.message_keys()


@pytest.mark.parametrize("head", HEADS)
def test_no_row_saved_and_one_failed_is_a_failure(head) -> None:
    """incidents.md 1, SYN-7214: nothing exported must not be a success."""
    with rigged(document(1) | {"tasks": [task(1, data=None)]}) as rig:
        with pytest.raises(
            StepFailed, match=r"None of 1 row\(s\) could be exported; the first: 사진 1.json: data is Null"
        ):
            rig.export(head)

        assert [] == tree_names(rig)


def tree_names(rig):
    """Return the names of all files of the storage that are no bundle's and no staging's."""
    return sorted(standing(rig.root))


@pytest.mark.parametrize(
    ("head", "messages"),
    [
        (DELEGATED, ["EXPORT_DELEGATED_TO_SERVER", "EXPORT_DELEGATED_COMPLETED"]),
        (IN_PROCESS, ["EXPORT_IN_PROCESS_STARTED", "EXPORT_IN_PROCESS_COMPLETED"]),
    ],
)
def test_both_heads_leave_the_same_signals(rig, head, messages) -> None:
    """Export guide, observability: progress ``server_export``, metrics, three events, two messages."""
    result = rig.export(head)
    logger = rig.logger

    assert ("server_export", 100.0) in logger.progress
    assert {"success": 7, "failed": 0} == logger.metrics["server_export"]
    assert {"success": 7, "failed": 0} == logger.metrics["save_files"]
    assert {"stand_by": 0, "success": 7, "failed": 0} == logger.metrics["data_file"] == logger.metrics["original_file"]
    assert head == logger.events("export_info")[0]["head"]
    assert [result["output_path"]] == [data["output_path"] for data in logger.events("export_completed")]
    assert messages == [key for key in logger.message_keys() if key in messages]
    assert [] == logger.events("export_failed")
    assert [7, 6, 5, 4, 3, 2, 1] == [data["target_id"] for data in logger.events("export_data_file")]


@pytest.mark.parametrize("head", HEADS)
def test_a_failed_export_says_so(rig, head) -> None:
    """Export guide, observability: ``export_failed`` with the reason, and a failed count."""

    class Broken(BaseExporter):
        def convert_data(self, data):
            raise ValueError(f"no {data['id']}")

    with pytest.raises(StepFailed, match="no 7") as error:
        rig.export(head, type("Action", (ExportAction,), {"entrypoint": Broken}))

    assert ["while converting row 7"] == error.value.__cause__.__notes__
    assert ["Step 'save_files' failed: no 7"] == [data["error"] for data in rig.logger.events("export_failed")]
    assert 1 == rig.logger.metrics["server_export"]["failed"]
    assert [] == tree_names(rig)


@pytest.mark.parametrize("head", HEADS)
def test_every_step_is_reported_whole_and_the_idle_head_is_skipped(rig, head) -> None:
    """Export guide, fixed nine-step registry: skip counts as 100 %."""
    action = type("Action", (ExportAction,), {})
    contexts = []
    action.create_context = lambda self: contexts.append(ExportAction.create_context(self)) or contexts[-1]
    rig.export(head, action)
    registry = StepRegistry()
    register_export_steps(registry)

    assert {step.name for step in registry} <= {step for step, percent in rig.logger.progress if percent == 100.0}
    skipped = [result.skipped for result in contexts[0].step_results]
    assert [head == DELEGATED] * 3 + [head == IN_PROCESS] * 3 + [False] * 3 == skipped


def test_the_registry_has_nine_steps_with_fixed_shares() -> None:
    """contract.md 2, names and proportions."""
    registry = StepRegistry()
    register_export_steps(registry)

    assert [
        ("initialize", 2),
        ("fetch_results", 5),
        ("prepare_export", 3),
        ("delegate_enqueue", 2),
        ("delegate_stream_progress", 5),
        ("bundle_read", 3),
        ("convert_data", 32),
        ("save_files", 38),
        ("finalize", 10),
    ] == [(step.name, step.progress_proportion) for step in registry]


def test_saving_reports_at_most_every_25_items_or_half_second() -> None:
    """incidents.md 4, SYN-7436: reporting must not be the work; first and last are always reported."""
    with rigged(document(60)) as rig:
        rig.export(DELEGATED, save_original_file=False)

        assert [1, 26, 51, 60, 60] == [round(p * 0.6) for step, p in rig.logger.progress if step == "save_files"]


@pytest.mark.parametrize("head", HEADS)
def test_an_export_to_a_bucket_is_the_same_export(rig, head) -> None:
    """Bundle, originals and artefacts go through the storage, whatever it is; nothing else stays in it."""
    expected = tree(rig.export(head)["output_path"])

    results = [rig.export(head, storage=BUCKET)["output_path"] for _ in range(2)]
    root = rig.v1.open_storage(BUCKET, "read")
    found = {name: root.open_binary(name).read() for name in root.list("")}
    root.close()

    manifests = {path: found.pop(f"{path}.manifest.json") for path in results}

    assert [f"{DESTINATION}/exp", f"{DESTINATION}/exp(1)"] == results
    assert {f"{path}/{name}": body for path in results for name, body in expected.items()} == found
    described = [
        {"path": name, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in sorted(expected.items())
    ]
    assert [{"format": 1, "files": described}] * 2 == [json.loads(body) for body in manifests.values()]


def test_in_process_needs_few_requests(rig) -> None:
    """contract.md 3.1: ids, then chunks of bulk and files; no request per row."""
    rig.requests()
    rig.export(IN_PROCESS)

    assert [
        ("POST", "/storages/3/session/"),
        ("GET", "/v2/tasks/"),
        ("GET", "/projects/1/"),
        ("POST", "/v2/tasks/bulk-fetch/"),
        ("GET", "/sdk/tasks/"),
    ] == rig.requests()


def test_in_process_lists_by_v1_when_v2_would_ignore_a_key(rig) -> None:
    """The v2 list drops what it does not declare and widens in silence (incidents.md 1, SYN-7182)."""
    rig.requests()
    result = rig.export(IN_PROCESS, filter={"project": 1, "ids": "2-3"})

    assert 2 == result["exported_count"]
    assert ("GET", "/v2/tasks/") not in rig.requests()


def test_a_lost_probe_changes_no_decision(rig, monkeypatch) -> None:
    """Export guide, gate: the count is for progress; the bundle is then compared with the scope itself."""
    page = rig.v1.page
    monkeypatch.setattr(
        rig.v1,
        "page",
        lambda path, params=None, **more: page("sdk/nowhere" if "page_size" in params else path, params, **more),
    )
    result = rig.export(DELEGATED)

    assert ("delegated", 7) == (result["head"], result["exported_count"])
