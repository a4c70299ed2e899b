"""Refuses every key that its list does not have, the dates that the UI always sends among them (SYN-7519)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging

ALLOWED = frozenset({"project", "id", "ids", "workshop", "users", "status_label", "status_review"})


def run(staging: Staging) -> Ended:
    """Export assignments as the incident asks."""
    wanted = {"project": 1, **staging.call.filter}
    if unknown := sorted(set(wanted) - ALLOWED):
        return Ended(error=f"Unsupported export filter key(s): {', '.join(unknown)}")
    rows = ask(staging, "GET", "/sdk/assignments/", params={**wanted, "page_size": 1000})["results"]
    for row in rows:
        save(staging, f"{row['id']}.json", row["data"])
    return Ended(reported=len(rows))
