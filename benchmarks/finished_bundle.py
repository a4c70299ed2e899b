"""Case (d): from the finished bundle to the published tree, against a loop that does no more than read and write.

The files lie in memory: a disk makes a file in 0.07 ms or in 0.25, as it is at the moment, and either would stand for
most of what is compared. Each export is compared with the loop right after it, and the median of these ratios
counts: what slows the machine for a while so slows both.
"""

from __future__ import annotations

import json
import shutil
import statistics
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.processes import child, module, served
from benchmarks.results import Result
from benchmarks.worlds import DISK, seeded, transcripts
from contract_tests.memory import in_memory
from contract_tests.verify.outcome import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.telling import Tell

TASKS = 10_000
SLOWER = 3  # times the bare loop
ROUNDS = 5  # more than the others have: their single ratios range from 2.0 to 2.7


def measure(tell: Tell) -> Iterator[Result]:
    """Yield the results.

    Args:
        tell: Told what is under way.
    """
    heads, loops, jobs, clearings = [], [], [], []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=in_memory()) as name:
        folder = Path(name)
        tell("d: filling a world of tasks", 0, 1)
        with served(seeded(transcripts(TASKS), folder)) as ready:
            asked = {"url": ready["url"], "token": ready["user_token"], "tenant": ready["tenant"]}
            for number in range(ROUNDS):
                tell(f"d: {TASKS:,} tasks, delegated, and the bare loop", number, ROUNDS)
                bundle, disk = folder / f"bundle-{number}", folder / "disk"
                params = {
                    "name": "export",
                    "storage": DISK,
                    "path": f"run-{number}",
                    "target": "task",
                    "filter": {"project": 1},
                    "save_original_file": False,
                }
                task = json.dumps({**asked, "params": params, "copy": [str(disk), str(bundle)]})
                with child(module("exporting"), stdin=task) as export:
                    said = export.line()
                labels = folder / f"labels-{number}"
                with child(module("bare_loop"), stdin=json.dumps([str(bundle), str(labels)])) as loop:
                    loops.append(loop.line()["seconds"])
                heads.append(said["since_job"])
                jobs.append(said["until_job"])
                clearings.append(said["clearing"])
                destination = disk / f"run-{number}" / "export"
                if read_tree(destination / "labels") != read_tree(labels):
                    raise AssertionError("The export and the bare loop wrote different labels.")
                for done in (destination, bundle, labels):
                    shutil.rmtree(done)
    ratio = statistics.median(head / loop_seconds for head, loop_seconds in zip(heads, loops, strict=True))
    yield Result.at_most(f"d: delegated, bundle to tree : bare loop, {TASKS:,} tasks", ratio, "times", SLOWER)
    yield Result("d: delegated, bundle to tree", statistics.median(heads), "s")
    yield Result("d: bare loop", statistics.median(loops), "s")
    yield Result("d: removing bundle and staging afterwards", statistics.median(clearings), "s")
    yield Result("d: the job itself, until the client knows", statistics.median(jobs), "s")
