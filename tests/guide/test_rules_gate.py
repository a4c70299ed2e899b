"""Rules of the guide about the gate: its three conditions, who may set the kill switch, and what decides nothing."""

from __future__ import annotations

import warnings
from urllib.parse import parse_qs

import pytest
from guide_world import OLDER_VERSION, PROJECT, TARGETS, VERSION
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export import ExportAction, ExportParams
from sdk.plugins.actions.export.gate import Scope, resolve_delegation
from sdk.plugins.actions.export.settings import KILL_SWITCH, ExportSettings, Sources
from sdk.plugins.steps import StepRegistry
from tests.sdk.export.export_rig import DELEGATED, IN_PROCESS, tree

THRESHOLD = "SYNAPSE_EXPORT_ASYNC_JOB_SIZE_THRESHOLD"
LISTS = {"task": "/sdk/tasks/", "assignment": "/sdk/assignments/", "ground_truth": "/sdk/ground_truth_events/"}
REST = {  # a filter that is fine, and names no scope
    "task": {"is_discarded": False},
    "assignment": {"is_discarded": False},
    "ground_truth": {"ground_truth": "201,202,203"},
}


def decided(world, action=ExportAction, target="task", *, env=None, **fields) -> bool:
    """Return whether an export would be delegated; nothing is requested."""
    made = action(ExportParams(**world.params(target, **fields)), world.context(env=env))
    return made.create_context().is_delegated


@pytest.mark.parametrize("target", TARGETS)
def test_an_export_is_delegated_unless_something_is_missing(world, target) -> None:
    """Export guide, gate: delegation is on by default, whatever the target and however few rows it has."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result = ExportAction.dispatch(world.params(target), world.context())

    assert DELEGATED == result["head"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("enabled", "switched off by disable_async_delegate"),
        ("v2_client", "no v2 client"),
        ("scope", "names no scope"),
    ],
)
def test_each_missing_condition_falls_back_aloud(world, target, missing, reason) -> None:
    """Export guide, gate: without any one of the three the export runs in process, with a DeprecationWarning and a
    line in the worker's log, both with the reason; the artefacts are those of the scope all the same.
    """  # noqa: D205 (one sentence)
    fields = {"disable_async_delegate": True} if missing == "enabled" else {}
    if missing == "scope":
        fields["filter"] = REST[target]
    runtime = world.context(v2=missing != "v2_client")

    with pytest.warns(DeprecationWarning, match=reason):
        result = ExportAction.dispatch(world.params(target, **fields), runtime)

    assert IN_PROCESS == result["head"]
    (line,) = [data["content"] for data in world.logger.events("message") if "deprecated" in data["content"]]
    assert reason in line
    assert missing == "scope" or world.artefacts(target) == tree(result["output_path"])


@pytest.mark.parametrize(
    ("scope", "count"),
    [
        ({"ground_truth_dataset_version": VERSION}, 2),
        ({"ground_truth_dataset_versions": VERSION}, 2),
        ({"ground_truth_dataset_versions": [VERSION, OLDER_VERSION]}, 3),
        ({"ground_truth_dataset_version": [VERSION]}, 2),
        ({"ground_truth_dataset_versions": f"{VERSION},{OLDER_VERSION}"}, 3),
    ],
)
def test_ground_truth_is_confined_by_versions(world, scope, count) -> None:
    """Export guide, gate (SYN-7214): ground truth is delegated by versions, either key, without a project."""
    result = ExportAction.dispatch(world.params("ground_truth", filter=scope), world.context())

    assert (DELEGATED, count) == (result["head"], result["exported_count"])


def test_rows_of_projects_are_confined_by_the_project(world) -> None:
    """Export guide, gate: for tasks and assignments the scope is ``filter['project']``."""
    for target in ("task", "assignment"):
        context = ExportAction(ExportParams(**world.params(target)), world.context()).create_context()
        assert Scope(project_id=PROJECT) == context.delegation_decision.scope


SWITCHES = st.none() | st.booleans()


@given(SWITCHES, SWITCHES, SWITCHES, st.sampled_from([None, "1", "true", "0", "false", ""]))
def test_the_precedence_of_the_kill_switch(field, extra, config, environment) -> None:
    """Export guide, gate: field, then extra_params, then config, then environment, else off; and on in the environment
    is on, whatever the others say.
    """  # noqa: D205 (one sentence)
    key = "export_disable_async_delegate"
    sources = Sources(
        {"disable_async_delegate": field},
        {key: extra},
        {key: config},
        {} if environment is None else {KILL_SWITCH: environment},
    )
    killed = environment in {"1", "true"} or next((said for said in (field, extra, config) if said is not None), False)

    assert killed != resolve_delegation(sources, has_v2_client=True, scope=Scope(1)).delegate


@pytest.mark.parametrize(
    ("sources", "head"),
    [
        ({"env": {KILL_SWITCH: "1"}}, IN_PROCESS),
        ({"config": {"export_disable_async_delegate": True}}, IN_PROCESS),
        ({"disable_async_delegate": True}, IN_PROCESS),
        ({"extra_params": {"export_disable_async_delegate": True}}, IN_PROCESS),
        ({"env": {KILL_SWITCH: "1"}, "disable_async_delegate": False}, IN_PROCESS),
        ({"env": {KILL_SWITCH: "1"}, "config": {"export_disable_async_delegate": False}}, IN_PROCESS),
        ({"env": {KILL_SWITCH: "1"}, "extra_params": {"export_disable_async_delegate": False}}, IN_PROCESS),
        ({"env": {KILL_SWITCH: "0"}}, DELEGATED),
        ({"config": {"export_disable_async_delegate": True}, "disable_async_delegate": False}, DELEGATED),
        (
            {
                "config": {"export_disable_async_delegate": True},
                "extra_params": {"export_disable_async_delegate": False},
            },
            DELEGATED,
        ),
    ],
)
def test_any_one_switch_closes_the_gate_and_the_operators_is_final(world, sources, head) -> None:
    """Export guide, Kill-switch: environment, config or field, each alone; the environment's is final."""
    fields = dict(sources)
    action = type("Action", (ExportAction,), {"config": fields.pop("config", {})})

    assert (head == DELEGATED) == decided(world, action, env=fields.pop("env", None), **fields)


