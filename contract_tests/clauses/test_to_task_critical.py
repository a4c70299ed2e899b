"""Critical errors of to_task: one of each, and afterwards server, serve applications and disk are what they were."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, override

import pytest

from contract_tests import strategies
from contract_tests.clauses.annotating import annotate, rows_of, writes_of
from contract_tests.clauses.trouble import Sent, Verdict, interposed
from contract_tests.strategies.detections import AGENT, RELEASE, ROOM, SPECIFICATION, detection, files
from fake_backend import FakeBackend
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction, ValidationStrategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskContext

PROJECT, WITHOUT_COLLECTION = strategies.MAIN_PROJECT, 3
TASK: Mapping[str, Any] = {"id": 1, "project": PROJECT, "data_unit": 101, "created": strategies.INSTANTS[0]}
WORLD: Mapping[str, Any] = {
    **ROOM,
    "projects": [*ROOM["projects"], {"id": WITHOUT_COLLECTION, "tenant": strategies.MAIN_TENANT}],
    "data_units": [
        {"id": 101, "data_collection": 1, "name": "u", "files": files(1, {"content": {"objects": [detection()]}})}
    ],
    "tasks": [TASK, {**TASK, "id": 2}],
    "agents": [
        {"id": AGENT, "tenant": strategies.MAIN_TENANT, "name": "lab"},
        {"id": 2, "tenant": strategies.MAIN_TENANT, "name": "behind a wall", "has_address": False},
        {"id": 3, "tenant": strategies.MAIN_TENANT, "name": "without rights", "projects": [2]},
    ],
    "serve_applications": [],
}
BY_FILE: Mapping[str, Any] = {"method": "file", "target_specification_name": SPECIFICATION}
FEASIBILITY, DISPATCH = "/resources/feasibility/", "/plugins/shapes/run/"


class Littering(ValidationStrategy):
    """A condition of a plugin's own that leaves a file behind and fails."""

    @override
    def validate(self, context: ToTaskContext) -> None:
        (context.workspace / "scratch").write_text("x")
        raise OSError("the plugin's own")


class LitteringAction(ToTaskAction):
    """to_task with that condition."""

    @override
    def validation_strategies(self) -> Sequence[ValidationStrategy]:
        return [Littering()]


@dataclass(frozen=True)
class Case:
    """A run that must not happen.

    Args:
        name: Class of the error.
        words: Of its message.
        params: Over those of an inference by a release that is not deployed.
        release: Keys of the release's row.
        status: Where its serve application stands, if there is one.
        answers: Method and beginning of a path to what somebody else answers.
        widens: Whether the list of tasks ignores the filter by status.
        action: Which action.
    """

    name: str
    words: str
    params: Mapping[str, Any] = field(default_factory=dict)
    release: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    answers: Mapping[str, int] = field(default_factory=dict)
    widens: bool = False
    action: type[ToTaskAction] = ToTaskAction


