"""Which runs of ``to_task`` each version is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from contract_tests.conformance.to_task.document import (
    AGENT,
    ANNOTATIONS,
    CROWDED,
    DM_SCHEMA,
    FREE_FORM,
    PROJECT,
    RELEASE,
    document,
)
from fake_backend import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.cases import Reporting

type Method = Literal["file", "inference"]
type Preparation = Literal["none", "running", "gate", "start", "start and wait"]

MODEL_ID: Final = 2  # what the client names as the model; the fake hands it on as it is
STAND_BY: Final[Mapping[str, object]] = {"status_label": "stand_by"}
GOOD: Final[Mapping[str, object]] = {"ids": "101-106"}  # tasks that lack nothing
NO_TASKS: Final = "No tasks found to annotate"  # contract.md 4, fetch_tasks
NOBODY: Final[Mapping[str, object]] = {"status_label": "skipped"}  # no task is
SLOW_ROLL_OUT: Final[Mapping[str, object]] = {  # three seconds: time for a dozen looks of the client, which needs three
    "image_pull_seconds": 1,
    "start_seconds": 1,
    "warm_up_seconds": 1,
}
AT_ONCE: Final[Mapping[str, object]] = {"image_pull_seconds": 0, "start_seconds": 0, "warm_up_seconds": 0}


@dataclass(frozen=True)
class Case:
    """One run to ask for, in a backend of its own.

    Args:
        case: In words, what it is there for.
        method: Where annotations come from.
        filters: ``task_filters``, named as on the wire unless the case is about other names.
        project: Whose tasks.
        params: Further parameters of the action.
        preparation: How far the client gets with the pre-processor before it annotates or gives up: it finds it
            ``running``; it asks the agent for room (``gate``) and stops there; it starts it, without asking an agent
            that has no address (``start``); or it asks, starts, and waits until it has looked into the delay.
        release: What is special to the pre-processor's row.
        agent: What is special to the agent's row.
        settings: Conventions of the backend.
        window: Tasks under way at a time.
        side_by_side: Whether the model answers a window's calls when all of them are there.
        reporting: Whether progress and logs go to the backend or stay with the client.
        refused: What the error says that the client must end in; blank when it must succeed.
        left: Where the pre-processor stands afterwards; blank when there is none.
    """

    case: str
    method: Method
    filters: Mapping[str, object]
    project: int = PROJECT
    params: Mapping[str, object] = field(default_factory=dict)
    preparation: Preparation = "none"
    release: Mapping[str, object] = field(default_factory=dict)
    agent: Mapping[str, object] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    window: int = 1
    side_by_side: bool = False
    reporting: Reporting = "job"
    refused: str = ""
    left: str = "RUNNING"

    @property
    def name(self) -> str:
        """One word for a folder."""
        words = self.case.replace(",", "").replace("'", "").split()
        return "-".join(("to-task", self.method, *words))

    @property
    def starts(self) -> bool:
        """Whether the client must dispatch a deployment."""
        return self.preparation.startswith("start")

    @property
    def lists_tasks(self) -> bool:
        """Whether the client gets as far as listing tasks, which comes after the pre-processor."""
        return self.refused in {"", NO_TASKS}

    def document(self) -> dict[str, Any]:
        """Return what the backend is seeded with."""
        return document(self.release, self.agent, deployed=self.preparation in {"none", "running"})

    def asked(self) -> dict[str, Any]:
        """Return the action's parameters."""
        way: dict[str, Any] = (
            {"target_specification_name": ANNOTATIONS}
            if self.method == "file"
            else {"pre_processor": RELEASE, "model": MODEL_ID, "pre_processor_params": {"confidence_threshold": 0.5}}
        )
        return {
            "name": "conformance",
            "project": self.project,
            "agent": AGENT,
            "method": self.method,
            "task_filters": dict(self.filters),
            **way,
            **self.params,
        }


def cases() -> list[Case]:
    """Return the runs, the same for every version."""
    return [*_by_file(), *_by_inference()]


def _by_file() -> Sequence[Case]:
    listed, apart = Settings(unit_files="list"), Settings(task_unit_files=False)
    late = {"created__gte": "2026-02-01T00:00:00Z", "has_assignment": False, **STAND_BY}
    taken = {"labelers": 2, "status_label": "stand_by,in_progress"}
    return [
        Case("every outcome", "file", STAND_BY),
        Case("files as a list", "file", late, settings=listed),
        Case("files asked for apart", "file", taken, settings=apart),
        Case("batched", "file", STAND_BY, params={"batch_size": 4}, window=4),
        Case("more than a page", "file", {}, CROWDED, {"batch_size": 8}, window=8, reporting="console"),
        Case("schema any", "file", {"ids": f"{FREE_FORM}-{DM_SCHEMA}"}, params={"schema": "any"}),
        Case("None in a filter", "file", {"labelers": None}),
        Case("the guide's keys", "file", {"status": "pending", "assignee": None}),
        Case("no success", "file", {"ids": "109-113"}),
        Case("nothing to do", "file", NOBODY, refused=NO_TASKS),
    ]


def _by_inference() -> Sequence[Case]:
    cold = {**GOOD, "has_assignment": False}
    denied = "Pre-processor deployment blocked by capacity gate (['gpu_unavailable"
    return [
        Case("running", "inference", STAND_BY, preparation="running"),
        Case("cold", "inference", cold, preparation="start and wait", release=SLOW_ROLL_OUT),
        Case(
            "cold, agent without address",
            "inference",
            GOOD,
            preparation="start",
            release=AT_ONCE,
            agent={"has_address": False},
        ),
        Case(
            "deferred",
            "inference",
            {"ids": "101-103"},
            params={"batch_size": 3},
            window=3,
            preparation="running",
            release={"answer_seconds": 3, "deferred_after": 0.2},
        ),
        Case(
            "batched",
            "inference",
            GOOD,
            window=3,
            side_by_side=True,
            preparation="running",
            release={"max_batch_size": 3},
        ),
        Case(
            "failing to deploy",
            "inference",
            GOOD,
            preparation="start and wait",
            release={**SLOW_ROLL_OUT, "fails_at": "warm_up"},
            refused="reached terminal state (DEPLOY_FAILED); last-known reason: DEPLOY",
            left="DEPLOY_FAILED",
        ),
        Case(
            "refused for capacity",
            "inference",
            GOOD,
            preparation="gate",
            release={"num_gpus": 8},
            refused=denied,
            left="",
        ),
        Case(
            "answering empty",
            "inference",
            GOOD,
            preparation="running",
            release={"empty_calls": [2], "failed_calls": [3]},
        ),
        Case("always answering empty", "inference", GOOD, preparation="running", release={"empty_calls": "all"}),
        Case(
            "cold, nothing to do",
            "inference",
            NOBODY,
            preparation="start",
            release=AT_ONCE,
            agent={"has_address": False},
            refused=NO_TASKS,
        ),
    ]
