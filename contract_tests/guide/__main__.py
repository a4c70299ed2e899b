"""``python -m contract_tests.guide examples | coverage [--check]``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from contract_tests.guide import coverage, examples
from contract_tests.guide.rules import GuideError

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Run one of the two commands and return its exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        root: The project's root.
    """
    parser = argparse.ArgumentParser(prog="contract_tests.guide", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("examples", help="run every code block of the guides and judge what it gives")
    held = commands.add_parser("coverage", help=f"write {coverage.PAGE}: each rule with the test that holds it")
    held.add_argument("--check", action="store_true", help="only say whether the page is what it would be")
    given = parser.parse_args(arguments)
    try:
        return examples.main(root) if given.command == "examples" else coverage.main(root, check=given.check)
    except GuideError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
