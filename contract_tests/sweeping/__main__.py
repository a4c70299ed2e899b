"""``python -m contract_tests.sweeping``: single faults at each request, of our SDK and of the published ones.

Exit status: 0 when our SDK survives every one of them or says clearly why not, 1 when a cell loses data, is carried out
twice, hangs or ends in an unclear error. What the published clients do is shown and judged by nobody.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import shutil
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.sweeping.ours import subjects
from contract_tests.sweeping.report import ROOT, CannotRun, Report, ours, published

if TYPE_CHECKING:
    from collections.abc import Sequence

REPORTS: Final = ROOT / "build" / "sweep"
PUBLISHED: Final = (
    ("2026.1.128", "delegated"),
    ("2026.1.128", "in-process"),
    ("2026.2.17", "in-process"),
    ("2026.2.17", "to_task"),
)
WORKERS: Final = 2


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
    failed, counts = False, Counter[str]()
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
            except CannotRun as error:  # a published client; one of ours that cannot ends the sweep
                console.print(f"[yellow]left out: {error}[/]")
            else:
                failed |= bool(_keep(report, console))
                if report.is_ours:
                    counts.update(report.body["counts"])
            progress.advance(task)
    told = ", ".join(f"{count} {verdict}" for verdict, count in counts.items())
    console.print(f"our SDK, {counts.total()} faults: {told}")
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
