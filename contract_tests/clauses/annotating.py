"""One run of to_task by the main tenant, as the clauses about it run it, and all rows that it could touch."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, override

import requests

from contract_tests import strategies
from sdk.clients.backend import BackendClient
from sdk.loggers import BaseLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction
from sdk.plugins.run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend import FakeBackend
    from sdk.loggers import LogLevel

LISTS = ("sdk/tasks", "sdk/assignments", "serve_applications")
COUNTS = ("status", "total", "success", "failed", "stand_by", "skipped_existing")
_FAILED = re.compile(r"\[Task (\d+)\] Failed: (.*)", re.DOTALL)
_LINK = re.compile(r"https?://[^/]+(/[^?]*)\?X-Amz-.*")

type Rows = dict[tuple[str, str, int], dict[str, Any]]
"""Rows by tenant, list and id."""


class Listener(BaseLogger):
    """Keeps what is said about tasks, and holds every record of metrics to the guide's law."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: dict[int, str] = {}

    @override
    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        found = _FAILED.match(data["content"]) if event == "message" else None
        if found is not None:
            self.failures[int(found[1])] = found[2]

    @override
    def _take_progress(self, percent: float, step: str | None) -> None:
        assert 0 <= percent <= 100

    @override
    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        assert value["total"] == value["success"] + value["failed"] + value["stand_by"]
        assert min(value.values()) >= 0


@dataclass(frozen=True)
class Ran:
    """What a run said.

    Args:
        counts: What it handed back, but for the message; nothing when it was refused.
        error: What refused it.
        failures: Task to the reason that was logged.
    """

    counts: Mapping[str, Any] = field(default_factory=dict)
    error: CriticalError | None = None
    failures: Mapping[int, str] = field(default_factory=dict)


def annotate(backend: FakeBackend, params: Mapping[str, Any], action: type[ToTaskAction] = ToTaskAction) -> Ran:
    """Run to_task on the backend's own clock.

    Args:
        backend: Where the tasks are.
        params: As the action takes them, but for the name.
        action: Whose hooks and strategies are used.
    """
    token = backend.tokens[strategies.MAIN_TENANT].user
    listener = Listener()
    with BackendClient(backend.url, user_token=token, tenant=strategies.MAIN_TENANT, clock=backend.clock) as client:
        try:
            result = action(run=Run(client, logger=listener), params={"name": "clause", **params}).start()
        except CriticalError as error:
            return Ran(error=error, failures=listener.failures)
    assert set(result) == {*COUNTS, "message"}
    return Ran({name: result[name] for name in COUNTS}, failures=listener.failures)


def rows_of(backend: FakeBackend) -> Rows:
    """Return every row that a run could touch, as it is shown, and the tasks of other tenants."""
    found: Rows = {}
    for tenant, tokens in backend.tokens.items():
        with requests.Session() as session:
            session.headers.update(tokens.headers)
            for name in LISTS if tenant == strategies.MAIN_TENANT else LISTS[:1]:
                query = {"page_size": "1000", "response_mode": "inline"}
                answer = session.get(f"{backend.url}/{name}/", params=query, timeout=30)
                answer.raise_for_status()
                found |= {(tenant, name, row["id"]): _unsigned(row) for row in answer.json()["results"]}
    return found


def _unsigned(value: Any) -> Any:
    """Return a row without the hosts and signatures of its links, which tell which world showed it, and when."""
    if isinstance(value, dict):
        return {key: _unsigned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_unsigned(item) for item in value]
    return _LINK.sub(r"\1", value) if isinstance(value, str) else value


def writes_of(backend: FakeBackend) -> dict[int, int]:
    """Return how often the annotations of each task were written: PUTs that the backend carried out."""
    found: dict[int, int] = {}
    for entry in backend.journal.matching(method="PUT", status=200):
        number = int(entry.path.split("/")[2])
        found[number] = found.get(number, 0) + 1
    return found
