"""What each version of the reference client does differently from our SDK: pure functions over rows.

A difference between an export of the client and the oracle is either one of these habits or a finding.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.conformance.targets import VERSION, VERSIONS
from contract_tests.oracle import FILTER_KEYS, Json

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract_tests.conformance.rows import ClientRow
    from contract_tests.conformance.targets import Target

ORIGINALS = "origin_files/"
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
class Naming:
    """Which stem each row writes under.

    Args:
        stems: Key of a row to its stem, for labels and originals alike.
        collisions: What ``filename_collisions.json`` lists; nothing writes no such file.
    """

    stems: Mapping[int, str]
    collisions: Sequence[Mapping[str, Json]] = ()


@dataclass(frozen=True)
class Expected:
    """What an export of the client must come to.

    Args:
        tree: Relative path below the export's own directory to bytes.
        owners: Path to the key of the row that is left in it.
        exported: Labels that the client counts as written; overwritten ones count too.
        failed: Rows without payload.
    """

    tree: Mapping[str, bytes]
    owners: Mapping[str, int]
    exported: int
    failed: int


NOTHING = Expected({}, {}, 0, 0)


def sent_to_v1(scope: Mapping[str, object]) -> dict[str, object]:
    """Return a filter as both versions send it to the v1 list and into a job: with the plural of the version key.

    Source: contract.md 2.2.
    """
    return {VERSIONS if key == VERSION else key: value for key, value in scope.items()}


def declared_by_v1(scope: Mapping[str, object], target: Target) -> dict[str, object]:
    """Return what is left of a filter that is sent to the v1 list: the keys that the target declares.

    Source: contract.md 3.2, incidents.md 1 (SYN-7574).
    """
    return {key: value for key, value in sent_to_v1(scope).items() if key in FILTER_KEYS[target.name]}


def declared_by_v2(scope: Mapping[str, object], target: Target) -> dict[str, object]:
    """Return what is left of a filter that is sent to the v2 list: the keys that it declares, the last of several ids.

    1.128 sends the version key as it is: the plural is not declared, and of a list, which goes as a repeated key, the
    one integer that is declared is the last.

    Source: incidents.md 1 (SYN-7182), contract.md 3.1, 6.
    """
    kept = {key: value for key, value in scope.items() if key in target.declared_by_v2}
    if isinstance(versions := kept.get(VERSION), list):
        kept[VERSION] = versions[-1]
    return kept


def own_stems(rows: Sequence[ClientRow]) -> Naming:
    """Name every row after its own file; where several have one name, the last one written stays.

    Source: incidents.md 1 (SYN-7539).
    """
    return Naming({row.key: row.stem for row in rows})


def claimed_stems(rows: Sequence[ClientRow]) -> Naming:
    """Give a stem to the first row that asks for it; later ones write ``<stem>__<id>``.

    A row without payload claims its stem all the same. An id that has a stem keeps it, so events of one ground truth
    write over each other, and nobody lists that.

    Source: incidents.md 1 (SYN-7539, the fix).
    """
    stems: dict[int, str] = {}
    collisions: list[dict[str, Json]] = []
    claimed: dict[str, int] = {}  # stem to the id that has it
    by_id: dict[int, str] = {}
    for row in rows:
        if row.id not in by_id:
            stem = row.stem
            if stem in claimed:
                stem = _free(f"{stem}__{row.id}", claimed)
                original = row.file_name or str(row.id)
                collisions.append({"item_id": row.id, "original_name": original, "output_stem": stem})
            claimed[stem] = row.id
            by_id[row.id] = stem
        stems[row.key] = by_id[row.id]
    return Naming(stems, collisions)


def _free(stem: str, claimed: Mapping[str, int]) -> str:
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
        stem = naming.stems[row.key]
        if originals and row.original is not None:
            path = f"{ORIGINALS}{stem}{row.suffix}"
            tree[path], owners[path] = row.original, row.key
        elif originals:
            original_errors.append([NO_NAME, NO_FILE])
        if row.data is None:
            label_errors.append([f"{stem}.json", NO_DATA])
        else:
            path = f"labels/{stem}.json"
            tree[path], owners[path] = label(row.data), row.key
    if label_errors or original_errors:
        errors: Json = {"json_file_name": label_errors, "origin_file_name": original_errors}
        tree["error_file_list.json"] = indented(errors)
    if naming.collisions:
        tree["filename_collisions.json"] = indented([dict(entry) for entry in naming.collisions])
    return Expected(tree, owners, len(rows) - len(label_errors), len(label_errors))
