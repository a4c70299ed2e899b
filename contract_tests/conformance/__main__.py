"""``python -m contract_tests.conformance [VERSION ...]``: the unmodified reference client against a served fake.

Exit status: 0 when every run is as the oracle and the version's habits say, 1 when one is not, 2 when a version is
not known or cannot be installed.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from contract_tests.conformance.cases import Scopes
from contract_tests.conformance.documents import PROJECT, documents
from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.conformance.leaks import leaks
from contract_tests.conformance.report import VersionReport, show
from contract_tests.conformance.schedule import run_all
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

    from contract_tests.conformance.targets import TargetName
    from contract_tests.conformance.versions import Client

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
WIDTH = 150  # columns of the table where there is no terminal to ask

SCOPES: Mapping[TargetName, Scopes] = {
    "task": Scopes({"project": PROJECT}, NARROWING_FILTER),
    "assignment": Scopes({"project": PROJECT}, ASSIGNMENT_FILTER),
    "ground_truth": Scopes({VERSION: GROUND_TRUTH_VERSIONS[0]}, GROUND_TRUTH_FILTER),
}


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
        findings = run_all(clients, environments, documents(secrets.token_hex(4)), SCOPES, console)
    except (CannotInstall, CannotServe, PillowMissing) as error:
        return _refuse(str(error))
    tokens = frozenset[str]().union(*(found.secrets for found in findings.values()))
    redact = redactor(tokens)
    status = 0
    for client in clients:
        found = findings[client.version]
        report = VersionReport(client, packages[client.version], found.exports, found.to_task)
        _keep(report)
        show(report, console, redact)
        status |= report.verdict != "equal"
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


def _keep(report: VersionReport) -> None:
    """Write the report of a version, and both trees of each run that is not as expected."""
    file = _report_file(report.client.version)
    trees = file.parent / report.client.version
    shutil.rmtree(trees, ignore_errors=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    for finding in report.findings:
        if finding.verdict != "equal":
            write_tree(finding.expected.tree, trees / finding.case.name / "expected")
            write_tree(finding.outcome.tree, trees / finding.case.name / "got")
    for annotated in report.to_task:
        if annotated.verdict != "equal":
            write_tree(annotated.wanted, trees / annotated.case.name / "expected")
            write_tree(annotated.tree, trees / annotated.case.name / "got")
    file.write_text(report.json(), encoding="utf-8")


def _report_file(version: str) -> Path:
    return BUILD / "conformance" / f"{version}.json"


if __name__ == "__main__":
    sys.exit(main())
