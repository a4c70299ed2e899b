"""What each run must come to, and what the journal must then show: the naive oracle, with the version's habits."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from contract_tests.conformance.to_task.cases import MODEL_ID
from contract_tests.conformance.to_task.habits import applied, ignored
from contract_tests.conformance.to_task.journal import Due
from contract_tests.conformance.to_task.models import found_in
from contract_tests.conformance.to_task.oracle import by_file, by_inference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.to_task.cases import Case
    from contract_tests.conformance.to_task.journal import Kind
    from contract_tests.conformance.to_task.oracle import Attempt, End
    from contract_tests.conformance.versions import Client

PAGE: Final = 100  # tasks on a page; contract.md 4, fetch_tasks
LOOKS: Final = 5  # before the deployment once, three times before the delay is looked into, and there once more
APPLICATION: Final = "shapes@1.0.0 on 1"

SAYS: Final[Mapping[End, str]] = {
    "refused": "This field is required.",
    "broken file": "Expecting property name enclosed in double quotes",
    "empty": "empty or failed response",
    "failed call": "The model failed, as its release says of this call.",
}
"""What the client's reason for a task must hold, where it is not all of it: who else speaks in it."""


@dataclass(frozen=True)
class Expected:
    """What a run must come to.

    Args:
        attempts: What becomes of each task, in the order of the list.
        result: What the client says: status, message, counts, and the reason for each task that failed.
        predictions: What the backend's predictions come to, by what became of them.
        standing: Where each pre-processor stands.
        metrics: What the client reports to its job; ``None`` when it reports nothing.
        due: What the journal must show.
    """

    attempts: Sequence[Attempt]
    result: Mapping[str, Any]
    predictions: Mapping[str, int]
    standing: Mapping[str, str]
    metrics: Mapping[str, int] | None
    due: Due

    @property
    def stored(self) -> dict[int, Any]:
        """Task to what is stored for it."""
        return {attempt.task: attempt.data for attempt in self.attempts if attempt.end == "stored"}

    def rows(self, before: Mapping[int, Mapping[str, Any]], document: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
        """Return every task as it must be afterwards.

        Args:
            before: Every task as the backend showed it before the run.
            document: What the backend was seeded with; data and status of a task that was not written are its.
        """
        seeded = {task["id"]: task for task in document["tasks"]}
        return {
            task: {
                **row,
                "data": self.stored.get(task, seeded[task].get("data")),
                "has_data": task in self.stored or seeded[task].get("data") is not None,
                "status_label": "completed" if task in self.stored else seeded[task].get("status_label", "stand_by"),
            }
            for task, row in before.items()
        }


def expected(case: Case, client: Client, document: Mapping[str, Any]) -> Expected:
    """Return what a run must come to.

    Args:
        case: The run.
        client: The version.
        document: What the backend was seeded with.
    """
    attempts = [] if case.refused else _attempts(case, client, document)
    ends = Counter(attempt.end for attempt in attempts)
    success = ends["stored"]
    failed = len(attempts) - success
    calls = len(attempts) - ends["lacking"] if case.method == "inference" else 0
    return Expected(
        attempts=attempts,
        result={"error": case.refused} if case.refused else _result(attempts, success, failed),
        predictions={
            "taken": calls,
            "under_way": 0,
            "waiting": 0,
            "handed_over": calls - ends["failed call"],
            "failed": ends["failed call"],
            "expired": 0,
        },
        standing={APPLICATION: case.left} if case.left else {},
        metrics=None
        if case.refused or case.reporting == "console"
        else {"success": success, "failed": failed, "stand_by": 0},
        due=_due(case, attempts, ends, calls),
    )


def _attempts(case: Case, client: Client, document: Mapping[str, Any]) -> list[Attempt]:
    scope = applied(case.filters, case.project)
    asked = case.asked()
    if case.method == "file":
        return by_file(document, scope, checks_schema=asked.get("schema") != "any" or not client.sends_schema)
    parameters = asked["pre_processor_params"]
    return by_inference(document, scope, lambda picture: found_in(picture, parameters, MODEL_ID))


def _result(attempts: Sequence[Attempt], success: int, failed: int) -> dict[str, Any]:
    return {
        "status": "SUCCEEDED",
        "message": f"to_task completed. success={success}, failed={failed}",
        "total_tasks": success + failed,
        "success_count": success,
        "failed_count": failed,
        "failures": {
            str(attempt.task): attempt.reason or SAYS[attempt.end] for attempt in attempts if attempt.end != "stored"
        },
    }


def _due(case: Case, attempts: Sequence[Attempt], ends: Mapping[End, int], calls: int) -> Due:
    """Return what the journal must show (contract.md 4)."""
    written = [attempt.task for attempt in attempts if attempt.end in {"stored", "refused"}]
    fetched = len(written) + ends.get("broken file", 0)
    times: dict[Kind, int] = {
        "project": 1,
        "data collection": 1,
        "list": max(1, math.ceil(len(attempts) / PAGE)) if case.lists_tasks else 0,
        "task": len(attempts),
        "data unit": sum(
            attempt.files == 0 or (attempt.files is not None and not case.settings.task_unit_files)
            for attempt in attempts
        ),
        "file": fetched,
        "write": len(written),
        "run": calls + case.starts,
        "release": int(case.method == "inference"),
        "agent": int(case.preparation not in {"none", "running"}),
    }
    least: dict[Kind, int] = {"report": 1} if case.reporting == "job" else {}
    if case.method == "inference":
        least["serve applications"] = 2 if case.starts else 1
    if case.preparation in {"gate", "start and wait"}:
        least["feasibility"] = 1
    if case.preparation == "start and wait":
        least |= {"feasibility": 2, "cluster": 1, "job": 1, "serve applications": LOOKS}
    if "deferred_after" in case.release:
        least["run"] = 2 * calls  # the call and one poll each
    return Due(
        times=times,
        least=least,
        written=written,
        ignored=ignored(case.filters) if case.lists_tasks else frozenset(),
        refusals={
            status: number
            for status, number in ((400, ends.get("refused", 0)), (500, ends.get("failed call", 0)))
            if number
        },
    )
