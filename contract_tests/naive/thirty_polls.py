"""Gives a job up after thirty polls, some 6.5 minutes, whatever its server is doing about it (SYN-7166)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import in_process, job_of, state_of
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export by a job; its rows are then read from the list, for brevity."""
    job, wait = job_of(staging)["job_id"], 2.0
    for _ in range(30):
        if state_of(staging, job)["status"] == "COMPLETED":
            return Ended(reported=in_process(staging))
        staging.backend.clock.sleep(wait)
        wait = min(wait * 1.5, 15)
    return Ended(error=f"Job {job} did not finish in time.")
