"""Waits as long as ``Retry-After`` says, were it a day (SYN-7062)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export tasks, by slim rows and one bulk call."""
    while True:
        try:
            rows = ask(staging, "GET", "/v2/tasks/?project=1&per_page=200")["data"]
            break
        except requests.HTTPError as error:
            staging.backend.clock.sleep(float(error.response.headers["Retry-After"]))
    found = ask(staging, "POST", "/v2/tasks/bulk-fetch/", json={"ids": [row["id"] for row in rows]})
    for row in found["data"]:
        save(staging, f"{row['id']}.json", row["data"])
    return Ended(reported=len(rows))
