"""In which order and how many at a time the runs of all versions are made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.conformance import run as export
from contract_tests.conformance.cases import Backend, cases
from contract_tests.conformance.to_task import cases as to_task_cases
from contract_tests.conformance.to_task import run as to_task

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from rich.console import Console

    from contract_tests.conformance.cases import Case, Scopes
    from contract_tests.conformance.documents import DocumentName
    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.targets import TargetName
    from contract_tests.conformance.versions import Client

AT_ONCE = 2  # backends at a time; each has a client that waits for it, and two cores are what a small machine has


@dataclass
class Found:
    """What came of one version.

    Args:
        exports: In the order of the cases.
        to_task: Likewise.
    """

    exports: list[export.Finding] = field(default_factory=list)
    to_task: list[to_task.Finding] = field(default_factory=list)

    @property
    def secrets(self) -> frozenset[str]:
        """The tokens of all backends."""
        return frozenset[str]().union(
            *(finding.secrets for finding in self.exports), *(finding.secrets for finding in self.to_task)
        )


def run_all(
    clients: Sequence[Client],
    environments: Mapping[str, Environment],
    seeds: Mapping[DocumentName, Mapping[str, Any]],
    scopes: Mapping[TargetName, Scopes],
    console: Console,
) -> dict[str, Found]:
    """Return what came of every run of every version, by version.

    Exports that want the same backend are made in turn, by one process of the client; two such turns are under way at a
    time. Beside them runs ``to_task``, which mostly waits: one process of the client for each version, one at a time.

    Args:
        clients: The versions.
        environments: Version to where it is installed.
        seeds: The documents of exports by name.
        scopes: What the matrix of exports asks of the demo.
        console: Where a bar shows how far it is.

    Raises:
        CannotServe: A backend did not start.
    """
    planned = [(client, case) for client in clients for case in cases(client, scopes)]
    annotating = to_task_cases.cases()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with (
        Progress(*columns, console=console, transient=True) as progress,
        ThreadPoolExecutor(AT_ONCE) as pool,
        ThreadPoolExecutor(1) as beside,
    ):
        bar = progress.add_task("running", total=len(planned) + len(clients) * len(annotating))

        def done(case: Case | to_task_cases.Case) -> None:
            progress.update(bar, advance=1, description=case.name)

        to_come = {
            client.version: beside.submit(to_task.run, annotating, client, environments[client.version], done)
            for client in clients
        }
        exports = _exports(planned, pool, environments, seeds, done)
        return {
            client.version: Found(
                [exports[client.version, case.name] for one, case in planned if one is client],
                to_come[client.version].result(),
            )
            for client in clients
        }


def _exports(
    planned: Sequence[tuple[Client, Case]],
    pool: ThreadPoolExecutor,
    environments: Mapping[str, Environment],
    seeds: Mapping[DocumentName, Mapping[str, Any]],
    done: Callable[[Case], None],
) -> dict[tuple[str, str], export.Finding]:
    """Return what came of every export, by version and name of the case."""
    begun: dict[Future[list[export.Finding]], Client] = {
        pool.submit(
            export.run, asked, client, environments[client.version], seeds[asked[0].backend.document], done
        ): client
        for client, asked in turns(planned)
    }
    return {
        (begun[future].version, finding.case.name): finding
        for future in as_completed(begun)
        for finding in future.result()
    }


def turns(planned: Sequence[tuple[Client, Case]]) -> list[tuple[Client, list[Case]]]:
    """Return the exports that one client process makes against one backend, those with most to do first.

    The demo is split by target, so that there is always something for each core and the journal forgets nothing.

    Args:
        planned: Versions and what each is asked for.
    """
    found: dict[tuple[str, Backend, str], tuple[Client, list[Case]]] = {}
    for client, case in planned:
        part = case.target if case.backend.document == "demo" else ""
        found.setdefault((client.version, case.backend, part), (client, []))[1].append(case)
    return sorted(found.values(), key=lambda turn: (turn[1][0].backend.document == "many", len(turn[1])), reverse=True)
