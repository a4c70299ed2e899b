"""The same job on any backend: no oracle, so the two heads are compared with each other."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from contract_tests.exporting import Caller, export
from contract_tests.oracle import assign_names, leaf
from contract_tests.verify.embedded import Announce, Keep, Run
from contract_tests.verify.outcome import WAYS, Outcome, Subject, Target
from contract_tests.verify.report import Report, judge_by_each_other

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Foreign:
    """Where to export from and to.

    Args:
        caller: Who asks which backend.
        storage: Id of the storage to write to.
        scopes: The filter of each target that is exported.
        folder: Directory at the storage's root to write in, and to remove afterwards.
        skipped: Targets that are left out as the command was given, and why.
    """

    caller: Caller
    storage: int
    scopes: Mapping[Target, Mapping[str, object]]
    folder: str
    skipped: Mapping[Subject, str] = field(default_factory=dict)


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
            for target, scope in foreign.scopes.items():
                for head, exporter in WAYS:
                    announce(target, head, exporter)
                    outcomes.append(
                        export(
                            foreign.caller,
                            scope,
                            target=target,
                            head=head,
                            exporter=exporter,
                            storage=foreign.storage,
                            path=f"{foreign.folder}/{target}-{head}-{exporter}",
                        )
                    )
                    keep(outcomes[-1])
        finally:
            root.delete_tree(foreign.folder)
            root.close()
    secrets = [token for token in (foreign.caller.user_token, foreign.caller.access_token) if token]
    known = {target: owners([held for held in outcomes if held.target == target]) for target in foreign.scopes}
    return Run(
        Report(
            {target: foreign.scopes[target] for target in foreign.scopes},
            judge_by_each_other(outcomes, known),
            foreign.skipped,
        ),
        secrets,
    )


def owners(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """Return which row each path belongs to, as far as the sheets of a run tell it.

    Args:
        outcomes: The exports of one target.
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
