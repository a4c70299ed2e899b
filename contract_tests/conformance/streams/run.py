"""Serve each stream, let the client follow them all at once, and hold what it did against what is expected."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

from contract_tests.conformance.documents import PROJECT, small, stored_in
from contract_tests.conformance.streams.cases import CHUNK
from contract_tests.relay import Relay
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.streams.cases import Case

DRIVER: Final = Path(__file__).with_name("driver.py")
TIME_LIMIT: Final = 120  # seconds; the longest stream takes some 25
ANSWERS_WITHIN: Final = 30  # seconds
ENDED: Final = frozenset({"COMPLETED"})


@dataclass(frozen=True)
class Finding:
    """A stream and what the client made of it.

    Args:
        case: What it was shown.
        arrivals: Requests for the stream in the journal.
        waits: Seconds between them.
        counts: What it was told of the job.
        error: Class of the error that came out, if any.
        status: What the job was when the client had polled it.
        seconds: Until the client was done.
        wrong: Sentences on what is not as expected.
    """

    case: Case
    arrivals: int
    waits: Sequence[float]
    counts: Sequence[int]
    error: str
    status: str | None
    seconds: float
    wrong: Sequence[str]


@dataclass
class _Staged:
    """A backend with a job, for one case."""

    case: Case
    backend: FakeBackend
    url: str
    storage: int
    asked: dict[str, Any] = field(repr=False)

    def enqueue(self) -> None:
        """Enqueue the job, and wait for its end where the case wants that; then let the faults come."""
        main, *_ = self.backend.tokens.values()
        body = {
            "storage_id": self.storage,
            "path": "exports/streams",
            "targets": ["task"],
            "project_id": PROJECT,
            "filter": {"project": PROJECT},
            "chunk_size": CHUNK,
        }
        enqueued = f"{self.url}/v2/plugin_exports/"
        answer = requests.post(enqueued, json=body, headers=main.headers, timeout=ANSWERS_WITHIN)
        answer.raise_for_status()
        self.asked["job"] = answer.json()["data"]["job_id"]
        if self.case.ended:
            requests.get(self.progress, headers=main.headers, timeout=ANSWERS_WITHIN).raise_for_status()
            self.backend.journal.clear()
        if self.case.effect:
            rule = {"id": "befalls", "match": {"target": "sse"}, "effect": self.case.effect, "times": 1}
            self.backend.faults.put({"rules": [rule]})

    @property
    def progress(self) -> str:
        """URL of the stream."""
        return f"{self.url}/v2/async_jobs/{self.asked['job']}/progress/"

    def judge(self, said: dict[str, Any]) -> Finding:
        """Return what came of it."""
        path = f"/v2/async_jobs/{self.asked['job']}/progress/"
        at = [datetime.timestamp(entry.at) for entry in self.backend.journal.matching(path=path)]
        waits = [later - earlier for earlier, later in itertools.pairwise(at)]
        told = [count for _, count in said["told"] if count is not None]
        counts = [count for count, _ in itertools.groupby(told)]
        case = self.case
        wrong = [
            f"{about}: expected {expected}, got {got}"
            for about, expected, got in (
                ("arrivals", case.arrivals, len(at)),
                ("error", case.error, said["error"]),
                ("counts", list(case.counts), self._caught_up(counts) if case.skips else counts),
                ("terminal events", int(not case.error), self._ends(said)),
            )
            if expected != got
        ]
        wrong += [
            f"wait {number}: expected {least:.2f} to {most:.2f} s, got {wait:.2f} s"
            for number, ((least, most), wait) in enumerate(zip(case.gaps, waits, strict=False), 1)
            if not least <= wait <= most
        ]
        return Finding(case, len(at), waits, counts, said["error"], said["status"], said["seconds"], wrong)

    def _caught_up(self, counts: list[int]) -> list[int]:
        """Return all that should have been told, where what was told is that with something left out before its end."""
        rest = iter(self.case.counts)
        whole = list(self.case.counts)
        return whole if all(count in rest for count in counts) and counts[-1:] == whole[-1:] else counts

    @staticmethod
    def _ends(said: dict[str, Any]) -> int:
        """Return how often the client learned that the job is over: from its stream, or by polling it."""
        by_stream = sum(name == "async_job.completed" for name, _ in said["told"])
        return int(by_stream) + (said["status"] in ENDED)


def run(cases: Sequence[Case], environment: Environment) -> list[Finding]:
    """Let one version of the client follow every stream, all at the same time.

    Args:
        cases: The streams.
        environment: Where the version is installed.

    Raises:
        RuntimeError: The client's process came to nothing.
    """
    with tempfile.TemporaryDirectory(prefix="conformance-") as home, ExitStack() as stack:
        log = stack.enter_context((Path(home) / "client.log").open("w+", encoding="utf-8", errors="replace"))
        process = stack.enter_context(
            subprocess.Popen(  # noqa: S603 - no shell, our words
                [str(environment.python), "-W", "ignore", str(DRIVER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env={"PATH": os.defpath, "HOME": home, "PYTHONUTF8": "1", "PYTHONDONTWRITEBYTECODE": "1"},
                cwd=home,
            )
        )
        stack.callback(process.terminate)
        if process.stdout is not None:
            process.stdout.readline()  # it has imported what it needs: no job is over before it is followed
        staged = [_stage(case, Path(home) / str(number), stack) for number, case in enumerate(cases)]
        for one in sorted(staged, key=lambda one: not one.case.ended):  # one that is waited for holds up no other
            one.enqueue()
        said, _ = process.communicate(json.dumps([one.asked for one in staged]) + "\n", timeout=TIME_LIMIT)
        if not said:
            log.seek(0)
            raise RuntimeError(f"the client ended with status {process.returncode}: {log.read().strip()[-300:]}")
        return [one.judge(answer) for one, answer in zip(staged, json.loads(said), strict=True)]


def _stage(case: Case, folder: Path, stack: ExitStack) -> _Staged:
    """Serve a backend in real time."""
    folder.mkdir()
    document, storage = stored_in(small(), str(folder))
    backend = stack.enter_context(FakeBackend(seed=document, clock="system", settings=case.settings))
    served = stack.enter_context(backend.serve())
    main, *_ = backend.tokens.values()
    url = served.url
    if case.changes is not None:
        url = stack.enter_context(Relay(served.url, case.changes)).url
    asked = {"url": url, "token": main.user, "tenant": main.tenant, "waits": case.waits}
    return _Staged(case, backend, served.url, storage, asked)
