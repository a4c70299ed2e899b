"""The gate: three conditions, a fixed precedence, and an operator's switch that nobody overrules."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export import ExportAction
from sdk.plugins.actions.export.errors import ExportSettingError
from sdk.plugins.actions.export.gate import Scope, project_scope, resolve_delegation, version_scope
from sdk.plugins.actions.export.settings import KILL_SWITCH, ExportSettings, Sources

switch = st.none() | st.booleans()


def sources(field, extra, config, environment) -> Sources:
    """Return sources in which each of the four says what it is given."""
    key = "export_disable_async_delegate"
    return Sources(
        fields={"disable_async_delegate": field},
        extra_params={key: extra},
        config={key: config},
        environ={} if environment is None else {KILL_SWITCH: environment},
    )


@given(
    switch, switch, switch, st.sampled_from([None, "", "0", "false", "1", "true", "ON"]), st.booleans(), st.booleans()
)
def test_the_gate_opens_under_three_conditions_and_no_other(field, extra, config, environment, client, scoped) -> None:
    """Switch off, client there, scope known; field before extra_params before config; the environment's on is final."""
    said = next((value for value in (field, extra, config) if value is not None), False)
    killed = environment in {"1", "true", "ON"} or said
    scope = Scope(1) if scoped else None

    decision = resolve_delegation(sources(field, extra, config, environment), has_v2_client=client, scope=scope)

    assert (not killed and client and scoped) == decision.delegate
    assert decision.delegate == (decision.reason is None)


@pytest.mark.parametrize(
    ("reason", "given_sources", "client", "scope"),
    [
        (KILL_SWITCH, sources(False, False, False, "1"), True, Scope(1)),
        ("disable_async_delegate", sources(True, None, None, None), True, Scope(1)),
        ("extra_params", sources(None, True, None, None), True, Scope(1)),
        ("config", sources(None, None, True, None), True, Scope(1)),
        ("no v2 client", sources(None, None, None, None), False, Scope(1)),
        ("names no scope", sources(None, None, None, None), True, None),
    ],
)
def test_the_reason_says_who_closed_the_gate(reason, given_sources, client, scope) -> None:
    """An operator who looks for the cause finds it in the log."""
    assert reason in resolve_delegation(given_sources, has_v2_client=client, scope=scope).reason


def test_a_switch_that_says_neither_is_refused_with_its_place() -> None:
    """A misspelt kill switch must not pass for off."""
    with pytest.raises(ExportSettingError, match=f"{KILL_SWITCH} is 'maybe'; true or false is needed"):
        resolve_delegation(sources(None, None, None, "maybe"), has_v2_client=True, scope=Scope(1))


@pytest.mark.parametrize(
    ("expected", "value"), [(7, 7), (7, "7"), (7, " 7 "), (None, None), (None, ""), (None, "seven"), (None, [7, 8])]
)
def test_the_scope_is_one_project(expected: int | None, value: object) -> None:
    """Export guide, gate: the project comes from the filter."""
    scope = project_scope({"project": value})

    assert expected == (scope.project_id if scope else None)


@pytest.mark.parametrize(
    ("expected", "filters"),
    [
        ((4,), {"ground_truth_dataset_versions": [4]}),
        ((4, 5), {"ground_truth_dataset_versions": [4, 5], "classes": "a"}),
        (None, {"ground_truth_dataset_versions": []}),
        (None, {"ground_truth": "1"}),
        (None, {"project": 1}),
    ],
)
def test_the_scope_of_ground_truth_is_its_versions(expected, filters) -> None:
    """Export guide, SYN-7214 FR-6: no project, but a list of versions that is not empty."""
    scope = version_scope(filters)

    assert (expected, None) == (scope.versions if scope else None, scope.project_id if scope else None)


@given(st.lists(st.none() | st.integers(1, 1000), min_size=4, max_size=4))
def test_a_tunable_follows_the_same_precedence(values) -> None:
    """Field, extra_params, config, environment, default (export guide, thresholds)."""
    field, extra, config, environment = values
    given_sources = Sources(
        {"export_page_size": field},
        {"export_page_size": extra},
        {"export_page_size": config},
        {"SYNAPSE_EXPORT_PAGE_SIZE": "" if environment is None else str(environment)},
    )

    assert (
        next((value for value in values if value is not None), 1000) == ExportSettings.resolve(given_sources).page_size
    )


