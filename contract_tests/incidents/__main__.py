"""``python -m contract_tests.incidents [ID ...]``: every incident against the thin SDK; ``--proof``: each one biting.

Exit status: 0 when each ends as its file says, 1 when one does not, 2 when a client is not to be had.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from contract_tests.conformance.environment import CannotInstall
from contract_tests.incidents import proof
from contract_tests.incidents.verdict import Verdict, of_thin
from fake_backend.incidents import UnknownIncident, catalogue, incident

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.incidents import Incident

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 150  # columns where there is no terminal to ask


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the incidents and return the exit status.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    parser = argparse.ArgumentParser(prog="python -m contract_tests.incidents", description=__doc__.split("\n")[0])
    parser.add_argument("ids", nargs="*", metavar="ID", help="all when left out")
    parser.add_argument("--proof", action="store_true", help="on the published client and the naive ones")
    told = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    try:
        asked = [incident(name) for name in told.ids] or list(catalogue().values())
        begun = time.perf_counter()
        verdicts = proof.verdicts(ROOT, asked, console) if told.proof else thin(asked)
    except (CannotInstall, UnknownIncident) as refusal:
        sys.stderr.write(f"incidents: {refusal}\n")
        return 2
    show(verdicts, console)
    wrong = [one for one in verdicts if one.complaint]
    counts = ", ".join(
        f"{sum(one.state == state for one in verdicts)} {state}"
        for state in dict.fromkeys(one.state for one in verdicts)
    )
    console.print(
        f"{len(asked)} incidents, {len(verdicts)} runs: {counts}; {len(wrong)} not as their files say; "
        f"{time.perf_counter() - begun:.1f} s"
    )
    return int(bool(wrong))


def thin(asked: Sequence[Incident]) -> list[Verdict]:
    """Run incidents against the thin SDK."""
    return [of_thin(one) for one in asked]


def show(verdicts: Sequence[Verdict], console: Console) -> None:
    """Print a table of verdicts."""
    table = Table("incident", "client", "is", "what was seen", box=None, pad_edge=False)
    for one in verdicts:
        table.add_row(
            one.incident,
            one.client,
            one.state,
            f"[red]{one.complaint}[/] {one.summary}" if one.complaint else one.summary,
        )
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
