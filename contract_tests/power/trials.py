"""Running the clauses with each bug: pytest again and again, in as many processes as there are processors."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract_tests.power import worlds
from contract_tests.power.outcome import Trial, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from contract_tests.power.outcome import Transport
    from fake_backend import Bug

CLAUSES = "contract_tests/clauses"
RAN = (0, 1)  # pytest's exit statuses when it ran what it was asked: all green, or not
PATIENCE = 1800  # seconds for one trial of every clause
LAST_LINES = 5  # of what pytest says, where it could not run them


def trials(
    bugs: Sequence[Bug],
    transports: Sequence[Transport],
    *,
    clauses: Sequence[str],
    is_full: bool,
    announce: Callable[[str], Any],
) -> list[Trial]:
    """Run clauses without any bug, and then with each.

    Args:
        bugs: What to switch on, one at a time.
        transports: How to ask the backend.
        clauses: What to run without a bug: node ids, or a directory.
        is_full: Whether to run the same with each bug, and not only the clause that is about it.
        announce: Told of each trial when it is over.
    """
    asked: list[tuple[str | None, Transport, Sequence[str]]] = [(None, one, clauses) for one in transports]
    asked += [(bug.id, one, clauses if is_full else [bug.clause]) for bug in bugs for one in transports]

    def run(what: tuple[str | None, Transport, Sequence[str]]) -> Trial:
        done = trial(*what, is_first_enough=not is_full and what[0] is not None)
        announce(f"{done.bug or 'no bug'}, {done.transport}: {len(done.red)} red, {done.seconds:.1f} s")
        return done

    with ThreadPoolExecutor(max(1, os.cpu_count() or 1)) as pool:
        return list(pool.map(run, asked))


def trial(bug: str | None, transport: Transport, clauses: Sequence[str], *, is_first_enough: bool) -> Trial:
    """Run clauses in a process of their own.

    Args:
        bug: What to switch on, ``None`` for nothing.
        transport: How to ask the backend.
        clauses: Node ids, or a directory.
        is_first_enough: Whether to end with the first case that fails.
    """
    with tempfile.TemporaryDirectory(prefix="fake-backend-power-") as folder:
        verdicts = Path(folder, "verdicts.jsonl")
        command = [sys.executable, "-m", "pytest", "-p", worlds.__name__, "-p", "no:randomly", "-p", "no:cacheprovider"]
        command += ["--verdicts", str(verdicts), "--transport", transport, "--tb=no"]
        command += ["-x"] if is_first_enough else []
        command += [] if bug is None else ["--bug", bug]
        began = time.perf_counter()
        done = subprocess.run(  # noqa: S603 (pytest, with clauses of this project)
            [*command, *clauses],
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env={**os.environ, "HYPOTHESIS_PROFILE": worlds.PROFILE},
        )
        said = (done.stdout + done.stderr).strip().splitlines()[-LAST_LINES:]
        return Trial(
            bug,
            transport,
            _read(verdicts),
            "" if done.returncode in RAN else " / ".join(said),
            time.perf_counter() - began,
        )


def _read(file: Path) -> list[Verdict]:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return [Verdict(**json.loads(line)) for line in lines]
