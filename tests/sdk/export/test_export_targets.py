"""Three targets: each by its own key, list and filters, and all of them to the same artefacts by every way."""

from __future__ import annotations

import json

import pytest
from export_rig import DELEGATED, HEADS, IN_PROCESS, before, document, failure, rigged, task, tree
from target_rig import DATASET, KEYS, SCOPES, SELECTIONS, TARGETS, VERSIONS, wide_document

from contract_tests.oracle import expected_artefacts, expected_items
from fake_backend import Settings
from sdk.clients.payloads import PayloadFetcher
from sdk.plugins.actions.export import (
    AssignmentExportTargetHandler,
    BaseExporter,
    ExportAction,
    GroundTruthExportTargetHandler,
    TargetHandlerFactory,
    TaskExportTargetHandler,
)
from sdk.plugins.actions.export.errors import EnqueueError, UnknownVersionError
from sdk.plugins.actions.export.in_process import GONE, RowSource
from sdk.plugins.actions.export.items import listed_files
from sdk.plugins.actions.export.scope import TargetScope
from sdk.plugins.actions.export.settings import ExportSettings, Sources
from sdk.plugins.actions.export.targets import TARGETS as KINDS
from sdk.plugins.errors import StepFailed

PLURAL = "ground_truth_dataset_versions"
CALLS = {"task": "get_tasks", "assignment": "get_assignments", "ground_truth": "get_ground_truth_events"}
LISTS = {"task": "/sdk/tasks/", "assignment": "/sdk/assignments/", "ground_truth": "/sdk/ground_truth_events/"}
BULKS = {
    "task": "/v2/tasks/bulk-fetch/",
    "assignment": "/v2/assignments/bulk-fetch/",
    "ground_truth": "/v2/ground-truth-events/bulk-data/",
}


@pytest.fixture
def wide():
    """A backend in which every target has seven rows."""
    with rigged(wide_document()) as opened:
        yield opened


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("narrowed", [False, True])
def test_every_way_leads_to_what_the_seed_says(wide, target, narrowed) -> None:
    """Both heads, with and without v2, in pages of three rows."""
    scope = (SELECTIONS if narrowed else SCOPES)[target]
    expected = expected_artefacts(wide_document(), scope, exporter="row", target=target, tenant="acme")
    pages = {"export_page_size": 3, "export_v2_page_size": 3, "export_chunk_size": 3}
    ways = [(DELEGATED, {}), (IN_PROCESS, {}), (IN_PROCESS, {"export_force_v1": True}), (IN_PROCESS, {"v2": False})]

    for head, way in ways:
        result = wide.export(head, target=target, filter=scope, **pages, **way)

        assert head == result["head"]
        assert expected == tree(result["output_path"])
    assert len(expected) == 2 * (2 if narrowed else 7)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_operator_can_keep_the_rows_of_every_target_to_v1(wide, target) -> None:
    """Export guide: ``SYNAPSE_FORCE_V1_EXPORT=1``; of v2 only the dataset is asked, which v1 does not have."""
    params = wide.params(target=target, filter=SCOPES[target], disable_async_delegate=True)
    wide.requests()
    ExportAction.dispatch(params, wide.context(env={"SYNAPSE_FORCE_V1_EXPORT": "1"}))
    asked = [path for _, path in wide.requests() if path.startswith("/v2/")]

    assert ([f"/v2/ground-truth-datasets/{DATASET}/"] if target == "ground_truth" else []) == asked


@pytest.mark.parametrize("target", TARGETS)
def test_in_process_needs_few_requests(wide, target) -> None:
    """contract.md 3.1: ids, then chunks of bulk and files; for ground truth the way to the project besides."""
    wide.requests()
    wide.export(IN_PROCESS, target=target, filter=SCOPES[target])
    way = [*(("GET", f"/ground_truth_dataset_versions/{one}/") for one in VERSIONS)]
    way.append(("GET", f"/v2/ground-truth-datasets/{DATASET}/"))

    assert [
        ("POST", "/storages/3/session/"),
        ("GET", "/v2/tasks/" if target == "task" else LISTS[target]),
        *(way if target == "ground_truth" else []),
        ("GET", "/projects/1/"),
        ("POST", BULKS[target]),
        ("GET", LISTS[target]),
    ] == wide.requests()


