"""Export items: what ``convert_data`` is handed, the same from either head but for ``files.url``.

    {"id": int, "data": <payload>, "files": {"file_name_original": str, "is_primary": bool, "url": str | None}}

``id`` is the row's key, for ground truth the event's ``pgh_id``. ``files`` describes one file of the data unit, or is
empty when there is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sdk.clients.payloads import is_wrapper
from sdk.plugins.actions.export.errors import BundleLineError
from sdk.storage import UnsafePathError, checked_path

if TYPE_CHECKING:
    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.rows import Item

_DECLARED = ("size", "data_digest")


def export_item(key: int, data: object, files: object) -> Item:
    """Return the item of one row.

    Args:
        key: What identifies the row.
        data: The payload, or the wrapper that stands for it.
        files: The data unit's files as any of the surfaces shows them.
    """
    return _item(key, data, chosen_file(files))


def bundle_item(row: Row, prefix: str) -> Item:
    """Return the item of a bundle's row; a file that the bundle holds is addressed by its path in the storage.

    Args:
        row: ``{id, data, files_manifest}``; ``id`` is the key.
        prefix: The bundle's place in the storage.

    Raises:
        BundleLineError: A file's path would leave the bundle.
    """
    data = row["data"]
    if is_wrapper(data):  # what the line declares beside a wrapper is checked as if it stood in it
        data = {**{name: row[name] for name in _DECLARED if name in row}, **data}
    entry = chosen_file(row.get("files_manifest"))
    item = _item(row["id"], data, entry)
    path = entry.get("bundle_path") if entry is not None else None
    if path:
        try:
            item["files"]["url"] = f"{prefix}/{checked_path(str(path))}"
        except UnsafePathError as error:
            raise BundleLineError(f"Row {row['id']}: its bundle_path {path!r} would leave the bundle.") from error
    return item


def _item(key: int, data: object, entry: Mapping[str, Any] | None) -> Item:
    return {"id": key, "data": data, "files": file_entry(entry)}


def listed_files(row: Row) -> object:
    """Return the files of a row of a v1 list: those of its data unit, where that is expanded, else the row's own.

    Unexpanded, an event still shows all of them and an assignment the chosen one.
    """
    unit = row.get("data_unit")
    if isinstance(unit, dict):
        return unit.get("files")
    return row.get("files") or row.get("files_manifest") or [row.get("file")]


def chosen_file(files: object) -> Mapping[str, Any] | None:
    """Return the first file that is primary, else the first one, else ``None``.

    Args:
        files: Specification to entry, or a list of entries (incidents.md 5, SYN-7255); anything else means none.

    Source: contract.md 2.5, and incidents.md 1, SYN-7229 for the sidecar that comes before the image.
    """
    entries: Sequence[object] = []
    if isinstance(files, Mapping):
        entries = list(files.values())
    elif isinstance(files, list | tuple):
        entries = files
    present = [entry for entry in entries if isinstance(entry, Mapping)]
    return next((entry for entry in present if entry.get("is_primary")), present[0] if present else None)


def file_entry(entry: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the three fields of a file that an item carries; nothing for no file."""
    if entry is None:
        return {}
    return {
        "file_name_original": entry.get("file_name_original") or "",
        "is_primary": bool(entry.get("is_primary")),
        "url": entry.get("url"),
    }
