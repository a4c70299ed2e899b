"""What a campaign came to: a table for people, JSON for everybody else, and whether it is good enough."""

from __future__ import annotations

import json
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING, Any

from rich.table import Table

from contract_tests.simulation.campaign import ENOUGH, Tally, as_json
from contract_tests.simulation.laws import LAWS
from contract_tests.simulation.sometimes import SOMETIMES, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from rich.console import Console

SHARE = 0.7  # of the runs in which a fault fired, those that must succeed
MEDIANS = {"rows": 20, "requests": 40, "strikes": 2}


def complaints(tally: Tally) -> list[str]:
    """Return why a campaign is not good enough, in sentences; none when it is.

    What is about many runs is asked of a campaign of a thousand or more; laws hold for each of them.

    Args:
        tally: What it came to.
    """
    found = [f"run {line.run} breaks {line.broken[0]}" for line in tally.broken]
    if len(tally.lines) < ENOUGH:
        return found
    reached = tally.reached()
    found += [f"no run was there: {name}" for name in (*WAYS, *SOMETIMES) if not reached[name]]
    if tally.share < SHARE:
        found.append(f"{tally.share:.1%} of the runs in which a fault fired succeeded; {SHARE:.0%} must")
    found += [
        f"the median run has {middle:g} {name}; {least} are the least"
        for name, least in MEDIANS.items()
        if (middle := median(getattr(line, name) for line in tally.lines)) < least
    ]
    return found


def show(console: Console, tally: Tally, seconds: float) -> None:
    """Print what a campaign came to.

    Args:
        console: Where to.
        tally: What it came to.
        seconds: Real time that it took.
    """
    if not tally.lines:
        return
    console.print(_distribution(tally))
    console.print(_ways(tally))
    console.print(_counts("fault", "runs in which it fired", "of them succeeded", _by_kind(tally)))
    reached = tally.reached()
    console.print(_counts("sometimes", "runs", "", [(name, reached[name], None) for name in SOMETIMES]))
    console.print(_counts("law", "runs that break it", "", [(law, _breaks(tally, law), None) for law in LAWS]))
    pace = len(tally.lines) / max(seconds, 1e-9)
    console.print(f"{len(tally.lines)} runs in {seconds:.1f} s, {pace:.1f} a second")
    console.print(f"a fault fired in {len(tally.struck)} runs, of which {tally.share:.1%} succeeded")


def write(folder: Path, seed: int, tally: Tally, seconds: float, wrong: Sequence[str]) -> Path:
    """Write ``summary.json`` and ``runs.jsonl`` and return the former's path.

    Args:
        folder: Where to; made when it is not there.
        seed: Of the campaign.
        tally: What it came to.
        seconds: Real time that it took.
        wrong: What ``complaints`` said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = tally.lines
    told: dict[str, Any] = {
        "seed": seed,
        "runs": len(lines),
        "seconds": round(seconds, 3),
        "struck": len(tally.struck),
        "succeeded_of_struck": round(tally.share, 4),
        "median": {name: median(getattr(line, name) for line in lines) for name in MEDIANS} if lines else {},
        "promises": Counter(line.promise for line in lines),
        "ways": Counter(line.way for line in lines),
        "errors": Counter(line.error for line in lines if line.error),
        "sometimes": {name: tally.reached()[name] for name in SOMETIMES},
        "laws": {law: _breaks(tally, law) for law in LAWS},
        "complaints": list(wrong),
    }
    (folder / "runs.jsonl").write_text("".join(f"{json.dumps(as_json(line), sort_keys=True)}\n" for line in lines))
    path = folder / "summary.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    return path


def _distribution(tally: Tally) -> Table:
    table = Table("a run has", *("least", "10 %", "median", "90 %", "most"), box=None)
    for name in ("rows", "requests", "strikes", "seconds"):
        values = sorted(getattr(line, name) for line in tally.lines)
        places = (0.0, 0.1, 0.5, 0.9, 1.0)
        shown = [f"{values[min(len(values) - 1, int(place * len(values)))]:,.10g}" for place in places]
        table.add_row("faults fired" if name == "strikes" else name, *shown)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _ways(tally: Tally) -> Table:
    table = Table("way", "runs", "none", "within", "beyond", "succeeded", box=None)
    for way in WAYS:
        mine = [line for line in tally.lines if line.way == way]
        promises = Counter(line.promise for line in mine)
        counts = [promises[name] for name in ("none", "within", "beyond")]
        table.add_row(way, *map(str, [len(mine), *counts, sum(line.is_success for line in mine)]))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _counts(what: str, first: str, second: str, rows: Iterable[tuple[str, int, int | None]]) -> Table:
    table = Table(what, first, *([second] if second else []), box=None)
    for name, count, of_them in rows:
        table.add_row(name, str(count), *([] if of_them is None else [str(of_them)]))
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _by_kind(tally: Tally) -> list[tuple[str, int, int | None]]:
    fired = Counter(kind for line in tally.lines for kind in line.kinds)
    succeeded = Counter(kind for line in tally.lines if line.is_success for kind in line.kinds)
    return [(kind, fired[kind], succeeded[kind]) for kind in sorted(fired)]


def _breaks(tally: Tally, law: str) -> int:
    return sum(law in {one.law for one in line.broken} for line in tally.lines)
