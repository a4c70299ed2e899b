"""A sweep as a table: requests down, faults across, a verdict in each cell; for people, for a file, and as JSON."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from fake_backend.sweeping.trial import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_backend.sweeping.points import Point
    from fake_backend.sweeping.sweep import Sweep
    from fake_backend.sweeping.trial import Cell

STYLES: Final = {
    Verdict.RECOVERS: "green",
    Verdict.NOT_REACHED: "dim",
    Verdict.CLEAR_ERROR: "yellow",
    Verdict.UNCLEAR_ERROR: "red",
    Verdict.DUPLICATES: "bold red",
    Verdict.LOSES_DATA: "bold red",
    Verdict.HANGS: "bold red",
}
"""From the best verdict to the worst; a cell of the table shows the worst of its requests."""
WORST: Final = list(STYLES)
MARKS: Final = {
    Verdict.RECOVERS: "ok",
    Verdict.NOT_REACHED: "-",
    Verdict.CLEAR_ERROR: "error",
    Verdict.UNCLEAR_ERROR: "UNCLEAR",
    Verdict.DUPLICATES: "TWICE",
    Verdict.LOSES_DATA: "LOST",
    Verdict.HANGS: "HANGS",
}
WIDTH: Final = 200  # columns of a table that goes to a file
_HEX = r"[0-9a-f]"
_ID = re.compile(rf"^(?:\d+|{_HEX}{{8}}-(?:{_HEX}{{4}}-){{3}}{_HEX}{{12}}|{_HEX}{{16,}})$", re.IGNORECASE)
_HEAD = 2  # segments of an object's path that say what it is: the bucket and the first folder


def kind_of(point: Point) -> str:
    """Return a request as a row of the table: its method, and its path with braces for ids.

    Objects of a storage are all ``{object}``: their names say what they hold, not what is asked.
    """
    if point.target == "storage":
        bucket = point.path.split("/")[1]
        return f"{point.method} /{bucket}/" + ("{object}" if point.path.count("/") >= _HEAD else "")
    path = "/".join("{id}" if _ID.match(part) else part for part in point.path.split("/"))
    return f"{point.method} {path}"


def table(sweep: Sweep, title: str = "") -> Table:
    """Return a sweep as a table for a terminal.

    Args:
        sweep: What single faults did.
        title: What was run.
    """
    faults = list(dict.fromkeys(cell.fault for cell in sweep.cells))
    shown = Table(title=title or None, title_justify="left", pad_edge=False)
    shown.add_column("request", overflow="fold")
    for fault in faults:
        shown.add_column(fault, overflow="fold")
    rows: dict[str, dict[str, list[Cell]]] = {}
    for cell in sweep.cells:
        rows.setdefault(kind_of(cell.point), {}).setdefault(cell.fault, []).append(cell)
    for kind, by_fault in rows.items():
        shown.add_row(kind, *(_shown(by_fault.get(fault, [])) for fault in faults))
    return shown


def text(sweep: Sweep, title: str = "") -> str:
    """Return a sweep as text: the table, the counts, and each cell that does not recover in a line."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None)
    console.print(table(sweep, title))
    console.print(told(sweep))
    for line in complaints(sweep.cells):
        console.print(line, soft_wrap=True, markup=False, highlight=False)
    return out.getvalue()


def told(sweep: Sweep) -> str:
    """Return the counts in a sentence: ``227 faults at 17 requests: 220 recovers, 7 clear error``."""
    counts = sweep.counts
    parts = [f"{counts[verdict]} {verdict}" for verdict in WORST if counts[verdict]]
    points = len({cell.point for cell in sweep.cells})
    return f"{len(sweep.cells)} faults at {points} requests: {', '.join(parts) or 'none'}"


def complaints(cells: Iterable[Cell]) -> list[str]:
    """Return what does not recover, one line each, the worst first."""
    bad = [cell for cell in cells if cell.verdict not in {Verdict.RECOVERS, Verdict.NOT_REACHED}]
    bad.sort(key=lambda cell: -WORST.index(cell.verdict))
    return [f"{cell.verdict}: {cell.fault} at {cell.point}: {cell.told}" for cell in bad]


def as_json(sweep: Sweep) -> dict[str, Any]:
    """Return a sweep as JSON has it: the run without faults, the counts, and every cell."""
    return {
        "undisturbed": {"requests": sweep.due.requests, "seconds": sweep.due.seconds},
        "counts": {str(verdict): count for verdict, count in sweep.counts.items()},
        "cells": [
            {
                "target": cell.point.target,
                "method": cell.point.method,
                "path": cell.point.path,
                "number": cell.point.number,
                "fault": cell.fault,
                "verdict": str(cell.verdict),
                "told": cell.told,
                "requests": cell.requests,
                "seconds": cell.seconds,
            }
            for cell in sweep.cells
        ],
    }


def _shown(cells: list[Cell]) -> Text:
    """Return the worst verdict of a cell's requests, and how many of them have it where not all do."""
    if not cells:
        return Text("")
    counts = Counter(cell.verdict for cell in cells)
    worst = max(counts, key=WORST.index)
    mark = MARKS[worst]
    return Text(mark if counts[worst] == len(cells) else f"{mark} {counts[worst]}/{len(cells)}", STYLES[worst])