@pytest.mark.parametrize(
    ("variable", "value", "found"),
    [
        ("SYNAPSE_EXPORT_PAGE_RETRIES", "0", lambda settings: settings.policy.retries),
        ("SYNAPSE_EXPORT_PAGE_RETRY_BACKOFF", "0.5", lambda settings: settings.policy.backoff),
        ("SYNAPSE_EXPORT_THROTTLE_SECONDS", "0", lambda settings: settings.policy.throttle),
        ("SYNAPSE_EXPORT_READ_TIMEOUT", "7", lambda settings: settings.policy.timeouts.read),
        ("SYNAPSE_EXPORT_PAGE_SIZE", "9", lambda settings: settings.page_size),
        ("SYNAPSE_EXPORT_V2_PAGE_SIZE", "9", lambda settings: settings.bulk_size),
        ("SYNAPSE_EXPORT_CHUNK_SIZE", "9", lambda settings: settings.chunk_size),
        (
            "SYNAPSE_EXPORT_DELEGATE_POLL_INACTIVITY_DEADLINE_SECONDS",
            "9",
            lambda settings: settings.inactivity_seconds,
        ),
    ],
)
def test_every_tunable_can_be_set_from_the_environment(variable: str, value: str, found) -> None:
    """contract.md 1.4: fast tests and slow backends need no code."""
    assert float(value) == found(ExportSettings.resolve(Sources(environ={variable: value})))


def test_the_defaults_are_those_of_the_house() -> None:
    """One hour of silence (ours), 200 ids (contract.md 3.1), 64 MB (payload cap)."""
    settings = ExportSettings.resolve(Sources())

    assert (3600.0, None, 200, 64 * 2**20) == (
        settings.inactivity_seconds,
        settings.ceiling_seconds,
        settings.bulk_size,
        settings.max_payload_bytes,
    )
    assert 200 == ExportSettings.resolve(Sources(fields={"export_v2_page_size": 500})).bulk_size


@pytest.mark.parametrize("value", ["many", "-1", "0", "1.5", True, float("nan"), float("inf"), "1e400", [1]])
def test_a_tunable_of_the_wrong_kind_is_refused_with_its_place(value: object) -> None:
    """The sentence names the source, the value and what would do."""
    with pytest.raises(ExportSettingError, match=r"config\['export_page_size'\] is .*whole number from 1 to 1000"):
        ExportSettings.resolve(Sources(config={"export_page_size": value}))


def test_in_process_is_deprecated_aloud(rig) -> None:
    """Export guide: a DeprecationWarning and a worker-log line, both with the reason."""
    with pytest.warns(DeprecationWarning, match="no v2 client") as caught:
        ExportAction.dispatch(rig.params(), rig.context(v2=False))

    assert __file__ == caught[0].filename
    assert "deprecated: the runtime context has no v2 client." in rig.logger.texts()


@pytest.mark.parametrize(
    ("head", "env", "field"), [("in-process", {KILL_SWITCH: "1"}, False), ("delegated", {KILL_SWITCH: "0"}, None)]
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_plugin_environment_counts_as_environment(rig, head: str, env, field) -> None:
    """An operator sets variables for the process or for the plugin; the kill switch works from either."""
    result = ExportAction.dispatch(rig.params(disable_async_delegate=field), rig.context(env=env))

    assert head == result["head"]


@pytest.mark.parametrize("own", ["0", "", "false", "1"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_plugin_environment_does_not_undo_the_kill_switch_of_the_process(rig, monkeypatch, own: str) -> None:
    """Export guide: the environment's kill switch cannot be undone by configuration; either environment throws it."""
    monkeypatch.setenv(KILL_SWITCH, "1")

    result = ExportAction.dispatch(rig.params(disable_async_delegate=False), rig.context(env={KILL_SWITCH: own}))

    assert "in-process" == result["head"]


@pytest.mark.parametrize("threshold", [None, 0, 1, 10**9])
def test_the_threshold_decides_nothing(rig, threshold) -> None:
    """Export guide: deprecated, a no-op."""
    assert "delegated" == rig.export(async_job_size_threshold=threshold)["head"]
