"""``python -m contract_tests.ledger [--check]``: count the ledger's rules by evidence, or hold it to its promises."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from contract_tests.ledger.check import faults
from contract_tests.ledger.nodes import test_nodes
from contract_tests.ledger.rows import EVIDENCE, LedgerError, Row, read

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
LEDGER = Path("contract_tests/ledger/rules")
CLAUSES = "contract_tests/clauses"
TESTS = ("tests", "contract_tests")  # pytest's testpaths


def check(root: Path) -> int:
    """Print each fault of a project's ledger on a line of its own and return the exit status.

    Args:
        root: The project's root.

    Raises:
        LedgerError: The file cannot be read as a ledger.
    """
    rows = read(root / LEDGER)
    tests = set().union(*(test_nodes(root, folder) for folder in TESTS))
    today = datetime.now(UTC).date()
    found = faults(rows, tests=tests, clauses=test_nodes(root, CLAUSES), today=today)
    for sentence in found:
        sys.stderr.write(f"{LEDGER}: {sentence}\n")
    return 1 if found else 0


def show(rows: Sequence[Row]) -> None:
    """Print how many rules rest on which evidence and what share that is, assumed ones in red.

    Args:
        rows: The ledger.
    """
    from rich.console import Console  # noqa: PLC0415 - --check is part of every lint run and needs no table
    from rich.table import Table  # noqa: PLC0415

    counts = Counter((EVIDENCE.index(row.evidence), row.basis) for row in rows)
    table = Table("evidence", "rules", "share", title="contract ledger")
    for column in table.columns[1:]:
        column.justify = "right"
    for (_, basis), count in sorted(counts.items()):
        table.add_row(basis, str(count), f"{count / len(rows):.1%}", style="red" if basis == "assumed" else None)
    table.add_section()
    table.add_row("all", str(len(rows)), "")
    Console().print(table)


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run the command and return its exit status: 1 for any fault of the ledger.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        root: The project's root.
    """
    parser = argparse.ArgumentParser(prog="contract_tests.ledger", description=__doc__)
    parser.add_argument("--check", action="store_true", help="hold the ledger to its promises")
    try:
        if parser.parse_args(arguments).check:
            return check(root)
        show(read(root / LEDGER))
    except LedgerError as error:
        sys.stderr.write(f"{LEDGER}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
