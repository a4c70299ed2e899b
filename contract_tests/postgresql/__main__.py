"""``python -m contract_tests.postgresql [pytest arguments]``: pytest on a PostgreSQL server that is there for it alone.

Exit status: pytest's; 2 when there is no server on this machine, with a sentence that says what to install.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from contract_tests.postgresql.programs import ServerMissing
from contract_tests.postgresql.server import running

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

PLUGIN = "contract_tests.postgresql.worlds"
MISSING = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run pytest and return its exit status.

    Args:
        arguments: For pytest; ``None`` reads ``sys.argv``.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    given = sys.argv[1:] if arguments is None else arguments
    try:
        with running() as url:
            command = [sys.executable, "-m", "pytest", "-p", PLUGIN, "--database-url", url, *given]
            return subprocess.run(command, check=False).returncode  # noqa: S603 (pytest, with what the caller says)
    except ServerMissing as refusal:
        sys.stderr.write(f"make test-postgres: {refusal}\n")
        return MISSING
    except KeyboardInterrupt:
        return 130


def _leave(number: int, _frame: FrameType | None) -> None:
    """Stop the server on the way out."""
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
