"""The two exporters that the contract suite runs: one shows names and bytes, the other fields and order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export import BaseExporter, ExportAction, ExportStatus

if TYPE_CHECKING:
    from pathlib import Path

    from sdk.plugins.actions.export.exporter import ErrorList


class RowExporter(BaseExporter):
    """One JSON file a row, named after its original: what the SDK does by itself."""


class SheetExporter(BaseExporter):
    """All items in the order in which they come, less ``files.url``, in one file."""

    def __init__(self, *args: Any, **params: Any) -> None:
        super().__init__(*args, **params)
        self._items: list[dict[str, Any]] = []

    def setup_output_directories(self, unique_export_path: Path, save_original_file_flag: bool) -> dict[str, Path]:  # noqa: FBT001 - the guide's signature
        """Make no directory for labels; nothing is written there."""
        paths = super().setup_output_directories(unique_export_path, save_original_file_flag)
        paths["label_output_path"].rmdir()
        return paths

    def save_as_json(self, result: dict[str, Any], base_path: Path, error_file_list: ErrorList) -> ExportStatus:  # noqa: ARG002 - a hook
        """Keep the item for the sheet."""
        files = {name: value for name, value in result["files"].items() if name != "url"}
        self._items.append({**result, "files": files})
        return ExportStatus.SUCCESS

    def additional_file_saving(self, unique_export_path: Path) -> None:
        """Write the sheet."""
        sheet = json.dumps(self._items, ensure_ascii=False, separators=(",", ":"))
        (unique_export_path / "items.json").write_bytes(sheet.encode())


class RowAction(ExportAction):
    """Exports with ``RowExporter``."""

    action_name = "contract_row"

    @property
    def entrypoint(self) -> type[BaseExporter]:
        """The exporter."""
        return RowExporter


class SheetAction(ExportAction):
    """Exports with ``SheetExporter``."""

    action_name = "contract_sheet"

    @property
    def entrypoint(self) -> type[BaseExporter]:
        """The exporter."""
        return SheetExporter
