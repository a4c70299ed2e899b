"""Running the clauses with each bug: pytest again and again, each time in a process of its own.

The processes are forked from this one, which has imported what all of them need: that is most of what a short run of
pytest takes.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import tempfile
import time
from collections import deque
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from importlib import import_module
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from contract_tests.power import worlds
from contract_tests.power.outcome import Trial, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.context import ForkProcess

    from contract_tests.power.outcome import Transport
    from fake_backend import Bug

CLAUSES = "contract_tests/clauses"
RAN = (0, 1)  # pytest's exit statuses when it ran what it was asked: all green, or not
LAST_LINES = 5  # of what pytest says, where it could not run them
SHARED = ("boto3", "botocore.auth", "cheroot.wsgi", "contract_tests.strategies", "freezegun", "httpx", "moto.s3.models")


@dataclass(frozen=True)
class Asked:
    """What one process is to run.

    Args:
        bug: What to switch on, ``None`` for nothing.
        transport: How to ask the backend.
        clauses: Node ids, or a directory.
        is_first_enough: Whether to end with the first case that fails.
    """

    bug: str | None
    transport: Transport
    clauses: Sequence[str]
    is_first_enough: bool

    def arguments(self, verdicts: Path) -> list[str]:
        """Return pytest's arguments; what becomes of each case is written to ``verdicts``."""
        told = ["-p", worlds.__name__, "-p", "no:randomly", "-p", "no:cacheprovider", "--tb=no"]
        told += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of plugins that are imported already
        told += ["--verdicts", str(verdicts), "--transport", self.transport]
        told += ["-x"] if self.is_first_enough else []
        return [*told, *([] if self.bug is None else ["--bug", self.bug]), *self.clauses]


def plan(bugs: Sequence[Bug], transports: Sequence[Transport], *, is_full: bool) -> list[Asked]:
    """Return what is to be run: clauses without any bug, and then with each, on every transport.

    Args:
        bugs: What to switch on, one at a time.
        transports: How to ask the backend.
        is_full: Whether to run every clause, and not only those that are about a bug.
    """
    every = [CLAUSES] if is_full else sorted({bug.clause for bug in bugs})
    asked = [Asked(None, one, every, is_first_enough=False) for one in transports]
    return asked + [
        Asked(bug.id, one, every if is_full else [bug.clause], is_first_enough=not is_full)
        for bug in bugs
        for one in transports
    ]


def trials(asked: Sequence[Asked], announce: Callable[[Trial], Any]) -> list[Trial]:
    """Run all that is asked, as many at a time as there are processors.

    Args:
        asked: What to run.
        announce: Told of each trial when it is over.
    """
    os.environ["HYPOTHESIS_PROFILE"] = worlds.PROFILE
    for name in SHARED:
        import_module(name)
    forks, left = multiprocessing.get_context("fork"), deque(enumerate(asked))
    running: dict[int, tuple[int, Asked, ForkProcess, float]] = {}
    done: dict[int, Trial] = {}
    with tempfile.TemporaryDirectory(prefix="fake-backend-power-") as folder:
        while left or running:
            while left and len(running) < (os.cpu_count() or 1):
                number, one = left.popleft()
                process = forks.Process(target=_run, args=(one, Path(folder, str(number))))
                process.start()
                running[process.sentinel] = (number, one, process, time.perf_counter())
            for sentinel in wait(list(running)):
                number, one, process, began = running.pop(cast("int", sentinel))
                done[number] = _ended(one, process, Path(folder, str(number)), time.perf_counter() - began)
                announce(done[number])
    return [done[number] for number in sorted(done)]


def _run(asked: Asked, place: Path) -> None:
    """Run clauses, in the process that is for them; leave the verdicts, and what pytest said."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        status = pytest.main(asked.arguments(place.with_suffix(".verdicts")))
    place.with_suffix(".said").write_text(said.getvalue(), encoding="utf-8")
    os._exit(int(status))  # no thread that a test has left behind is waited for


def _ended(asked: Asked, process: ForkProcess, place: Path, seconds: float) -> Trial:
    process.join()
    said = "" if process.exitcode in RAN else f"exit status {process.exitcode}: {_last(place.with_suffix('.said'))}"
    verdicts = place.with_suffix(".verdicts")
    lines = verdicts.read_text(encoding="utf-8").splitlines() if verdicts.exists() else []
    return Trial(asked.bug, asked.transport, [Verdict(**json.loads(line)) for line in lines], said, seconds)


def _last(said: Path) -> str:
    lines = said.read_text(encoding="utf-8").strip().splitlines() if said.exists() else []
    return " / ".join(lines[-LAST_LINES:])
