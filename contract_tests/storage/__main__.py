"""``python -m contract_tests.storage table [--check] | clients [VERSION ...]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contract_tests.conformance.versions import CLIENTS
from contract_tests.storage import table

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one of the commands and return its exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        root: The project's root.
    """
    parser = argparse.ArgumentParser(prog="contract_tests.storage", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    written = commands.add_parser("table", help=f"write the table of {table.PAGE}: moto alone, this gate, AWS")
    written.add_argument("--check", action="store_true", help="only say whether it is what it would be")
    asked = commands.add_parser("clients", help="download one object by every client and compare the bytes")
    asked.add_argument("versions", nargs="*", metavar="VERSION", help=f"default: {' '.join(CLIENTS)}")
    given = parser.parse_args(arguments)
    if given.command == "clients":
        from contract_tests.storage import clients  # noqa: PLC0415 - s3fs takes its time, and the table needs none

        return clients.main(root, given.versions or list(CLIENTS))
    return table.main(root, check=given.check)


if __name__ == "__main__":
    sys.exit(main())
