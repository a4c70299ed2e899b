"""``python -m contract_tests.power``: every bug by itself, on both transports, and who sees it.

Exit status: 0 when each bug is seen by the clause that is about it, and that clause is green without; 1 when one is
not; 2 when the command cannot be carried out as asked; 130 when it is interrupted.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from contract_tests.power.outcome import TRANSPORTS
from contract_tests.power.report import markdown, misses, publish, show
from contract_tests.power.trials import plan, trials
from fake_backend import KNOWN_BUGS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.power.outcome import Trial

BUILD = Path("build/power")
PAGE = Path("docs/bugs.md")
PLAIN_WIDTH = 160  # columns where the output is no terminal


def main(arguments: Sequence[str] | None = None, build: Path = BUILD) -> int:
    """Run the command and return its exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        build: Where to leave the reports.
    """
    parser = argparse.ArgumentParser(prog="power", description="Switch each bug on, and ask the contract tests.")
    parser.add_argument("--bug", choices=list(KNOWN_BUGS), action="append", help="only this one; repeatable")
    parser.add_argument("--transport", choices=TRANSPORTS, action="append", help="only this one (default: both)")
    parser.add_argument("--full", action="store_true", help="ask every clause, not only those that are about a bug")
    parser.add_argument("--write", action="store_true", help=f"write the table of {PAGE} and do nothing else")
    parser.add_argument("--check", action="store_true", help=f"say whether the table of {PAGE} is that of the bugs")
    given = parser.parse_args(arguments)
    bugs = [KNOWN_BUGS[name] for name in given.bug or KNOWN_BUGS]
    if given.write or given.check:
        return _page(write=given.write)
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    transports = [one for one in TRANSPORTS if not given.transport or one in given.transport]

    def announce(one: Trial) -> None:
        console.print(f"{one.bug or 'no bug'}, {one.transport}: {len(one.red)} red, {one.seconds:.1f} s")

    try:
        done = trials(plan(bugs, transports, is_full=given.full), announce)
    except KeyboardInterrupt:
        return 130
    show(bugs, done, console)
    publish(bugs, done, build)
    missed = misses(bugs, done)
    for sentence in missed:
        console.print(f"not caught: {sentence}")
    console.print(f"reports: {build}/")
    return 1 if missed else 0


def _page(*, write: bool) -> int:
    text = PAGE.read_text(encoding="utf-8")
    begin, end = "<!-- bugs -->\n", "<!-- /bugs -->"
    head, _, rest = text.partition(begin)
    told = f"{head}{begin}{markdown(KNOWN_BUGS.values())}{end}{rest.partition(end)[2]}"
    if write:
        PAGE.write_text(told, encoding="utf-8")
    elif told != text:
        sys.stderr.write(f"power: the table of {PAGE} is out of date; make bugs-table writes it.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
