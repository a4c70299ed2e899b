"""``python -m contract_tests.sweeping``: single faults at each request, of our SDK and of the published ones.

Exit status: 0 when our SDK survives every one of them or says clearly why not, 1 when a cell loses data, is carried out
twice, hangs or ends in an unclear error. What the published clients do is shown and judged by nobody.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.sweeping.ours import subjects
from fake_backend.sweeping import Verdict, as_json, sweep, text

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
REPORTS: Final = ROOT / "build" / "sweep"
PUBLISHED: Final = (
    ("2026.1.128", "delegated"),
    ("2026.1.128", "in-process"),
    ("2026.2.17", "in-process"),
    ("2026.2.17", "to_task"),
)
REFUSED: Final = frozenset({Verdict.LOSES_DATA, Verdict.DUPLICATES, Verdict.HANGS, Verdict.UNCLEAR_ERROR})
TIME_LIMIT: Final = 900  # seconds of one published client
WORKERS: Final = 2


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
    """Sweep a run of a published client, in its own environment."""
    python = ROOT / f".venv-sdk-{version}" / "bin" / "python"
    name = f"synapse-sdk {version}, {run}"
    driver = Path(__file__).with_name("published.py")
    done = subprocess.run(  # noqa: S603 - no shell, our words
        [str(python), str(driver), run], capture_output=True, text=True, timeout=TIME_LIMIT, check=False, cwd=ROOT
    )
    if done.returncode:
        raise RuntimeError(f"{name}: {' '.join(done.stderr.strip().splitlines()[-1:])}")
    body = json.loads(done.stdout)
    return Report(name, f"{name}\n{body['text']}", body["report"], is_ours=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Sweep and return the exit status.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    parser = argparse.ArgumentParser(prog="python -m contract_tests.sweeping", description=__doc__.split("\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="only runs whose names hold one of these")
    parser.add_argument("--ours", action="store_true", help="leave the published clients out")
    given = parser.parse_args(arguments)
    console = Console()
    names = [subject.name for subject in subjects()]
    theirs = [] if given.ours else [found for found in PUBLISHED if _environment(found[0], console)]

    def chosen(name: str) -> bool:
        return not given.words or any(word in name for word in given.words)

    shutil.rmtree(REPORTS, ignore_errors=True)
    REPORTS.mkdir(parents=True)
    failed = False
    with (
        ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn")) as pool,
        Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        ) as progress,
    ):
        runs = [pool.submit(ours, name) for name in names if chosen(name)]
        runs += [pool.submit(published, *found) for found in theirs if chosen(f"synapse-sdk {' '.join(found)}")]
        task = progress.add_task("sweeping", total=len(runs))
        for run in as_completed(runs):
            try:
                report = run.result()
            except (RuntimeError, subprocess.TimeoutExpired) as error:  # a published client that cannot be run
                console.print(f"[yellow]left out: {error}[/]")
            else:
                failed |= bool(_keep(report, console))
            progress.advance(task)
    console.print(f"reports: {REPORTS.relative_to(ROOT)}/")
    return int(failed)


def _keep(report: Report, console: Console) -> list[str]:
    """Write a report, show it, and return what is refused in it."""
    file = REPORTS / f"{report.name.replace(', ', '-').replace(' ', '-')}.json"
    file.write_text(json.dumps(report.body, ensure_ascii=False, indent=1), encoding="utf-8")
    file.with_suffix(".txt").write_text(report.text, encoding="utf-8")
    counts = ", ".join(f"{count} {verdict}" for verdict, count in report.body["counts"].items())
    wrong = report.refused
    style = "red" if wrong else "green" if report.is_ours else "dim"
    console.print(f"[{style}]{report.name}: {counts}[/]")
    return wrong


def _environment(version: str, console: Console) -> bool:
    there = (ROOT / f".venv-sdk-{version}" / "bin" / "python").exists()
    if not there:
        console.print(f"[yellow]synapse-sdk {version} is left out: make conformance installs it[/]")
    return there


if __name__ == "__main__":
    sys.exit(main())
