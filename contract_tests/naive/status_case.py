"""Waits for a job to be ``completed``, and never for ``COMPLETED``, as it is called (incidents.md 2, case bug)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import in_process, job_of, state_of
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging

POLLS = 30  # contract.md 2.4, the older horizon


def run(staging: Staging) -> Ended:
    """Export by a job."""
    if staging.call.head != "delegated":
        return Ended(reported=in_process(staging))
    job = job_of(staging)["job_id"]
    for _ in range(POLLS):
        if state_of(staging, job)["status"] == "completed":
            return Ended(reported=1)
        staging.backend.clock.sleep(13)
    return Ended(error=f"Job {job} did not finish in time.")
