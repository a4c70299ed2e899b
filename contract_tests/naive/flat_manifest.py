"""Looks for the manifest in ``data``, one level too high (incidents.md 2, manifest nesting)."""

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
    job = job_of(staging)["job_id"]
    while (state := state_of(staging, job))["status"].upper() in {"PENDING", "PROCESSING"}:
        staging.backend.clock.sleep(2)
    if "prefix" not in state["data"]:
        return Ended(error="bundle prefix not found in manifest")
    return Ended(reported=1)
