"""Takes the id of a job for a number and its total for known, and so rejects every job (SYN-7112)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import in_process, job_of, state_of
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export by a job."""
    if staging.call.head != "delegated":
        return Ended(reported=in_process(staging))
    answer = job_of(staging)
    try:
        job, total = int(answer["job_id"]), int(answer["total_count"])
    except (TypeError, ValueError) as error:
        return Ended(error=f"The answer is no job: {error}")
    state_of(staging, job)
    return Ended(reported=total)