@pytest.mark.parametrize(
    ("target", "filters", "expected"),
    [
        ("task", {"project": 1}, {"project": 1}),
        ("task", {"project": 1, "is_discarded": False}, {"project": 1, "is_discarded": False}),
        ("task", {"project": 1, "schema": "any"}, None),
        ("task", {"project": 1, "ids": "2"}, None),
        ("assignment", {"project": 1}, None),
        ("assignment", {"is_confirmed": True}, {"is_confirmed": True}),
        ("assignment", {"is_confirmed": True, "users": [1]}, None),
        ("ground_truth", {PLURAL: [4]}, {"ground_truth_dataset_version": 4}),
        ("ground_truth", {PLURAL: [4, 5]}, None),
        ("ground_truth", {PLURAL: [4], "classes": "a"}, None),
        ("ground_truth", {}, {}),
    ],
)
def test_v2_lists_are_asked_only_for_what_every_backend_declares(target, filters, expected) -> None:
    """What a list does not declare it ignores (SYN-7182); the older backend declares no project of assignments."""
    assert expected == KINDS[target].v2_query(filters)


def test_one_version_is_listed_by_v2(wide) -> None:
    """contract.md 3.1: ``ground_truth_dataset_version=<v>``, the only filter of ground truth that v2 has."""
    wide.requests()
    result = wide.export(IN_PROCESS, target="ground_truth", filter={PLURAL: "4"})

    assert 4 == result["exported_count"]
    assert ("GET", "/v2/ground-truth-events/") in wide.requests()


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("spelling", [{PLURAL: 4}, {PLURAL: "4"}, {"ground_truth_dataset_version": [4]}])
def test_versions_are_told_in_any_spelling(wide, head, spelling) -> None:
    """Singular or plural, scalar or list; an event of several versions is one row."""
    assert 4 == wide.export(head, target="ground_truth", filter=spelling)["exported_count"]


@pytest.mark.parametrize(
    ("target", "project", "filters"),
    [("assignment", 1, {"project": 1}), ("ground_truth", None, {PLURAL: [4, 5]}), ("task", 1, {"project": 1})],
)
def test_a_job_is_confined_by_project_or_by_versions(wide, monkeypatch, target, project, filters) -> None:
    """Export guide, SYN-7214 FR-6: ground truth is delegated without a project; the plural key is a list of ids."""
    create, sent = wide.v2.plugin_exports.create, []
    monkeypatch.setattr(wide.v2.plugin_exports, "create", lambda **body: sent.append(body) or create(**body))
    wide.export(DELEGATED, target=target, filter=SCOPES[target])

    assert [((target,), project, filters)] == [(body["targets"], body["project_id"], body["filter"]) for body in sent]


def test_ground_truth_without_versions_falls_back_with_the_reason(wide) -> None:
    """Export guide, gate: no scope, no job; a warning and a log line say so, and the rows come all the same."""
    params = wide.params(target="ground_truth", filter={"ground_truth": "101,103"})
    with pytest.warns(DeprecationWarning, match=f"names no scope .*for ground truth {PLURAL}"):
        result = ExportAction.dispatch(params, wide.context())

    assert (IN_PROCESS, 4) == (result["head"], result["exported_count"])
    assert "for ground truth" in wide.logger.texts()


@pytest.mark.parametrize("target", TARGETS)
def test_a_scope_is_probed_by_what_identifies_a_row(wide, target) -> None:
    """contract.md 2.2, request 1; the newest event is the highest ``pgh_id``, whatever its ground truth."""
    kind = KINDS[target]
    filters = kind.rows.named(SCOPES[target])
    policy = ExportSettings.resolve(Sources()).policy
    scope = TargetScope(wide.v1, kind, filters, policy, 3)
    keys = sorted(KEYS[target], reverse=True)

    assert (7, keys[0]) == (scope.probe().count, scope.probe().newest)
    assert keys == [row.id for row in scope.listed()]
    assert keys == [row[kind.key] for row in scope.ids()]
    assert all(row.created is not None for row in scope.listed())
    assert set(keys[2:4]) == set(scope.existing([*keys[2:4], 999]))


