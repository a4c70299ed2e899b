"""Sends a snapshot of progress at most once a second, and never the one that it holds back (SYN-7435)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging

JOB = "11111111-1111-1111-1111-111111111111"


def run(staging: Staging) -> Ended:
    """Report progress, a tenth of a second apart."""
    lines, clock, due = staging.call.lines, staging.backend.clock, 0.0
    for number in range(1, lines + 1):
        if clock.monotonic() >= due:
            due = clock.monotonic() + 1
            progress = {"current_progress": {"overall": 100 * number / lines}}
            ask(staging, "PATCH", f"/jobs/{JOB}/", json={"progress_record": progress})
        clock.sleep(0.1)
    return Ended(reported=lines)
