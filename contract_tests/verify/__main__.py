"""``python -m contract_tests.verify``: the main job, both ways, and to_task, compared.

docs/reports.md tells what it leaves behind.

Exit status: 0 when all is equal, 1 when it is not or a new world is slow to answer, 2 when the command cannot be
carried out as asked, 130 when it is interrupted.
"""

from __future__ import annotations

import os
import secrets
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from contract_tests.verify.cold_start import LIMIT, WORLDS, cold_start
from contract_tests.verify.console import show
from contract_tests.verify.databases import databases
from contract_tests.verify.embedded import Run, verify_embedded
from contract_tests.verify.foreign import verify_foreign
from contract_tests.verify.options import Options, parse
from contract_tests.verify.outcome import METHODS, TARGETS, WAYS, ExporterKind, Head, Method, Subject
from contract_tests.verify.publish import clear, keep, publish
from contract_tests.verify.redact import redactor
from contract_tests.verify.scopes import UsageError
from fake_backend import Refusal
from sdk.errors import SdkError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

BUILD = Path("build/verify")
PLURALS: Mapping[Subject, str] = {"task": "tasks", "assignment": "assignments", "ground_truth": "ground truth"}
PLAIN_WIDTH = 120  # columns where the output is no terminal


def main(arguments: Sequence[str] | None = None, build: Path = BUILD) -> int:
    """Run the command and return its exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        build: Where to leave reports and artefacts.
    """
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    try:
        options = parse(arguments, os.environ, secrets.token_hex(6))
        clear(build)
        run = _run(options, console, build)
    except (UsageError, SdkError, Refusal, ImportError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    redact = redactor(run.secrets)
    publish(run.report, build, redact)
    show(run.report, console, redact)
    console.print(f"artefacts and reports: {build}/")
    slow = options.foreign is None and not _starts_fast(console)
    return 0 if run.report.verdict == "equal" and not slow else 1


def _run(options: Options, console: Console, build: Path) -> Run:
    targets: tuple[Subject, ...] = tuple(options.foreign.scopes) if options.foreign else options.targets
    runs = len(WAYS) * sum(target in TARGETS for target in targets) + len(METHODS) * ("to_task" in targets)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("starting", total=runs + 1)

        def announce(target: Subject, head: Head | Method, exporter: ExporterKind | None) -> None:
            sentence = (
                f"exporting {PLURALS[target]}: {head}, {exporter}" if exporter else f"annotating: {target}, {head}"
            )
            progress.update(bar, advance=1, description=sentence)
            if not console.is_terminal:
                console.print(sentence)

        if options.foreign is not None:
            return verify_foreign(options.foreign, announce, partial(keep, folder=build))
        with databases(options.database) as lent:
            kept = partial(keep, folder=build)
            return verify_embedded(options.bug, targets, announce, kept, options.demo, databases=lent)


def _starts_fast(console: Console) -> bool:
    median = cold_start()
    console.print(
        f"cold start: {median:.1f} ms, median of {WORLDS} new worlds to the first answer (limit {LIMIT:.0f} ms)"
    )
    return median <= LIMIT


if __name__ == "__main__":
    sys.exit(main())
