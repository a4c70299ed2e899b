"""The tree that an export leaves behind, for the exporters of ``contract_tests.exporters``."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, cast

from contract_tests.oracle.naming import assign_names, leaf
from contract_tests.oracle.selection import selected_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import FileRow, Json, SeedDocument

type ExporterKind = Literal["row", "sheet"]

ERROR_FILE = "error_file_list.json"
SHEET_FILE = "items.json"


@dataclass(frozen=True)
class Row:
    """One exported row with the file that was chosen for it.

    Args:
        id: The row's key: ``id``, of a ground-truth event ``pgh_id``.
        data: The payload; ``None`` means that there is none.
        file: The chosen file, or ``None`` when the data unit has none.
    """

    id: int
    data: Json
    file: FileRow | None

    @property
    def file_name(self) -> str | None:
        """The name that the original is saved under if no other row has it."""
        return leaf(self.file.get("file_name_original")) if self.file else None

    @property
    def label_name(self) -> str:
        """The name of the label if no other row has it; a row without a file goes by its id."""
        stem = PurePosixPath(self.file_name).stem if self.file_name else str(self.id)
        return f"{stem}.json"

    def item(self) -> dict[str, Json]:
        """Return the item that exporters are handed, without ``files.url``."""
        files: dict[str, Json] = {}
        if self.file is not None:
            files = {
                "file_name_original": self.file.get("file_name_original", ""),
                "is_primary": self.file.get("is_primary", False),
            }
        return {"id": self.id, "data": self.data, "files": files}


def encoded(value: Json) -> bytes:
    """Return the bytes in which exporters write JSON: compact, UTF-8, nothing after the last bracket."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def file_bytes(file: FileRow) -> bytes:
    """Return the bytes of a seeded file."""
    if "content_base64" in file:
        return base64.b64decode(file["content_base64"])
    return encoded(file.get("content"))


def chosen_file(files: Mapping[str, FileRow]) -> FileRow | None:
    """Return the first file that is primary, else the first one.

    Source: contract.md 2.5, "Chosen file".
    """
    primary = [file for file in files.values() if file.get("is_primary")]
    return next(iter(primary or files.values()), None)


def _rows(document: Mapping[str, object], scope: Mapping[str, object], target: str, tenant: str | None) -> list[Row]:
    units = {unit["id"]: unit.get("files", {}) for unit in cast("SeedDocument", document).get("data_units", [])}
    return [
        Row(row.key, row.data, chosen_file({} if row.data_unit is None else units[row.data_unit]))
        for row in selected_rows(document, scope, target=target, tenant=tenant)
    ]


def _label_paths(rows: list[Row]) -> dict[int, str]:
    return assign_names({row.id: row.label_name for row in rows if row.data is not None})


def _original_paths(rows: list[Row]) -> dict[int, str]:
    return assign_names({row.id: row.file_name for row in rows if row.file_name is not None})


def expected_items(
    document: Mapping[str, object], scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> list[dict[str, Json]]:
    """Return what ``convert_data`` is handed, in order, less ``files.url``.

    Args:
        document: A seed document.
        scope: The export's filter.
        target: What is exported.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: See ``selected_rows``.
    """
    return [row.item() for row in _rows(document, scope, target, tenant)]


def expected_artefacts(
    document: Mapping[str, object],
    scope: Mapping[str, object],
    *,
    exporter: ExporterKind,
    target: str = "task",
    originals: bool = True,
    tenant: str | None = None,
) -> dict[str, bytes]:
    """Return the files below an export's own directory: relative path to bytes.

    Args:
        document: A seed document, as ``FakeBackend(seed=...)`` takes it.
        scope: The export's filter.
        exporter: ``row`` writes one label a row, ``sheet`` one file with all items.
        target: What is exported.
        originals: Whether original files are saved too.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: See ``selected_rows``.

    Not supported: originals that cannot be read; a seeded file always can. An export that must end in an error leaves
    nothing behind; see ``saves_nothing``.
    """
    rows = _rows(document, scope, target, tenant)
    tree: dict[str, bytes] = {}
    label_errors: list[Json] = []
    original_errors: list[Json] = []
    if exporter == "sheet":
        tree[SHEET_FILE] = encoded([row.item() for row in rows])
    else:
        labels = _label_paths(rows)
        for row in rows:
            if row.data is None:
                label_errors.append([row.label_name, "data is Null"])
            else:
                tree[f"labels/{labels[row.id]}"] = encoded(row.data)
    if originals:
        names = _original_paths(rows)
        for row in rows:
            if row.file is None or row.file_name is None:
                original_errors.append([str(row.id), "file information missing"])
            else:
                tree[f"origin_files/{names[row.id]}"] = file_bytes(row.file)
    if label_errors or original_errors:
        tree[ERROR_FILE] = encoded({"json_file_name": label_errors, "original_file_name": original_errors})
    return tree


def saves_nothing(
    document: Mapping[str, object],
    scope: Mapping[str, object],
    *,
    exporter: ExporterKind,
    target: str = "task",
    tenant: str | None = None,
) -> bool:
    """Return whether an export must end in an error, because there are rows and not one of them can be saved.

    Args:
        document: A seed document.
        scope: The export's filter.
        exporter: ``sheet`` saves every row, ``row`` those with a payload.
        target: What is exported.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: See ``selected_rows``.

    Source: contract.md 2.5, "fails only if 0 items were saved and at least 1 failed".
    """
    rows = _rows(document, scope, target, tenant)
    return exporter == "row" and bool(rows) and all(row.data is None for row in rows)


def rows_by_path(
    document: Mapping[str, object], scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> dict[str, int]:
    """Return which row each label and each original belongs to, so that a difference can name it.

    Args:
        document: A seed document.
        scope: The export's filter.
        target: What is exported.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: See ``selected_rows``.
    """
    rows = _rows(document, scope, target, tenant)
    labels = {f"labels/{name}": row for row, name in _label_paths(rows).items()}
    return labels | {f"origin_files/{name}": row for row, name in _original_paths(rows).items()}
