"""``python -m contract_tests.conformance.streams [VERSION ...]``: streams that are refused, cut or wrong.

Exit status: 0 when each version makes of each stream what is written down, 1 when not, 2 when a version is not known or
not installed.
"""

from __future__ import annotations

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.conformance.streams.cases import CASES
from contract_tests.conformance.streams.run import Finding, run
from contract_tests.conformance.versions import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[3]
BUILD = ROOT / "build" / "conformance"
WIDTH = 130  # columns of the table where there is no terminal to ask
SHOWN = 4  # waits of one stream that are printed


def main(arguments: Sequence[str] | None = None) -> int:
    """Show each version every stream and return the exit status.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    parser = argparse.ArgumentParser(prog="python -m contract_tests.conformance.streams")
    parser.add_argument("versions", nargs="*", metavar="VERSION", help=f"default: {' '.join(CLIENTS)}")
    versions = list(dict.fromkeys(parser.parse_args(arguments).versions or CLIENTS))
    if unknown := [version for version in versions if version not in CLIENTS]:
        return _refuse(f"synapse-sdk {', '.join(unknown)} is not known; known are {', '.join(CLIENTS)}.")
    environments = [Environment(ROOT, version) for version in versions]
    try:
        for environment in environments:
            if not environment.is_ready:
                environment.make()
            if not environment.check().matches:
                return _refuse(f"{environment.folder.name} is not as it was installed; remove it, it is made anew.")
    except CannotInstall as error:
        return _refuse(str(error))
    with ThreadPoolExecutor(len(environments)) as pool:  # they wait, most of the time
        found = list(pool.map(lambda environment: run(CASES, environment), environments))
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    for version, findings in zip(versions, found, strict=True):
        _show(version, findings, console)
        _keep(version, findings)
    return int(any(finding.wrong for findings in found for finding in findings))


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"conformance: {sentence}\n")
    return 2


def _show(version: str, findings: Sequence[Finding], console: Console) -> None:
    table = Table("stream", "arrivals", "waits", "told", "error", "job", "seconds", "", title=f"synapse-sdk {version}")
    for finding in findings:
        waits = " ".join(f"{wait:.1f}" for wait in finding.waits[:SHOWN])
        table.add_row(
            finding.case.case,
            str(finding.arrivals),
            waits + (" ..." if len(finding.waits) > SHOWN else ""),
            " ".join(map(str, finding.counts)) or "nothing",
            finding.error or "-",
            finding.status or "not polled",
            f"{finding.seconds:.1f}",
            "[red]differs" if finding.wrong else "[green]as told",
        )
    console.print(table)
    for finding in findings:
        for sentence in finding.wrong:
            console.print(f"[red]{finding.case.case}[/]: {sentence}", soft_wrap=True)


def _keep(version: str, findings: Sequence[Finding]) -> None:
    """Write ``build/conformance/streams-<version>.json``."""
    rows = [
        {
            "case": finding.case.case,
            "arrivals": finding.arrivals,
            "waits": [round(wait, 2) for wait in finding.waits],
            "told": list(finding.counts),
            "error": finding.error,
            "status": finding.status,
            "seconds": round(finding.seconds, 2),
            "wrong": list(finding.wrong),
        }
        for finding in findings
    ]
    BUILD.mkdir(parents=True, exist_ok=True)
    whole = {"version": version, "streams": rows}
    (BUILD / f"streams-{version}.json").write_text(json.dumps(whole, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