CASES = (
    Case("InvalidParamsError", "contains whitespace", {"name": "two words"}),
    Case("InvalidParamsError", "target_specification_name is required", {"method": "file"}),
    Case("InvalidParamsError", "a number from 0 to 1", {"pre_processor_params": {"nms_threshold": 1.1}}),
    Case("UnsupportedFilterError", "Unsupported task filter key(s) 'statuz'", {"task_filters": {"statuz": 1}}),
    Case("UnsupportedFilterError", "would vanish", {"task_filters": {"status": None}}),
    Case("InvalidProjectError", "Invalid project: project not found: 999", {"project": 999}),
    Case("NoDataCollectionError", "Project has no data collection", {"project": WITHOUT_COLLECTION}),
    Case("NoSpecificationError", "Target specification not found", {**BY_FILE, "target_specification_name": "x"}),
    Case("AgentError", "Agent not found: 99", {"agent": 99}),
    Case("AgentError", "Agent 3 has no permissions on project 1", {"agent": 3}),
    Case("NoPreProcessorError", "Pre-processor not found: release 999", {"pre_processor": 999}),
    Case("DataTypeError", "takes pcd, and the project's tasks show image", release={"data_types": ["pcd"]}),
    Case("NoTasksError", "No tasks found matching filters", {"task_filters": {"status": "completed"}}),
    Case("NoTasksError", "No tasks found matching filters", {**BY_FILE, "task_filters": {"data_collection": 9}}),
    Case("NotActiveError", "auto_start is off", {"auto_start": False}),
    *(Case("NotActiveError", f"({word})", status=word) for word in ("DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE")),
    *(
        Case("NotActiveError", "reached terminal state (DEPLOY_FAILED)", release={"fails_at": part})
        for part in ("image_pull", "start", "warm_up")
    ),
    Case("NotActiveError", "terminal state (DEPLOY_FAILED)", {"agent": 2}, {"fails_at": "start"}),
    Case("NotActiveError", "terminal state (DEPLOY_FAILED)", release={"fails_at": "start"}, status="NOT_STARTED"),
    Case("NotActiveError", "did not become ready", {"ready_timeout": 50}),
    Case("NotActiveError", "did not become ready", {"ready_timeout": 20}, status="DEPLOYING"),
    Case("NotActiveError", "blocked by capacity gate (gpu_unavailable", release={"num_gpus": 2}),
    Case("NotActiveError", "DEPLOY_FAILED", {"agent": 2}, {"num_gpus": 2}),
    Case("NotActiveError", "feasibility check failed", answers={f"POST /__agents__/{AGENT}{FEASIBILITY}": 500}),
    Case("NotActiveError", "dispatch failed", answers={f"POST {DISPATCH}": 500}),
    Case(
        "SelectionError", "which the filter leaves out", {**BY_FILE, "task_filters": {"status": "skipped"}}, widens=True
    ),
    Case("BackendError", "step 'fetch_tasks'", BY_FILE, answers={"GET /sdk/tasks/": 400}),
    Case("BackendError", "refuses the caller", answers={"GET /projects/": 401}),
    Case("StrategyError", "OSError: the plugin's own", BY_FILE, action=LitteringAction),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.words}")
def test_a_critical_error_leaves_everything_as_it_was(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row differs, nothing is written, room is held by those who held it, no temporary file is there."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with FakeBackend(seed=document(case)) as backend:
        before, held, disk = rows_of(backend), str(backend.serving.account(AGENT)), sorted(tmp_path.rglob("*"))
        with interposed(lambda sent: answered(case, sent)):
            ran = annotate(backend, params_of(case), case.action)

        assert ran.error is not None, ran.counts
        assert case.name == type(ran.error).__name__
        assert case.words in ran.error.message
        assert ran.error.remedy.endswith(".")
        assert not hasattr(ran.error, "__notes__"), "something could not be undone"
        assert before == {key: lasting(row, before.get(key, {})) for key, row in rows_of(backend).items()}
        assert held == str(backend.serving.account(AGENT))
        assert {} == writes_of(backend)
        assert disk == sorted(tmp_path.rglob("*"))


def test_there_is_a_case_of_each_critical_error() -> None:
    """The tree of errors has no other leaf that a run could end with."""
    assert {case.name for case in CASES} == {kind.__name__ for kind in _below(CriticalError) if kind.__name__[0] != "_"}


def _below(kind: type[CriticalError]) -> Iterator[type[CriticalError]]:
    for child in kind.__subclasses__():
        if child.__module__ == kind.__module__:
            yield child
            yield from _below(child)


def document(case: Case) -> dict[str, Any]:
    """Return the world of a case."""
    release = {**ROOM["plugin_releases"][0], **case.release}
    application = {"id": 1, "plugin_release": RELEASE, "agent": AGENT, "status": case.status}
    applications = [application] if case.status else []
    return {**WORLD, "plugin_releases": [release], "serve_applications": applications}


def params_of(case: Case) -> dict[str, Any]:
    """Return the parameters of a case."""
    base = {"project": PROJECT, "agent": AGENT, "task_filters": {}, "method": "inference", "pre_processor": RELEASE}
    return base | dict(case.params)


def answered(case: Case, sent: Sent) -> Verdict | Sent | None:
    """Return what somebody else answers to a request of a case, or what is asked in its place."""
    if case.widens and sent.path == "/sdk/tasks/":
        return replace(sent, target=re.sub("status_label=[^&]*&?", "", sent.target))
    found = (kind for start, kind in case.answers.items() if f"{sent.method} {sent.path}".startswith(start))
    return next(map(Verdict, found), None)


def lasting(row: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row, but for when a serve application was last touched."""
    return {**row, "updated": before.get("updated")} if "updated" in row else dict(row)
