"""``python -m benchmarks [CASE ...]``: how fast it is, measured side by side, alternating; docs/benchmarks.md.

Exit status: 0 when all was measured, whether targets hold or not; 2 when something could not be measured.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from benchmarks import deep_pages, finished_bundle, peak_memory, two_clients
from benchmarks.processes import ROOT, ChildFailed
from benchmarks.results import show, write
from benchmarks.telling import telling
from contract_tests.conformance.environment import CannotInstall

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.results import Result

FILE = ROOT / "build" / "bench.json"
CASES = {
    "ab": deep_pages.measure,
    "c": two_clients.measure,
    "d": finished_bundle.measure,
    "e": peak_memory.measure,
}
PLAIN_WIDTH = 120  # columns where the output is no terminal


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write, show; return the exit status.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=(__doc__ or "").split(":")[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}; all when left out")
    asked = list(dict.fromkeys(parser.parse_args(arguments).cases or CASES))
    if unknown := [case for case in asked if case not in CASES]:
        sys.stderr.write(f"bench: there is no case {', '.join(unknown)}; there are {', '.join(CASES)}.\n")
        return 2
    console = Console(width=None if sys.stdout.isatty() else PLAIN_WIDTH, highlight=False)
    results: list[Result] = []
    begun = time.monotonic()
    FILE.unlink(missing_ok=True)  # a run that is broken off must not leave older numbers standing
    try:
        with telling(console) as tell:
            for case in asked:
                results += CASES[case](tell)
    except (ChildFailed, CannotInstall, OSError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    write(results, FILE)
    show(results, console)
    held = [result.holds for result in results if result.holds is not None]
    console.print(
        f"{sum(held)} of {len(held)} targets hold; {time.monotonic() - begun:.0f} s; {FILE.relative_to(Path.cwd())}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
