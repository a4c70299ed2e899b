"""``python -m contract_tests.conformance [VERSION ...]``: the unmodified reference client against a served fake.

Exit status: 0 when every export is as the oracle and the version's habits say, 1 when one is not, 2 when a version is
not known or cannot be installed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.conformance.cases import MANY, DocumentName, cases, without_a_data_unit
from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.conformance.leaks import leaks
from contract_tests.conformance.report import VersionReport, show
from contract_tests.conformance.run import Finding, run
from contract_tests.conformance.served import CannotServe
from contract_tests.conformance.versions import CLIENTS
from contract_tests.verify.outcome import write_tree
from contract_tests.verify.redact import redactor
from fake_backend.demo import NARROWING_FILTER, PillowMissing, document, many_tasks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.versions import Client

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
DEMO_SEED = 1  # the demo that serve --seed demo serves
AT_ONCE = 2  # exports under way at a time; each is two processes, and two cores are what a small machine has

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
    console = Console(width=None if sys.stdout.isatty() else 140)
    clients = [CLIENTS[version] for version in asked]
    for version in asked:  # a run that is broken off must not leave an older verdict standing
        _report_file(version).unlink(missing_ok=True)
    try:
        environments = {client.version: _environment(client, console) for client in clients}
        packages = {version: environment.check() for version, environment in environments.items()}
        findings = _run_all(clients, environments, _documents(), console)
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
    secrets = {secret for finding in findings.values() for secret in finding.secrets}
    for path in leaks(BUILD, secrets):
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


def _documents() -> dict[DocumentName, dict[str, Any]]:
    demo = document(DEMO_SEED)
    return {"demo": demo, "demo-less-a-data-unit": without_a_data_unit(demo), "many": many_tasks(MANY)}


def _run_all(
    clients: Sequence[Client],
    environments: Mapping[str, Environment],
    documents: Mapping[DocumentName, Mapping[str, Any]],
    console: Console,
) -> dict[Key, Finding]:
    """Return what came of every export of every version, in the order of the cases."""
    planned = [(client, case) for client in clients for case in cases(client, NARROWING_FILTER)]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    found: dict[Key, Finding] = {}
    with Progress(*columns, console=console, transient=True) as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        bar = progress.add_task("exporting", total=len(planned))
        # the one with the most rows first, so that it does not run alone at the end
        begun = {
            pool.submit(run, case, client, environments[client.version], documents[case.document]): (client, case)
            for client, case in sorted(planned, key=lambda plan: plan[1].document != "many")
        }
        for future in as_completed(begun):
            client, case = begun[future]
            found[client.version, case.name] = future.result()
            progress.update(bar, advance=1, description=f"{client.version} {case.name}")
    return {key: found[key] for key in ((client.version, case.name) for client, case in planned)}


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
