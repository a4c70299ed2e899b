"""The rows of an export as the client's exporter is handed them: the oracle's choice, with files and their bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from contract_tests.oracle import Json, leaf
from contract_tests.oracle.artefacts import chosen_file, file_bytes
from contract_tests.oracle.selection import selected_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.targets import TargetName
    from contract_tests.oracle import SeedDocument

EXTERNALISED_OVER = 2_000  # bytes of payload JSON above which the fake, unless told otherwise, answers with a URL


@dataclass(frozen=True)
class ClientRow:
    """One row.

    Args:
        key: Tells it from all others: its id, or the ``pgh_id`` of a ground-truth event.
        id: What the client calls it; events of one ground truth have one id.
        data: The payload; ``None`` means that there is none.
        file_name: Name of the chosen file, one path segment; ``None`` when the client is told of no file.
        original: Bytes of that file.
    """

    key: int
    id: int
    data: Json
    file_name: str | None
    original: bytes | None

    @property
    def stem(self) -> str:
        """What the client names the row's label after; a row without a file goes by its id."""
        return PurePosixPath(self.file_name).stem if self.file_name else str(self.id)

    @property
    def suffix(self) -> str:
        """What follows the stem in the original's name."""
        return PurePosixPath(self.file_name or "").suffix

    @property
    def is_externalised(self) -> bool:
        """Whether its payload lies in an object of its own and comes by URL."""
        if self.data is None:
            return False
        return len(json.dumps(self.data, ensure_ascii=False, separators=(",", ":")).encode()) > EXTERNALISED_OVER


def main_tenant(document: Mapping[str, object]) -> str:
    """Return the code of the tenant whose token the client has: the first one."""
    return cast("Sequence[Mapping[str, str]]", document["tenants"])[0]["code"]


def client_rows(
    document: Mapping[str, object], scope: Mapping[str, object], target: TargetName = "task"
) -> list[ClientRow]:
    """Return the main tenant's rows of a scope, by descending key, each with the bytes of its chosen file.

    Args:
        document: A seed document.
        scope: The export's filter, as the backend applies it.
        target: What is exported.

    Not supported: names that reduce to nothing (``..``), which the client refuses where our SDK goes by the id.
    """
    seed = cast("SeedDocument", document)
    units = {unit["id"]: unit.get("files", {}) for unit in seed.get("data_units", [])}
    ids = {event["pgh_id"]: event["ground_truth"] for event in seed.get("ground_truth_events", [])}
    rows = []
    for row in selected_rows(document, scope, target=target, tenant=main_tenant(document)):
        file = chosen_file({} if row.data_unit is None else units[row.data_unit])
        number = ids[row.key] if target == "ground_truth" else row.key
        name = leaf(file.get("file_name_original")) if file else None
        rows.append(ClientRow(row.key, number, row.data, name, file_bytes(file) if file and name else None))
    return rows


def other_files(document: Mapping[str, object], scope: Mapping[str, object], target: TargetName) -> set[str]:
    """Return the names of the files of a scope's rows that no row has for its original.

    Args:
        document: A seed document.
        scope: The export's filter, as the backend applies it.
        target: What is exported.
    """
    seed = cast("SeedDocument", document)
    units = {unit["id"]: unit.get("files", {}) for unit in seed.get("data_units", [])}
    names = set()
    for row in selected_rows(document, scope, target=target, tenant=main_tenant(document)):
        files = {} if row.data_unit is None else units[row.data_unit]
        saved = chosen_file(files)
        names |= {leaf(file.get("file_name_original")) for file in files.values() if file is not saved}
    return {name for name in names if name}


def without_files(rows: Sequence[ClientRow]) -> list[ClientRow]:
    """Return the rows as bulk answers with ``files_manifest: null`` show them: no row has a file.

    Source: contract.md 6, POST /v2/tasks/bulk-fetch/.
    """
    return [replace(row, file_name=None, original=None) for row in rows]


def with_foreign_payloads(rows: Sequence[ClientRow], newest: Json) -> list[ClientRow]:
    """Return ground-truth events as 2.17 has them when every payload URL has expired.

    It asks for new URLs by ``id``, which the list of events does not know and so ignores: the answer is the newest
    event of the tenant, whatever event was asked for.

    Args:
        rows: Events.
        newest: Payload of the tenant's event with the highest key.

    Source: contract.md 3.3, incidents.md 6.8.
    """
    return [replace(row, data=newest) if row.is_externalised else row for row in rows]
