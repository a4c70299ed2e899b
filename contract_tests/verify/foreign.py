"""The same job on any backend: no oracle, so the two heads are compared with each other."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from contract_tests.exporting import Caller, export
from contract_tests.oracle import assign_names, leaf
from contract_tests.verify.embedded import Announce, Keep, Run
from contract_tests.verify.outcome import WAYS, Outcome
from contract_tests.verify.report import Report, judge_by_each_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Foreign:
    """Where to export from and to.

    Args:
        caller: Who asks which backend.
        storage: Id of the storage to write to.
        scope: The filter, with its project.
        folder: Directory at the storage's root to write in, and to remove afterwards.
    """

    caller: Caller
    storage: int
    scope: Mapping[str, object]
    folder: str


def verify_foreign(foreign: Foreign, announce: Announce, keep: Keep) -> Run:
    """Export in every way there is, compare the heads, and remove what was written.

    Args:
        foreign: Where to export from and to.
        announce: Told of each export before it begins.
        keep: Given each export when it has ended, before anything is removed.

    Raises:
        SdkError: The storage cannot be opened, or cannot be read or cleared after an export.
    """
    outcomes: list[Outcome] = []
    with foreign.caller.context() as context:
        assert context.client is not None
        root = context.client.open_storage(foreign.storage, "write")
        try:
            for head, exporter in WAYS:
                announce(head, exporter)
                path = f"{foreign.folder}/{head}-{exporter}"
                outcomes.append(
                    export(
                        foreign.caller,
                        foreign.scope,
                        head=head,
                        exporter=exporter,
                        storage=foreign.storage,
                        path=path,
                    )
                )
                keep(outcomes[-1])
        finally:
            root.delete_tree(foreign.folder)
            root.close()
    secrets = [token for token in (foreign.caller.user_token, foreign.caller.access_token) if token]
    return Run(Report("task", foreign.scope, judge_by_each_other(outcomes, owners(outcomes))), secrets)


def owners(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return which row each path belongs to, as far as the sheets of a run tell it.

    Args:
        outcomes: The exports of a run.
    """
    sheet = next((outcome.tree["items.json"] for outcome in outcomes if "items.json" in outcome.tree), b"[]")
    items = json.loads(sheet)
    names = {item["id"]: leaf(item["files"].get("file_name_original")) for item in items}
    labels = {
        item["id"]: f"{PurePosixPath(names[item['id']] or str(item['id'])).stem}.json"
        for item in items
        if item["data"] is not None
    }
    originals = {row: name for row, name in names.items() if name is not None}
    return {f"labels/{name}": row for row, name in assign_names(labels).items()} | {
        f"origin_files/{name}": row for row, name in assign_names(originals).items()
    }