@pytest.mark.parametrize("v2", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_links_of_originals_that_run_out_are_renewed_by_the_key_of_the_row(target, v2) -> None:
    """Issued with the page, used minutes later (incidents.md 3)."""

    class Slow(BaseExporter):
        def convert_data(self, data):
            self.ctx.clock.sleep(30)
            return data

    expected = expected_artefacts(wide_document(), SCOPES[target], exporter="row", target=target, tenant="acme")
    with rigged(wide_document(), settings=Settings(presign_seconds=60)) as rig:
        action = type("Action", (ExportAction,), {"entrypoint": Slow})
        result = rig.export(IN_PROCESS, action, target=target, filter=SCOPES[target], v2=v2)

        assert expected == tree(result["output_path"])


@pytest.mark.parametrize("v2", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_payload_and_file_of_a_row_are_asked_for_again_by_its_key(wide, target, v2) -> None:
    """contract.md 3.3: the reference client renews events by ``id``, which is neither unique nor a filter there."""
    kind = KINDS[target]
    scope = TargetScope(wide.v1, kind, kind.rows.named(SCOPES[target]), ExportSettings.resolve(Sources()).policy, 3)
    source = RowSource(scope, wide.v2 if v2 else None, 3)
    expected = {item["id"]: item for item in expected_items(wide_document(), SCOPES[target], target=target)}

    with PayloadFetcher(clock=wide.backend.clock) as fetcher:
        for key in KEYS[target]:
            assert expected[key]["data"] == fetcher.fetch(key, source.payload({"id": key}))
            assert source.file_url(key).startswith("http")
    assert source.payload({"id": 999}) is GONE
    assert source.file_url(999) is None


@pytest.mark.parametrize("v2", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_payloads_that_stay_inline_are_the_same_payloads(target, v2) -> None:
    """incidents.md 3, SYN-7535: the real lists of assignments and ground truth ignore ``response_mode``."""
    expected = expected_artefacts(wide_document(), SCOPES[target], exporter="row", target=target, tenant="acme")
    with rigged(wide_document(), settings=Settings(presigned_targets=frozenset())) as rig:
        assert expected == tree(rig.export(IN_PROCESS, target=target, filter=SCOPES[target], v2=v2)["output_path"])


HANDLERS = [
    ("task", TaskExportTargetHandler),
    ("assignment", AssignmentExportTargetHandler),
    ("ground_truth", GroundTruthExportTargetHandler),
]


@pytest.mark.parametrize(("target", "kind"), HANDLERS)
def test_a_handler_turns_rows_into_the_items_of_the_heads(wide, target, kind) -> None:
    """Export guide, target handlers: validate, get results, get items; payloads in them wherever they lie."""
    handler = TargetHandlerFactory.get_handler(target)
    filters = handler.validate_filter(SELECTIONS[target], wide.v1)
    results, count = handler.get_results(wide.v1, filters)
    items = list(handler.get_export_item(results))
    expected = expected_items(wide_document(), SELECTIONS[target], target=target, tenant="acme")

    assert (kind, 2) == (type(handler), count)
    assert expected == [item | {"files": {k: v for k, v in item["files"].items() if k != "url"}} for item in items]
    assert all(item["files"]["url"] for item in items)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_handler_that_changes_the_items_is_asked_for_them(wide, target) -> None:
    """A plugin that replaces one method keeps the others, and its rows come in process."""

    class Marked(type(TargetHandlerFactory.get_handler(target))):
        def get_export_item(self, results):
            for item in super().get_export_item(results):
                yield item | {"data": {"marked": item["id"]}}

    action = type("Action", (ExportAction,), {"get_handler": lambda self: Marked()})
    result = action.dispatch(wide.params(target=target, filter=SCOPES[target]), wide.context())
    labels = [json.loads(body) for name, body in tree(result["output_path"]).items() if name.startswith("labels/")]

    assert IN_PROCESS == result["head"]
    assert sorted(KEYS[target]) == sorted(label["marked"] for label in labels)


FILE = {"file_name_original": "a.jpg"}


@pytest.mark.parametrize(
    ("expected", "row"),
    [
        ({"a": FILE}, {"data_unit": {"files": {"a": FILE}}, "files": {"b": {}}, "file": {}}),
        (None, {"data_unit": {"id": 1}}),
        ({"a": FILE}, {"data_unit": 1, "files": {"a": FILE}}),
        ({"a": FILE}, {"files_manifest": {"a": FILE}}),
        ([FILE], {"data_unit": 1, "file": FILE}),
    ],
)
def test_the_files_of_a_row_stand_where_its_list_shows_them(expected, row) -> None:
    """contract.md 3.2: in the data unit where that is in full, else in the row."""
    assert expected == listed_files(row)


@pytest.mark.parametrize("target", TARGETS)
def test_unexpanded_rows_have_files_all_the_same(wide, target) -> None:
    """An event shows its files and an assignment the chosen one without ``expand``; a task shows none."""
    handler = TargetHandlerFactory.get_handler(target)
    rows, _ = getattr(wide.v1, CALLS[target])(SELECTIONS[target] | {"expand": []})
    names = [item["files"].get("file_name_original") for item in handler.get_export_item(rows)]

    assert (target == "task") == (names == [None, None])
    assert all(name is None or name.startswith("사진") for name in names)


@pytest.mark.parametrize(("target", "throttle"), [("task", 0.2), ("assignment", 0.1), ("ground_truth", 0.1)])
def test_pages_are_as_far_apart_as_each_target_asks(wide, target, throttle) -> None:
    """contract.md 1.4; a tunable goes before it."""

    def policy(**fields):
        params = ExportAction.params_model.model_validate(wide.params(target=target, filter=SCOPES[target], **fields))
        return ExportAction(params, wide.context()).create_context().settings.policy

    assert throttle == policy().throttle
    assert 0.5 == policy(export_throttle_seconds=0.5).throttle


def told(rig, head=IN_PROCESS, **fields):
    """Return project and configuration that an exporter of ground truth is told."""
    seen = {}

    class Curious(BaseExporter):
        def additional_file_saving(self, unique_export_path):
            seen.update(self.params)

    action = type("Action", (ExportAction,), {"entrypoint": Curious})
    rig.export(head, action, target="ground_truth", filter=SCOPES["ground_truth"], **fields)
    return seen["project_id"], seen["configuration"]


@pytest.mark.parametrize("head", HEADS)
def test_an_exporter_of_ground_truth_is_told_the_project_of_the_dataset(wide, head) -> None:
    """incidents.md 5, SYN-7303: version, dataset, project; without it there is no class list."""
    assert (1, {"classes": ["고양이"]}) == told(wide, head)


@pytest.mark.parametrize("head", HEADS)
def test_a_dataset_without_project_has_no_configuration(head) -> None:
    """incidents.md 5, SYN-7303: a null project is tolerated."""
    with rigged(wide_document(ground_truth_datasets=[{"id": DATASET, "tenant": "acme", "project": None}])) as rig:
        assert (None, {}) == told(rig, head)


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("lost", ["get_ground_truth_dataset_version", "retrieve", "get_project"])
def test_an_exporter_may_do_without_the_project(wide, monkeypatch, head, lost) -> None:
    """contract.md 2.2, request 7: best effort; a failure is logged and the export goes on."""
    owner = wide.v2.ground_truth_datasets if lost == "retrieve" else wide.v1
    monkeypatch.setattr(owner, lost, lambda number: wide.v1.get(f"/reports/{number}/nowhere/"))

    assert (1 if lost == "get_project" else None, {}) == told(wide, head)


def test_without_a_v2_client_the_project_of_ground_truth_is_not_known(wide) -> None:
    """Datasets are on v2 alone (contract.md 7); the log says why the class list is missing."""
    assert (None, {}) == told(wide, v2=False)
    assert f"dataset {DATASET} is not known without a v2 client" in wide.logger.texts()


@pytest.mark.parametrize("versions", [[99], [4, 99], [99, 4]])
def test_a_version_that_does_not_exist_is_refused_on_both_heads(wide, versions) -> None:
    """A misspelt version must not become an export of less than was meant; a job is refused for it as well."""
    kinds = {DELEGATED: EnqueueError, IN_PROCESS: UnknownVersionError}
    for head, kind in kinds.items():
        with pytest.raises(StepFailed, match="99") as error:
            wide.export(head, target="ground_truth", filter={PLURAL: versions})

        assert isinstance(failure(error.value), kind)


def test_files_of_a_row_come_from_its_data_unit(wide) -> None:
    """The primary image, not the sidecar before it (incidents.md 1, SYN-7229), also for assignments and events."""
    for target in TARGETS:
        found = tree(wide.export(DELEGATED, target=target, filter=SCOPES[target])["output_path"])
        assert 7 == len([name for name in found if name.startswith("origin_files/사진") and name.endswith(".jpg")])


def test_a_young_task_does_not_disturb_an_export_of_assignments(wide) -> None:
    """Each scope is its own: what is compared are keys of the target."""
    action = before("delegate_stream_progress", lambda _: wide.add(task(50, data_unit=1)))
    result = wide.export(DELEGATED, action, target="assignment", filter=SCOPES["assignment"])

    assert ([], 7) == (result["created_since"], result["exported_count"])
    assert len(document()["tasks"]) == 7
