"""``python -m contract_tests.models``: what the published client makes of the fake's answers.

Exit status: 0 when every call parses and every statement about the others holds, 1 when one does not, 2 when the client
cannot be installed or the backend not started.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from rich.console import Console

from contract_tests.conformance.environment import PACKAGE, CannotInstall, Environment
from contract_tests.conformance.leaks import leaks
from contract_tests.conformance.served import CannotServe
from contract_tests.models import report
from contract_tests.models.asking import ROOT, CannotAsk, ask
from contract_tests.models.document import document
from contract_tests.models.openapi import Published
from contract_tests.models.verdict import judge
from contract_tests.verify.redact import redactor

VERSION: Final = "2026.2.17"
OPENAPI: Final = f"lib/python*/site-packages/{PACKAGE}/clients/backend_v2/schema/openapi.yaml"
BUILD: Final = ROOT / "build" / "models"
WIDTH: Final = 170  # columns of the table where there is no terminal to ask


def main() -> int:
    """Make the run, write its reports and return the exit status."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    environment, start = Environment(ROOT, VERSION), time.monotonic()
    BUILD.mkdir(parents=True, exist_ok=True)
    for name in ("report.json", "junit.xml"):  # a run that is broken off must not leave an older verdict standing
        (BUILD / name).unlink(missing_ok=True)
    try:
        if not environment.is_ready:
            with console.status(f"installing synapse-sdk {VERSION} into {environment.folder.name}"):
                environment.make()
        package, seed = environment.check(), document()
        with ThreadPoolExecutor(2) as pool:  # a backend for each, so that neither sees what the other has written
            running = [pool.submit(ask, environment, seed, api) for api in ("v2", "v1")]
            published = Published(next(environment.folder.glob(OPENAPI)))
            asked = [future.result() for future in running]
    except (CannotInstall, CannotServe, CannotAsk) as error:
        sys.stderr.write(f"models: {error}\n")
        return 2
    secrets = frozenset[str]().union(*(one.secrets for one in asked))
    redact = redactor(secrets)
    calls = [
        judge(finding, one.requests.get(finding.get("mark", ""), ()), published)
        for one in asked
        for finding in one.findings
    ]
    report.show(calls, package, VERSION, console, redact)
    told = report.as_json(calls, package, VERSION), report.junit(calls, time.monotonic() - start)
    for name, text in zip(("report.json", "junit.xml"), told, strict=True):
        (BUILD / name).write_text(redact(text), encoding="utf-8")
    for path in leaks(BUILD, secrets):
        console.print(f"[red]a token is in {path.relative_to(ROOT)}[/]", soft_wrap=True)
        return 1
    return int(report.fails(calls, package))


if __name__ == "__main__":
    sys.exit(main())
