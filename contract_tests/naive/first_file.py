"""Takes the first file of a data unit for the picture, whichever says that it is the primary one (SYN-7229)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export tasks with their pictures."""
    rows = ask(staging, "GET", "/sdk/tasks/?project=1&page_size=1000&expand=data_unit")["results"]
    for row in rows:
        save(staging, f"{row['id']}.json", row["data"])
        first = next(iter(row["data_unit"]["files"].values()))
        save(staging, first["file_name_original"], row["id"], "origin_files")
    return Ended(reported=len(rows))
