"""Runs of ``to_task`` by the real client: serve, drive, read what is stored, hold it against what is expected."""

from __future__ import annotations

import hashlib
import json
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

from contract_tests.conformance.driven import driven, reaching
from contract_tests.conformance.journal import since
from contract_tests.conformance.served import Served
from contract_tests.conformance.to_task.document import AGENT_TOKEN, JOB, MODEL
from contract_tests.conformance.to_task.expectations import expected
from contract_tests.conformance.to_task.journal import doubts, kind_of
from contract_tests.conformance.to_task.models import shapes, together
from contract_tests.verify.compare import Difference, differences
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contract_tests.conformance.driven import Driven
    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.to_task.cases import Case
    from contract_tests.conformance.versions import Client
    from contract_tests.verify.outcome import Tree, Verdict

POLL_SECONDS: Final = 0.25  # how often the client looks at a roll-out; its own period is 10 s (contract.md 4, waiting)
ANSWERS_WITHIN: Final = 30  # seconds
ALL: Final = 1_000  # tasks on a page of ours: more than there are
STEP: Final = "annotate_task_data"


@dataclass(frozen=True)
class Finding:
    """A run and what was found wrong with it.

    Args:
        case: What was asked for.
        wanted: What should have come of it: every task, the client's result, its metrics, predictions, pre-processors.
        tree: What did.
        seen: What the client asked for, by kind.
        requests: HTTP requests that the run took.
        seconds: Wall-clock time.
        differences: Where it departs from what is expected; none explained by a habit.
        secrets: The backend's tokens.
    """

    case: Case
    wanted: Tree
    tree: Tree
    seen: AbstractSet[str]
    requests: int
    seconds: float
    differences: Sequence[Difference]
    secrets: frozenset[str] = field(repr=False)

    @property
    def result(self) -> dict[str, Any]:
        """What the client says of itself, or the ``error`` that it ended in."""
        told: dict[str, Any] = json.loads(self.tree["result.json"])
        return told

    @property
    def error(self) -> str:
        """The sentence that the client ended in, or blank."""
        return str(self.result.get("error", ""))

    @property
    def verdict(self) -> Verdict:
        """``error`` when the client ended in one and should not have, else whether all is as expected."""
        if self.error and not self.case.refused:
            return "error"
        return "differs" if self.differences else "equal"

    @property
    def digest(self) -> str:
        """SHA-256 over all tasks as they are afterwards: equal exactly when they are."""
        whole = hashlib.sha256()
        for path, content in sorted(self.tree.items()):
            if path.startswith("tasks/"):
                whole.update(content + b"\n")
        return whole.hexdigest()


def run(asked: Sequence[Case], client: Client, environment: Environment, done: Callable[[Case], None]) -> list[Finding]:
    """Annotate once for each case, each time in a backend of its own, by one process of the client.

    Args:
        asked: The cases.
        client: The version.
        environment: Where it is installed.
        done: Told of each run when it is over.
    """
    findings = []
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        # The tokens of these backends are drawn from one world seed, so that they are the same in all of them.
        with _world(asked[0]) as (_, backend):
            secrets = backend.secrets
        with driven(environment.python, Path(name), {}, secrets) as process:
            for case in asked:
                findings.append(_run(case, client, process))
                done(case)
    return findings


@contextmanager
def _world(case: Case) -> Iterator[tuple[FakeBackend, Served]]:
    """Serve a backend of a case's own, in real time, until the block ends."""
    backend = FakeBackend(seed=case.document(), clock="system", settings=case.settings)
    try:
        backend.serving.register(MODEL, together(case.window) if case.side_by_side else shapes)
        main, *_ = backend.tokens.values()
        secrets = frozenset({AGENT_TOKEN, *(told.user for told in backend.tokens.values() if told.user)})
        yield backend, Served(backend.serve().url, main.tenant, main.user or "", secrets)
    finally:
        backend.close()


def _run(case: Case, client: Client, process: Driven) -> Finding:
    with _world(case) as (backend, served):
        document = case.document()
        before = _tasks(backend, served)
        mark = backend.journal.arrived
        start = time.monotonic()
        answer = process.ask(_words(case, served))
        seconds = time.monotonic() - start
        entries, forgotten = since(served.journal(), mark)
        wanted = expected(case, client, document)
        tree = _tree(
            _tasks(backend, served),
            result=_result(answer, wanted.result),
            predictions=backend.serving.predictions(),
            standing=backend.serving.statuses(),
            metrics=_metrics(backend, served),
        )
    right = _tree(
        wanted.rows(before, document),
        result=wanted.result,
        predictions=wanted.predictions,
        standing=wanted.standing,
        metrics=wanted.metrics,
    )
    found = [
        Difference(doubt.about, None, doubt.expected, doubt.got) for doubt in doubts(entries, forgotten, wanted.due)
    ]
    found += differences(right, tree, {_path(task): task for task in before})
    seen = {kind_of(entry) for entry in entries}
    return Finding(case, right, tree, seen, len(entries), seconds, tuple(found), served.secrets)


def _words(case: Case, backend: Served) -> dict[str, Any]:
    """Return what the driver is told."""
    return {
        "action": "to_task",
        "job": JOB,
        "reporting": case.reporting,
        "environment": reaching(backend),
        "poll_seconds": POLL_SECONDS,
        "params": case.asked(),
    }


def _tasks(backend: FakeBackend, served: Served) -> dict[int, dict[str, Any]]:
    """Return every task of every tenant as the backend shows it."""
    found: dict[int, dict[str, Any]] = {}
    for told in backend.tokens.values():
        answer = _get(f"{served.url}/sdk/tasks/?page_size={ALL}", told.headers)
        if answer["next"] is not None:
            raise AssertionError(f"more than {ALL} tasks")
        found |= {row["id"]: row for row in answer["results"]}
    return found


def _metrics(backend: FakeBackend, served: Served) -> Any:
    """Return what the client has reported of its tasks to its job."""
    main, *_ = backend.tokens.values()
    record = _get(f"{served.url}/jobs/{JOB}/", main.headers)["metrics_record"]
    return ((record or {}).get("record") or {}).get("steps", {}).get(STEP)


def _get(url: str, headers: Mapping[str, str]) -> Any:
    answer = requests.get(url, headers=headers, timeout=ANSWERS_WITHIN)
    answer.raise_for_status()
    return answer.json()


def _result(answer: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the client says, with an error or a reason cut to what is expected in it."""
    if "error" in answer:
        return {"error": _cut(answer["error"], wanted.get("error"))}
    reasons = wanted.get("failures", {})
    failures = {str(one["task_id"]): one["error"] for one in answer["failures"]}
    told = {name: value for name, value in answer.items() if name != "seconds"}
    return {**told, "failures": {task: _cut(said, reasons.get(task)) for task, said in failures.items()}}


def _cut(said: str, wanted: str | None) -> str:
    return wanted if wanted and wanted in said else said


def _tree(tasks: Mapping[int, Mapping[str, Any]], **others: Any) -> dict[str, bytes]:
    """Return everything that is compared: one file for each task, and one for each other thing."""
    return {
        **{_path(task): _json(row) for task, row in tasks.items()},
        **{f"{name}.json": _json(value) for name, value in others.items()},
    }


def _path(task: int) -> str:
    return f"tasks/{task}.json"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()
