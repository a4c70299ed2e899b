"""Case (e): what an export holds in memory does not grow with the number of rows."""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import ROUNDS
from benchmarks.processes import child, module, peak_bytes, served
from benchmarks.results import Result
from benchmarks.worlds import DISK, seeded
from contract_tests.memory import in_memory
from fake_backend.demo import many_tasks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.telling import Tell

FEW, MANY = 10_000, 100_000
GROWTH = 1.15  # times
HEADS = ("delegated", "in-process")
MIB = 2**20


def measure(tell: Tell) -> Iterator[Result]:
    """Yield the results.

    Args:
        tell: Told what is under way.
    """
    peaks: dict[tuple[str, int], list[int]] = defaultdict(list)
    fakes: dict[int, int] = {}
    with ExitStack() as stack:
        tell(f"e: filling worlds of {FEW:,} and {MANY:,} tasks", 0, 1)
        places = {}
        for rows in (FEW, MANY):
            place = in_memory()  # which is no memory of the process; a disk would take minutes
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-", dir=place)))
            places[rows] = folder, stack.enter_context(served(seeded(many_tasks(rows, files=False), folder)))
        both = stack.enter_context(ThreadPoolExecutor(len(HEADS)))  # memory does not mind company
        for turn in range(ROUNDS):
            for number, (rows, (folder, ready)) in enumerate(places.items(), turn * len(places)):
                tell(f"e: {rows:,} tasks, both heads", number, ROUNDS * len(places))
                found = both.map(partial(_exported, ready, rows, folder / "disk"), HEADS)
                for head, peak in zip(HEADS, found, strict=True):
                    peaks[head, rows].append(peak)
                fakes[rows] = peak_bytes(ready["pid"])
    for head in HEADS:
        few, many = (statistics.median(peaks[head, rows]) for rows in (FEW, MANY))
        yield Result.at_most(f"e: peak memory, {head}, {MANY:,} : {FEW:,} tasks", many / few, "times", GROWTH)
        yield Result(f"e: peak memory, {head}, {FEW:,} tasks", few / MIB, "MiB")
        yield Result(f"e: peak memory, {head}, {MANY:,} tasks", many / MIB, "MiB")
    for rows, peak in fakes.items():
        yield Result(f"e: peak memory of the fake, {rows:,} tasks, both heads at once", peak / MIB, "MiB")


def _exported(ready: Mapping[str, Any], rows: int, disk: Path, head: str) -> int:
    """Run one export and return the most memory that its process held."""
    asked = {
        "url": ready["url"],
        "token": ready["user_token"],
        "tenant": ready["tenant"],
        "params": {
            "name": "export",
            "storage": DISK,
            "path": head,
            "target": "task",
            "filter": {"project": 1},
            "save_original_file": False,
            "disable_async_delegate": head == "in-process",
            "export_throttle_seconds": 0,  # pauses hold no memory and would take five minutes
        },
    }
    with child(module("exporting"), stdin=json.dumps(asked)) as export:
        said = export.line()
    if said["exported_count"] != rows:
        raise AssertionError(f"{said['exported_count']} tasks were exported instead of {rows}.")
    shutil.rmtree(disk / head)
    return int(said["peak"])
