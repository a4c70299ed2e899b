"""``python -m benchmarks.status RUNS``: writes docs/status.md from what ``.ci/deep`` has left behind.

RUNS has a line for each command: the command, ``passed`` or ``failed``, seconds, and the file of its output.
"""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.processes import ROOT
from benchmarks.results import figure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

PAGE = ROOT / "docs" / "status.md"
NUMBERS = ROOT / "build" / "bench.json"
HEAD = """\
# Status

What `.ci/deep` last came to, by hand: what is measured and searched for too long to be asked of every push. What each
push is held to is `.ci/run`; what the numbers mean is in [benchmarks.md](benchmarks.md). `.ci/deep` writes this page.
"""
ASIDE = ("make:", "summary:", "reports:", "capsule:", "└", "docs/status.md")
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Run:
    """One command.

    Args:
        command: As it was given.
        result: ``passed`` or ``failed``.
        seconds: What it took.
        last: The last sentence that it wrote; where something lies, and that make gives up, is none.
    """

    command: str
    result: str
    seconds: int
    last: str

    @classmethod
    def read(cls, line: str) -> Run:
        """Read a line of RUNS."""
        command, result, seconds, log = line.split("\t")
        written = [_COLOUR.sub("", text).strip() for text in Path(log).read_text(encoding="utf-8").splitlines()]
        told = (text for text in reversed(written) if text and not text.startswith(ASIDE))
        return cls(command, result, int(seconds), next(told, ""))


def page(runs: Iterable[Run], numbers: dict[str, Any] | None, commit: str) -> str:
    """Return the page.

    Args:
        runs: What was run.
        numbers: What ``bench.json`` holds; ``None`` when there is none.
        commit: What it was run on.
    """
    return "\n".join([HEAD, *_about(commit), *_commands(runs), *(_measured(numbers) if numbers else ())]) + "\n"


def _about(commit: str) -> Iterator[str]:
    machine = f"{os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    yield f"Commit {commit}; {machine}."
    yield ""


def _commands(runs: Iterable[Run]) -> Iterator[str]:
    yield "| command | result | its last line | took |"
    yield "|---|---|---|---|"
    for run in runs:
        last = run.last.replace("|", "\\|")
        yield f"| `{run.command}` | {run.result} | {last} | {run.seconds // 60}:{run.seconds % 60:02} |"
    yield ""


def _measured(numbers: dict[str, Any]) -> Iterator[str]:
    yield "| measured | value | target | holds |"
    yield "|---|---|---|---|"
    for result in numbers["results"]:
        holds = "yes" if result["holds"] else "**no**"
        yield f"| {result['name']} | {figure(result['value'])} {result['unit']} | {result['target']} | {holds} |"
    for result in numbers["information"]:
        yield f"| {result['name']} | {figure(result['value'])} {result['unit']} | | |"


def main(arguments: Sequence[str]) -> int:
    """Write the page; return the exit status."""
    runs = [Run.read(line) for line in Path(arguments[0]).read_text(encoding="utf-8").splitlines()]
    numbers = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else None
    shown = ["git", "show", "--no-patch", "--format=%h of %cs", "HEAD"]
    commit = subprocess.run(shown, capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our words
    PAGE.write_text(page(runs, numbers, commit.stdout.strip()), encoding="utf-8")
    sys.stdout.write(f"{PAGE.relative_to(ROOT)} tells it\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
