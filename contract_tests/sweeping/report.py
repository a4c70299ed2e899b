"""One run, swept in a process of its own, and what is told of it."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from contract_tests.sweeping.ours import subjects
from fake_backend.sweeping import Verdict, as_json, sweep, text

ROOT: Final = Path(__file__).resolve().parents[2]
REFUSED: Final = frozenset({Verdict.LOSES_DATA, Verdict.DUPLICATES, Verdict.HANGS, Verdict.UNCLEAR_ERROR})
TIME_LIMIT: Final = 900  # seconds of one published client


class CannotRun(Exception):  # noqa: N818 - a refusal
    """A published client cannot be swept, in one sentence."""


@dataclass(frozen=True)
class Report:
    """What became of one run.

    Args:
        name: Of the run.
        text: The table and all that does not recover.
        body: The same as JSON.
        is_ours: Whether it is held to anything.
    """

    name: str
    text: str
    body: dict[str, Any]
    is_ours: bool

    @property
    def refused(self) -> list[str]:
        """Verdicts that our SDK must not have, by how often."""
        if not self.is_ours:
            return []
        return [f"{count} {name}" for name, count in self.body["counts"].items() if Verdict(name) in REFUSED]


def ours(name: str) -> Report:
    """Sweep a run of our SDK."""
    subject = next(found for found in subjects() if found.name == name)
    found = sweep(subject.run, left=subject.left, backend=subject.backend)
    return Report(name, text(found, name), as_json(found), is_ours=True)


def published(version: str, run: str) -> Report:
    """Sweep a run of a published client, in its own environment.

    Raises:
        CannotRun: It ends badly or never.
    """
    python = ROOT / f".venv-sdk-{version}" / "bin" / "python"
    name = f"synapse-sdk {version}, {run}"
    driver = Path(__file__).with_name("published.py")
    try:
        done = subprocess.run(  # noqa: S603 - no shell, our words
            [str(python), str(driver), run], capture_output=True, text=True, timeout=TIME_LIMIT, check=False, cwd=ROOT
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRun(f"{name} took more than {TIME_LIMIT} s") from error
    if done.returncode:
        raise CannotRun(f"{name}: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    body = json.loads(done.stdout)
    return Report(name, f"{name}\n{body['text']}", body["report"], is_ours=False)
