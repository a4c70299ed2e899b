"""``python -m tests.interruptions [COUNT]``: exports interrupted at drawn points, and the same command again.

Exit status: 0 when nothing was lost and nothing was fetched twice, 1 otherwise.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from fake_backend.demo import document
from tests.interruptions.backend import Seed
from tests.interruptions.points import TARGETS, points
from tests.interruptions.run import run
from tests.interruptions.world import World

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.interruptions.run import Finding

COUNT, SEED, DEMO = 20, 3, 1
FOR_GOOD = frozenset({"kill exporter", "fill disk"})  # ways that nobody mends while the run lasts
PLAIN_WIDTH = 150  # columns where the output is no terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the points, print the table, return the exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.interruptions", description=__doc__.split(":")[0])
    parser.add_argument("count", nargs="?", type=int, default=COUNT, help="points to draw")
    parser.add_argument("--seed", type=int, default=SEED, help="of the draw")
    parser.add_argument("--only", type=int, action="append", help="number of a point; the others are left out")
    parser.add_argument("--at-once", type=int, default=2 * (os.cpu_count() or 1), help="points under way at a time")
    asked = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    demo = document(DEMO)
    worlds = {target: World(demo, target) for target in TARGETS}
    drawn = points(Random(asked.seed), asked.count, worlds)
    chosen = [point for point in drawn if not asked.only or point.number in asked.only]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    begun = time.monotonic()
    findings: dict[int, Finding] = {}
    with (
        tempfile.TemporaryDirectory(prefix="interruptions-") as name,
        Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress,
        ThreadPoolExecutor(asked.at_once) as pool,
    ):
        bar = progress.add_task("seeding a world", total=len(chosen))
        seed = Seed.planted(demo, Path(name))
        # those that wait for a server first, so that nobody waits for them at the end
        order = sorted(chosen, key=lambda point: (not point.lasts, point.way != "kill server"))
        under_way = {pool.submit(run, point, worlds[point.target], seed): point for point in order}
        for future in as_completed(under_way):
            point = under_way[future]
            findings[point.number] = future.result()
            progress.update(bar, advance=1, description=f"{point.way}, {point.where}")
    found = [findings[point.number] for point in chosen]
    show(found, console)
    wrong = sum(bool(finding.wrong) for finding in found)
    console.print(f"{len(found) - wrong} of {len(found)} points held; {time.monotonic() - begun:.0f} s")
    return int(wrong > 0)


def show(findings: Sequence[Finding], console: Console) -> None:
    """Print the table, and below it what should have been otherwise.

    Args:
        findings: In the order of their points.
        console: Where.
    """
    table = Table(box=None, pad_edge=False)
    for heading in ("point", "way", "head", "target", "storage", "originals", "at"):
        table.add_column(heading)
    for heading in ("first run", "second run"):
        table.add_column(heading)
    for heading in ("complete", "fetched twice", "s"):
        table.add_column(heading, justify="right")
    for finding in findings:
        point = finding.point
        table.add_row(
            str(point.number),
            point.way if point.way in FOR_GOOD else f"{point.way}, {'lasting' if point.lasts else 'passing'}",
            point.head,
            point.target,
            "bucket" if point.bucket else "disk",
            "yes" if point.originals else "no",
            point.where,
            finding.first,
            finding.second or "(not needed)",
            str(finding.complete),
            str(finding.twice),
            f"{finding.seconds:.1f}",
            style="red" if finding.wrong else None,
        )
    console.print(table)
    for finding in findings:
        for sentence in finding.wrong:
            console.print(f"point {finding.point.number}: {sentence}", style="red", soft_wrap=True)
        if finding.wrong:
            for number, words in enumerate(finding.words, 1):
                console.print(f"  run {number} said: {words}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
