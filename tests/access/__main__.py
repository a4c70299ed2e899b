"""``python -m tests.access [--check]``: write ``docs/access.md``, or say whether it is up to date."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.access.matrix import missing
from tests.access.page import PAGE, page

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Return the exit status: 1 where an operation has no row, or the page is out of date."""
    parser = argparse.ArgumentParser(prog="tests.access", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only say whether the page is what it would be")
    given = parser.parse_args()
    unheld = missing()
    if unheld:
        told = ", ".join(f"{method} {path}" for method, path in sorted(unheld))
        sys.stderr.write(f"tests/access/operations.py and the API differ in: {told}.\n")
        return 1
    target, text = ROOT / PAGE, page()
    if not given.check:
        target.write_text(text, encoding="utf-8")
    elif not target.exists() or target.read_text(encoding="utf-8") != text:
        sys.stderr.write(f"{PAGE} is out of date; run `make access`.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
