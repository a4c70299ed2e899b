"""The proof that incidents bite: on the published client, unmodified, or on a naive one that makes the mistake."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.incidents.verdict import Verdict, of_run, told_of
from fake_backend.incidents import raw

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import Console

    from fake_backend.incidents import Ended, Incident, Staging

VERSIONS: Final = ("2026.1.100", "2026.1.120", "2026.1.128", "2026.2.17")
DRIVER: Final = Path(__file__).with_name("published.py")
AT_A_TIME: Final = 2
WITHIN: Final = 900  # real seconds that the incidents of one version may take


def verdicts(root: Path, asked: Sequence[Incident], console: Console) -> list[Verdict]:
    """Run incidents on every version that their files make a claim about, with the trouble and without.

    Args:
        root: The project's directory, which holds the environments.
        asked: Incidents.
        console: Told what is installed.

    Raises:
        CannotInstall: An environment is not to be had, or its client ended before its time.
    """
    claimed = {version: [one for one in asked if one.claims()[version].state != "unreachable"] for version in VERSIONS}
    environments = {version: _environment(root, version, console) for version, mine in claimed.items() if mine}
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        runs = pool.map(lambda version: _published(root, environments[version], claimed[version]), environments)
        found = [verdict for run in runs for verdict in run]
    found += [_naive(one) for one in asked if one.naive]
    bitten = {one.incident for one in found if one.state == "bites"}
    found += [
        Verdict(one.id, "", "unproved", "", "It bites nobody that is at hand.") for one in asked if one.id not in bitten
    ]
    order = {one.id: number for number, one in enumerate(asked)}
    return sorted(found, key=lambda one: (order[one.incident], one.client))


def _environment(root: Path, version: str, console: Console) -> Environment:
    environment = Environment(root, version)
    if not environment.is_ready:
        with console.status(f"installing synapse-sdk {version} into {environment.folder.name}"):
            environment.make()
    check = environment.check()
    if not check.matches:
        raise CannotInstall(
            f"{environment.folder.name} is not as it was published: {', '.join(check.modified) or 'empty'}"
        )
    return environment


def _published(root: Path, environment: Environment, mine: Sequence[Incident]) -> list[Verdict]:
    """Run incidents in one process of a version's own interpreter."""
    lines = "".join(
        f"{json.dumps({'id': one.id, 'text': raw(one.id), 'troubled': troubled})}\n"
        for one in mine
        for troubled in (True, False)
    )
    command = [str(environment.python), str(DRIVER), sysconfig.get_path("purelib")]
    done = subprocess.run(  # noqa: S603 - our own words
        command, input=lines, capture_output=True, text=True, timeout=WITHIN, cwd=root, check=False
    )
    told: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    if len(told) != 2 * len(mine):
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise CannotInstall(f"synapse-sdk {environment.version} ended after {len(told)} runs: {last}")
    return [
        of_run(one, environment.version, one.claims()[environment.version].state, told[2 * at], told[2 * at + 1])
        for at, one in enumerate(mine)
    ]


def _naive(one: Incident) -> Verdict:
    """Run the client that makes the mistake."""
    run: Callable[[Staging], Ended] = import_module(f"contract_tests.naive.{one.naive}").run
    troubled, calm = (told_of(one, run, troubled=wrong) for wrong in (True, False))
    return of_run(one, f"naive {one.naive}", "bites", troubled, calm)
