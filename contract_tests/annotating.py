"""One run of to_task by our SDK on an embedded world: run it, read every task, say what it came to."""

from __future__ import annotations

import hashlib
import json
import time
from typing import TYPE_CHECKING, Any

import requests

from contract_tests.verify.outcome import Method, Outcome
from sdk.clients.backend import BackendClient
from sdk.errors import SdkError
from sdk.loggers import NoOpLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from fake_backend import FakeBackend

TASKS = "items.json"  # every task of every tenant in one sheet, so that differences are told by task


def annotate(
    backend: FakeBackend, tenant: str, params: Mapping[str, Any], method: Method, shown: Container[int]
) -> Outcome:
    """Run to_task and read what it left behind.

    Args:
        backend: Open, with the models that it needs.
        tenant: Whose user runs it.
        params: Of the action, but for name and method.
        method: Where annotations come from.
        shown: Ids of the tasks whose data are kept.

    Returns:
        The outcome, whose tree is the sheet of all tasks. A run that the SDK refuses, or that leaves a task out, is one
        with ``error``.
    """
    tokens = backend.tokens[tenant]
    before, begun = backend.journal.arrived, time.perf_counter()
    error, rows = "", 0
    with BackendClient(
        backend.url, user_token=tokens.user, access_token=tokens.access, tenant=tenant, clock=backend.clock
    ) as client:
        try:
            run = Run(client, logger=NoOpLogger())
            action = ToTaskAction(run=run, params={"name": "verify", "method": method, **params})
            result = action.start()
        except SdkError as refusal:
            error = str(refusal)
        else:
            rows = result["success"]
            if (result["status"], result["failed"], result["stand_by"]) != ("SUCCEEDED", 0, 0):
                error = f"to_task ended {result['status']}: {result['message']}"
                reason = action.context.first_failure if action.context else ""
                error += f" {reason}" if reason and reason not in error else ""
    seconds, asked = time.perf_counter() - begun, backend.journal.arrived - before
    tree = {} if error else {TASKS: sheet(stored_tasks(backend), shown)}
    return Outcome(method, "", tree, rows, asked, seconds, error, "to_task")


def sheet(tasks: Mapping[int, Mapping[str, Any]], shown: Container[int]) -> bytes:
    """Return tasks as one JSON list, by ascending id: ``id``, ``status_label``, and ``data`` or the SHA-256 of it.

    Args:
        tasks: Id to ``status_label`` and ``data``.
        shown: Ids of the tasks whose data are in it.
    """
    rows = []
    for task in sorted(tasks):
        row: dict[str, Any] = {"id": task, "status_label": tasks[task]["status_label"]}
        data = tasks[task]["data"]
        row |= {"data": data} if task in shown else {"sha256": hashlib.sha256(_json(data)).hexdigest()}
        rows.append(row)
    return _json(rows)


def stored_tasks(backend: FakeBackend) -> dict[int, dict[str, Any]]:
    """Return every task of every tenant by id, asked of the API without the SDK.

    Args:
        backend: Open.
    """
    found: dict[int, dict[str, Any]] = {}
    for held in backend.tokens.values():
        url: str | None = f"{backend.url}/sdk/tasks/?page_size=1000&response_mode=inline&fields=id,status_label,data"
        while url:
            answer = requests.get(url, headers=held.headers, timeout=60)
            answer.raise_for_status()
            page = answer.json()
            found |= {row["id"]: row for row in page["results"]}
            url = page["next"]
    return found


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
