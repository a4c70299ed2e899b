"""``python -m contract_tests.conformance [VERSION ...]``: the unmodified reference client against a served fake.

Exit status: 0 when every export is as the oracle and the version's habits say, 1 when one is not, 2 when a version is
not known or cannot be installed.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.conformance.cases import Backend, Scopes, cases
from contract_tests.conformance.documents import PROJECT, documents
from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.conformance.leaks import leaks
from contract_tests.conformance.report import VersionReport, show
from contract_tests.conformance.run import Finding, run
from contract_tests.conformance.served import CannotServe
from contract_tests.conformance.targets import VERSION
from contract_tests.conformance.versions import CLIENTS
from contract_tests.verify.outcome import write_tree
from contract_tests.verify.redact import redactor
from fake_backend.demo import (
    ASSIGNMENT_FILTER,
    GROUND_TRUTH_FILTER,
    GROUND_TRUTH_VERSIONS,
    NARROWING_FILTER,
    PillowMissing,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.cases import Case
    from contract_tests.conformance.documents import DocumentName
    from contract_tests.conformance.targets import TargetName
    from contract_tests.conformance.versions import Client

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
WIDTH = 150  # columns of the table where there is no terminal to ask
AT_ONCE = 2  # backends at a time; each has a client that waits for it, and two cores are what a small machine has

SCOPES: Mapping[TargetName, Scopes] = {
    "task": Scopes({"project": PROJECT}, NARROWING_FILTER),
    "assignment": Scopes({"project": PROJECT}, ASSIGNMENT_FILTER),
    "ground_truth": Scopes({VERSION: GROUND_TRUTH_VERSIONS[0]}, GROUND_TRUTH_FILTER),
}

type Key = tuple[str, str]  # version and name of the case


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the versions and return the exit status.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    parser = argparse.ArgumentParser(prog="python -m contract_tests.conformance", description=__doc__.split("\n")[0])
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=f"default: {' '.join(CLIENTS)}")
    asked = list(dict.fromkeys(parser.parse_args(arguments).versions or CLIENTS))
    if unknown := [version for version in asked if version not in CLIENTS]:
        return _refuse(
            f"nobody has written down the habits of synapse-sdk {', '.join(unknown)}; "
            f"known are {', '.join(CLIENTS)} (docs/conformance.md says how to add one)."
        )
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    clients = [CLIENTS[version] for version in asked]
    for version in asked:  # a run that is broken off must not leave an older verdict standing
        _report_file(version).unlink(missing_ok=True)
    try:
        environments = {client.version: _environment(client, console) for client in clients}
        packages = {version: environment.check() for version, environment in environments.items()}
        findings = _run_all(clients, environments, documents(secrets.token_hex(4)), console)
    except (CannotInstall, CannotServe, PillowMissing) as error:
        return _refuse(str(error))
    redact = redactor(secret for finding in findings.values() for secret in finding.secrets)
    status = 0
    for client in clients:
        found = [finding for (version, _), finding in findings.items() if version == client.version]
        report = VersionReport(client, packages[client.version], found)
        _keep(report)
        show(report, console, redact)
        status |= report.verdict != "equal"
    tokens = {secret for finding in findings.values() for secret in finding.secrets}
    for path in leaks(BUILD, tokens):
        console.print(f"[red]a token is in {path.relative_to(ROOT)}[/]", soft_wrap=True)
        status = 1
    return int(status)


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"conformance: {sentence}\n")
    return 2


def _environment(client: Client, console: Console) -> Environment:
    """Return the environment of a version, made if need be."""
    environment = Environment(ROOT, client.version)
    if not environment.is_ready:
        with console.status(f"installing synapse-sdk {client.version} into {environment.folder.name}"):
            environment.make()
        console.print(f"installed synapse-sdk {client.version} into {environment.folder.name}")
    return environment


def _run_all(
    clients: Sequence[Client],
    environments: Mapping[str, Environment],
    seeds: Mapping[DocumentName, Mapping[str, Any]],
    console: Console,
) -> dict[Key, Finding]:
    """Return what came of every export of every version, in the order of the cases."""
    planned = [(client, case) for client in clients for case in cases(client, SCOPES)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    found: dict[Key, Finding] = {}
    with Progress(*columns, console=console, transient=True) as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        bar = progress.add_task("exporting", total=len(planned))
        begun = {
            pool.submit(
                run,
                asked,
                client,
                environments[client.version],
                seeds[asked[0].backend.document],
                lambda case: progress.update(bar, advance=1, description=case.name),
            ): client
            for client, asked in _turns(planned)
        }
        for future in as_completed(begun):
            for finding in future.result():
                found[begun[future].version, finding.case.name] = finding
    return {key: found[key] for key in ((client.version, case.name) for client, case in planned)}


def _turns(planned: Sequence[tuple[Client, Case]]) -> list[tuple[Client, list[Case]]]:
    """Return the exports that one client process makes against one backend, those with most to do first.

    The demo is split by target, so that there is always something for each core and the journal forgets nothing.
    """
    turns: dict[tuple[str, Backend, str], tuple[Client, list[Case]]] = {}
    for client, case in planned:
        part = case.target if case.backend.document == "demo" else ""
        turns.setdefault((client.version, case.backend, part), (client, []))[1].append(case)
    return sorted(turns.values(), key=lambda turn: (turn[1][0].backend.document == "many", len(turn[1])), reverse=True)


def _keep(report: VersionReport) -> None:
    """Write the report of a version, and both trees of each export that is not as expected."""
    file = _report_file(report.client.version)
    trees = file.parent / report.client.version
    shutil.rmtree(trees, ignore_errors=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    for finding in report.findings:
        if finding.verdict != "equal":
            write_tree(finding.expected.tree, trees / finding.case.name / "expected")
            write_tree(finding.outcome.tree, trees / finding.case.name / "got")
    file.write_text(report.json(), encoding="utf-8")


def _report_file(version: str) -> Path:
    return BUILD / "conformance" / f"{version}.json"


if __name__ == "__main__":
    sys.exit(main())
