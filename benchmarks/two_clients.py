"""Case (c): the thin SDK and the published client, each in a process of its own, on one fake in another."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import tempfile
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measuring import ROUNDS
from benchmarks.processes import ROOT, child, module, served
from benchmarks.results import Result
from benchmarks.worlds import DISK, JOB, seeded, transcripts
from contract_tests.conformance.environment import Environment
from contract_tests.oracle import expected_artefacts
from contract_tests.verify.outcome import read_tree

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from benchmarks.telling import Tell

TASKS = 5_000
VERSION = "2026.2.17"

FASTER = 2  # times the items a second
DRIVER = ROOT / "contract_tests" / "conformance" / "driver.py"
SCOPE = {"project": 1}


@dataclass(frozen=True)
class Client:
    """A way to export.

    Args:
        name: For people.
        command: What runs it.
        theirs: Whether it is the published client, which takes its credentials from the environment.
        variables: Environment, over what all have in common.
        rounds: How often it is run.
    """

    name: str
    command: tuple[str, ...]
    theirs: bool
    variables: Mapping[str, str] = field(default_factory=dict)
    rounds: int = ROUNDS

    def export(self, ready: Mapping[str, Any], path: str, home: Path) -> dict[str, Any]:
        """Run one export and return what is said of it.

        Args:
            ready: The backend's ready line.
            path: Directory of the storage to export to.
            home: An empty directory.
        """
        params = {
            "name": "export",
            "storage": DISK,
            "path": path,
            "target": "task",
            "filter": SCOPE,
            "save_original_file": False,
            "disable_async_delegate": True,  # the published client has no other head; it does not know the word
        }
        asked: dict[str, object] = {"job": JOB, "reporting": "job", "params": params}
        variables = {"PATH": os.defpath, "HOME": str(home), "PYTHONUTF8": "1", **self.variables}
        if self.theirs:
            variables |= {
                "SYNAPSE_HOST": ready["url"],
                "SYNAPSE_PLUGIN_RUN_USER_TOKEN": ready["user_token"],
                "SYNAPSE_PLUGIN_RUN_TENANT": ready["tenant"],
            }
        else:
            asked |= {"url": ready["url"], "token": ready["user_token"], "tenant": ready["tenant"]}
        with child(self.command, stdin=json.dumps(asked), env=variables) as process:
            return process.line()


def clients(environment: Environment) -> list[Client]:
    """Return both clients as they come, and both without a pause between requests."""
    ours, theirs = tuple(module("exporting")), (str(environment.python), str(DRIVER))
    hurried = {"SYNAPSE_EXPORT_THROTTLE_SECONDS": "0"}
    return [
        Client("thin SDK", ours, theirs=False),
        Client(VERSION, theirs, theirs=True),
        Client("thin SDK, throttle 0, once", ours, theirs=False, variables=hurried, rounds=1),
        Client(f"{VERSION}, throttle 0, once", theirs, theirs=True, variables=hurried, rounds=1),
    ]


def measure(tell: Tell) -> Iterator[Result]:
    """Yield the results.

    Args:
        tell: Told what is under way.

    Raises:
        CannotInstall: The published client's environment is missing and cannot be made.
    """
    environment = Environment(ROOT, VERSION)
    if not environment.is_ready:
        tell(f"c: installing synapse-sdk {VERSION}, as make conformance does", 0, 1)
        environment.make()
    environment.check()
    document = transcripts(TASKS)
    wanted = expected_artefacts(document, SCOPE, exporter="row", originals=False)
    ways = clients(environment)
    speeds: dict[str, list[float]] = {way.name: [] for way in ways}
    numbers = count()
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with served(seeded(document, folder)) as ready:
            for turn in range(ROUNDS):
                for way in (way for way in ways if turn < way.rounds):
                    number = next(numbers)
                    tell(f"c: {way.name}, {TASKS:,} tasks", number, sum(one.rounds for one in ways))
                    said = way.export(ready, f"run-{number}", folder)
                    if "error" in said:
                        raise AssertionError(f"{way.name}: {said['error']}")
                    destination = folder / "disk" / f"run-{number}"
                    _ensure_equal(way, read_tree(destination), wanted)
                    shutil.rmtree(destination)
                    speeds[way.name].append(said["exported_count"] / said["seconds"])
    medians = {name: statistics.median(found) for name, found in speeds.items()}
    ours, theirs, quick, quick_theirs = medians.values()
    yield Result.at_least(
        f"c: thin SDK : {VERSION}, {TASKS:,} tasks, payloads presigned, default settings",
        ours / theirs,
        "times",
        FASTER,
    )
    for name, value in medians.items():
        yield Result(f"c: {name}", value, "items/s")
    yield Result(f"c: thin SDK : {VERSION}, throttle 0 for both", quick / quick_theirs, "times")


def _ensure_equal(way: Client, tree: Mapping[str, bytes], wanted: Mapping[str, bytes]) -> None:
    """Both clients must write what the oracle says, to the byte; else their times are not of the same work."""
    got = {path.removeprefix("export/"): content for path, content in tree.items()}
    if got != wanted:
        differing = sorted(path for path in got.keys() | wanted.keys() if got.get(path) != wanted.get(path))
        raise AssertionError(f"{way.name} wrote another tree: {len(differing)} paths, such as {differing[0]}")
