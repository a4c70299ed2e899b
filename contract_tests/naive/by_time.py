"""Walks by the time of creation, newest first, which many rows share (SYN-7533)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export tasks page by page."""
    exported = 0
    path = "/sdk/tasks/?project=1&page_size=5&pagination=cursor&ordering=-created"
    while path:
        page = ask(staging, "GET", path)
        for row in page["results"]:
            save(staging, f"{row['id']}.json", row["data"])
            exported += 1
        path = page["next"]
    return Ended(reported=exported)
