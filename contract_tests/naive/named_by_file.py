"""Names each label after its file, leaves out what has none, and calls that a success (SYN-7214)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask, save
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging


def run(staging: Staging) -> Ended:
    """Export ground truth."""
    exported = 0
    query = "ground_truth_dataset_versions=31&page_size=1000&expand=data&response_mode=inline"
    for row in ask(staging, "GET", f"/sdk/ground_truth_events/?{query}")["results"]:
        files = list((row["data_unit"].get("files") or {}).values())
        if files:
            save(staging, f"{files[0]['file_name_original']}.json", row["data"])
            exported += 1
    return Ended(reported=exported)
