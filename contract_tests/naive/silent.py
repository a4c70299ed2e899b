"""Gathers all ids before it says a word of progress (SYN-7102)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export tasks: slim rows first, then payloads in one bulk call a page."""
    found: list[int] = []
    path = f"/v2/tasks/?project=1&per_page={staging.call.page_size}"
    while path:
        page = ask(staging, "GET", path)
        found += [row["id"] for row in page["data"]]
        path = page["meta"]["pagination"]["next_cursor"]
    for at in range(0, len(found), 200):
        for row in ask(staging, "POST", "/v2/tasks/bulk-fetch/", json={"ids": found[at : at + 200]})["data"]:
            save(staging, f"{row['id']}.json", row["data"])
    return Ended(reported=len(found))
