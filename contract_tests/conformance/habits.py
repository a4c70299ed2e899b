"""What each version of the reference client does differently from our SDK: pure functions over the oracle's rows.

A difference between an export of the client and the oracle is either one of these habits or a finding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, cast

from contract_tests.oracle import Json, expected_artefacts, expected_items, leaf, rows_by_path

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

ORIGINALS = "origin_files/"
V2_LIST_KEYS = frozenset({"project", "is_discarded", "has_data", "schema"})  # contract.md 6, GET /v2/tasks/
NO_NAME = "<unknown>"  # how the client lists an original that has no name
NO_FILE = "file information missing (url or file_name_original)"
NO_DATA = "data is Null"


@dataclass(frozen=True)
class Habit:
    """One habit, as the report and ``docs/conformance.md`` list it.

    Args:
        code: Short name.
        says: The habit in one sentence.
        evidence: Where it is known from.
    """

    code: str
    says: str
    evidence: str


@dataclass(frozen=True)
class ClientRow:
    """One row as the client's exporter is handed it.

    Args:
        id: The task's id.
        data: The payload; ``None`` means that there is none.
        file_name: Name of the chosen file, one path segment; ``None`` when the client is told of no file.
        original: Bytes of that file.
    """

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


@dataclass(frozen=True)
class Naming:
    """Which stem each row writes under.

    Args:
        stems: Row id to stem, for labels and originals alike.
        collisions: What ``filename_collisions.json`` lists; nothing writes no such file.
    """

    stems: Mapping[int, str]
    collisions: Sequence[Mapping[str, Json]] = ()


@dataclass(frozen=True)
class Expected:
    """What an export of the client must come to.

    Args:
        tree: Relative path below the export's own directory to bytes.
        owners: Path to the row that is left in it.
        exported: Labels that the client counts as written; overwritten ones count too.
        failed: Rows without payload.
    """

    tree: Mapping[str, bytes]
    owners: Mapping[str, int]
    exported: int
    failed: int


def client_rows(document: Mapping[str, object], scope: Mapping[str, object]) -> list[ClientRow]:
    """Return the oracle's rows of a scope, by descending id, each with the bytes of its chosen file.

    Args:
        document: A seed document.
        scope: The export's filter, as the backend applies it.

    Not supported: names that reduce to nothing (``..``), which the client refuses where our SDK goes by the id.
    """
    tree = expected_artefacts(document, scope, exporter="sheet", originals=True)
    owners = rows_by_path(document, scope)
    originals = {owners[path]: content for path, content in tree.items() if path.startswith(ORIGINALS)}
    rows = []
    for item in expected_items(document, scope):
        number, files = cast("int", item["id"]), cast("dict[str, str]", item["files"])
        rows.append(ClientRow(number, item["data"], leaf(files.get("file_name_original")), originals.get(number)))
    return rows


def declared_by_v2(scope: Mapping[str, object]) -> dict[str, object]:
    """Return what is left of a filter that is sent to the v2 list: the keys that it declares.

    Source: incidents.md 1 (SYN-7182), contract.md 6.
    """
    return {key: value for key, value in scope.items() if key in V2_LIST_KEYS}


def without_files(rows: Sequence[ClientRow]) -> list[ClientRow]:
    """Return the rows as bulk answers with ``files_manifest: null`` show them: no row has a file.

    Source: contract.md 6, POST /v2/tasks/bulk-fetch/.
    """
    return [replace(row, file_name=None, original=None) for row in rows]


def own_stems(rows: Sequence[ClientRow]) -> Naming:
    """Name every row after its own file; where several have one name, the last one written stays.

    Source: incidents.md 1 (SYN-7539).
    """
    return Naming({row.id: row.stem for row in rows})


def claimed_stems(rows: Sequence[ClientRow]) -> Naming:
    """Give a stem to the first row that asks for it; later ones write ``<stem>__<id>``.

    A row without payload claims its stem all the same.

    Source: incidents.md 1 (SYN-7539, the fix).
    """
    stems: dict[int, str] = {}
    collisions: list[dict[str, Json]] = []
    claimed: set[str] = set()
    for row in rows:
        stem = row.stem
        if stem in claimed:
            stem = _free(f"{stem}__{row.id}", claimed)
            collisions.append({"item_id": row.id, "original_name": row.file_name or str(row.id), "output_stem": stem})
        claimed.add(stem)
        stems[row.id] = stem
    return Naming(stems, collisions)


def _free(stem: str, claimed: set[str]) -> str:
    """Return the stem, with a counter from 2 on where a literal name has claimed it already."""
    free, counter = stem, 1
    while free in claimed:
        counter += 1
        free = f"{stem}_{counter}"
    return free


def indented(value: Json) -> bytes:
    """Return JSON over many lines, four blanks a level.

    Source: incidents.md 3 (SYN-7492).
    """
    return json.dumps(value, ensure_ascii=False, indent=4).encode()


def spaced(value: Json) -> bytes:
    """Return JSON on one line, a blank after each comma and colon.

    Source: incidents.md 3 (SYN-7492, the fix).
    """
    return json.dumps(value, ensure_ascii=False).encode()


def written(rows: Sequence[ClientRow], naming: Naming, label: Callable[[Json], bytes], *, originals: bool) -> Expected:
    """Return what the client leaves behind, writing the rows one after another.

    Args:
        rows: In the order in which they are written.
        naming: Which stem each writes under.
        label: Bytes of a label.
        originals: Whether originals are saved.
    """
    tree: dict[str, bytes] = {}
    owners: dict[str, int] = {}
    label_errors: list[Json] = []
    original_errors: list[Json] = []
    for row in rows:
        stem = naming.stems[row.id]
        if originals and row.original is not None:
            path = f"{ORIGINALS}{stem}{row.suffix}"
            tree[path], owners[path] = row.original, row.id
        elif originals:
            original_errors.append([NO_NAME, NO_FILE])
        if row.data is None:
            label_errors.append([f"{stem}.json", NO_DATA])
        else:
            path = f"labels/{stem}.json"
            tree[path], owners[path] = label(row.data), row.id
    if label_errors or original_errors:
        errors: Json = {"json_file_name": label_errors, "origin_file_name": original_errors}
        tree["error_file_list.json"] = indented(errors)
    if naming.collisions:
        tree["filename_collisions.json"] = indented([dict(entry) for entry in naming.collisions])
    return Expected(tree, owners, len(rows) - len(label_errors), len(label_errors))