@pytest.mark.parametrize("threshold", [None, 0, 1, 10**9])
@pytest.mark.parametrize("target", TARGETS)
def test_the_threshold_decides_nothing(world, target, threshold) -> None:
    """Export guide, gate (SYN-7182): the number of rows and the threshold are no condition, from whatever source."""
    for fields in (
        {"async_job_size_threshold": threshold},
        {"extra_params": {"export_async_job_size_threshold": threshold}},
        {"env": {} if threshold is None else {THRESHOLD: str(threshold)}},
    ):
        assert decided(world, target=target, **fields)


NUMBERS = st.none() | st.integers(0, 10**6)


@given(NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_the_precedence_of_the_threshold(field, extra, config, environment) -> None:
    """Export guide, gate: field, then extra_params, then config, then environment, else 1,000."""
    key = "export_async_job_size_threshold"
    sources = Sources(
        {"async_job_size_threshold": field},
        {key: extra},
        {key: config},
        {} if environment is None else {THRESHOLD: str(environment)},
    )
    wanted = next((value for value in (field, extra, config, environment) if value is not None), 1000)

    assert wanted == ExportSettings.resolve(sources).async_job_size_threshold


def test_fields_of_the_gate_are_optional() -> None:
    """Export guide, gate: threshold and kill switch are ``None`` unless given, so that the other sources count."""
    params = ExportParams(name="a", storage=1, path="p", target="task")

    assert (None, None) == (params.async_job_size_threshold, params.disable_async_delegate)


@pytest.mark.parametrize("target", TARGETS)
def test_the_count_is_one_small_request(runs, target) -> None:
    """Export guide, gate: rows are counted by a page of one row before the job exists, without a scan."""
    entries = runs(DELEGATED, target).requests
    enqueue = next(place for place, entry in enumerate(entries) if entry.path == "/v2/plugin_exports/")
    counts = [entry for entry in entries[:enqueue] if entry.path == LISTS[target]]

    assert [["1"]] == [parse_qs(entry.query)["page_size"] for entry in counts]


@pytest.mark.parametrize("target", TARGETS)
def test_a_failed_count_changes_no_decision(world, target, monkeypatch) -> None:
    """Export guide, gate: the count is for progress; when it fails, the export is delegated and whole all the same."""
    page = world.client.page

    def failing(path, params=None, **options):
        counting = (params or {}).get("page_size") == 1
        return page("sdk/nowhere" if counting else path, params, **options)

    monkeypatch.setattr(world.client, "page", failing)
    result = world.export(DELEGATED, target)

    assert DELEGATED == result["head"]
    assert world.artefacts(target) == tree(result["output_path"])


def test_the_decision_is_made_once_and_known_to_the_steps(world) -> None:
    """Export guide, gate: found once as the action runs and put into the context; setup_steps() asks nothing."""
    made = []

    class Counting(ExportAction):
        def _resolve_delegation_decision(self, *arguments):
            made.append(super()._resolve_delegation_decision(*arguments))
            return made[-1]

    action = Counting(ExportParams(**world.params()), world.context())
    action.setup_steps(StepRegistry())
    assert [] == made
    assert action.create_context().delegation_decision is made[0]

    made.clear()
    action.run()
    assert [True] == [decision.delegate for decision in made]


def test_a_switch_that_says_neither_is_refused(world) -> None:
    """Export guide, Kill-switch: a misspelt one must not pass for off; nothing is requested."""
    world.requests()
    with pytest.raises(Exception, match=f"{KILL_SWITCH} is 'yess'; true or false is needed"):
        ExportAction.dispatch(world.params(), world.context(env={KILL_SWITCH: "yess"}))

    assert [] == world.requests()
