"""``python -m fake_backend.demo --seed N --output FILE`` writes the demo document to a file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from fake_backend.demo.errors import PillowMissing
from fake_backend.demo.generator import document
from fake_backend.demo.writing import text

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the demo and return the exit status: 0, or 2 with one sentence on stderr.

    Args:
        arguments: Command line without the program's name; that of the process when absent.
    """
    parser = argparse.ArgumentParser(prog="python -m fake_backend.demo", description="Write the demo's seed document.")
    parser.add_argument("--seed", type=int, default=1, help="any whole number (default: 1)")
    parser.add_argument("--hard", action="store_true", help="overlaps and noise in the pictures to annotate")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    asked = parser.parse_args(arguments)
    try:
        with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
            bar = progress.add_task("drawing")
            written = text(
                document(
                    asked.seed,
                    hard=asked.hard,
                    progress=lambda done, total: progress.update(bar, completed=done, total=total),
                )
            )
        asked.output.write_text(written, encoding="utf-8", newline="\n")
    except PillowMissing as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except OSError as error:
        sys.stderr.write(f"Cannot write {asked.output}: {error.strerror}.\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
