"""``python -m contract_tests.incidents.page [--check]``: the table of docs/incidents.md."""

from __future__ import annotations

import sys
from pathlib import Path

from fake_backend.incidents import catalogue, out_of_scope
from fake_backend.incidents.page import table, with_table

PAGE = Path(__file__).resolve().parents[2] / "docs" / "incidents.md"


def main() -> int:
    """Write the table, or with ``--check`` say whether it is up to date; return the exit status."""
    now = PAGE.read_text(encoding="utf-8")
    made = with_table(now, table(catalogue().values(), out_of_scope()))
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(made, encoding="utf-8")
    elif made != now:
        sys.stderr.write("docs/incidents.md is not what the catalogue says; run make incidents-page\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
