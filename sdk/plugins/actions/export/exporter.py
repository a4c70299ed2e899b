"""The exporter: the part of an export that plugins write, as a class with hooks.

Hooks, in the order in which an export calls them:

    setup_output_directories   once
    before_convert, convert_data, after_convert, process_file_saving   for each item, in descending order of id
    save_original_file, save_as_json   by ``process_file_saving``, for each item
    additional_file_saving     once, after the last item

Source: export guide, Template-Based Export with BaseExporter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdk.errors import SdkError
from sdk.plugins.actions.export.conversion import converted
from sdk.plugins.actions.export.failures import FailureLog, write_failures
from sdk.plugins.actions.export.metrics import ExportStatus, MetricsRecord
from sdk.plugins.actions.export.names import NameBook, label_name, leaf
from sdk.plugins.actions.export.run_adapter import ExporterRunAdapter
from sdk.plugins.actions.export.writing import encoded, ensure_free, failure_of_row, write_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdk.plugins.actions.export.originals import OriginalSource
    from sdk.plugins.actions.export.rows import Item
    from sdk.plugins.context import RuntimeContext

type ErrorList = list[list[str]] | FailureLog
"""Failures as ``[name, message]``, in the order of the items; to be appended to."""

LABELS = "labels"
ORIGINALS = "origin_files"
ERROR_FILE = "error_file_list.json"
NO_FILE = "file information missing"
NO_DATA = "data is Null"


class BaseExporter:
    """Saves each item as a JSON file, and its original beside it; plugins override what they do otherwise.

    Args:
        ctx: Runtime context of the run.
        export_items: The items, one by one; reading them fetches them.
        path_root: Directory that becomes the export: what is written below it is published when all went well.
        **params: Of the export: ``name``, ``description``, ``storage``, ``save_original_file``, ``path``, ``target``,
            ``filter``, ``extra_params``, ``count``, ``project_id``, ``configuration``.
    """

    def __init__(self, ctx: RuntimeContext, export_items: Iterator[Item], path_root: Path | str, **params: Any) -> None:
        self.ctx = ctx
        self.export_items = export_items
        self.path_root = Path(path_root)
        self.params = params
        self.run = ExporterRunAdapter(ctx.logger, ctx.clock)
        self.output_paths: dict[str, Path] = {}
        self._item: Mapping[str, Any] = {}
        self._directories: set[Path] = set()
        self._names: NameBook | None = None
        self._originals: OriginalSource | None = None

    # -- hooks ---------------------------------------------------------------------------------------------------

    def setup_output_directories(self, unique_export_path: Path, save_original_file_flag: bool) -> dict[str, Path]:  # noqa: FBT001 (the guide's signature)
        """Make the directories that files are saved in.

        Args:
            unique_export_path: The export's own directory.
            save_original_file_flag: Whether originals are saved.

        Returns:
            ``label_output_path`` and, with originals, ``origin_files_output_path``; the default saving uses these.
        """
        paths = {"label_output_path": unique_export_path / LABELS}
        if save_original_file_flag:
            paths["origin_files_output_path"] = unique_export_path / ORIGINALS
        for path in paths.values():
            path.mkdir(parents=True, exist_ok=True)
        return paths

    def before_convert(self, data: Item) -> Item:
        """Prepare an item for conversion; the default hands it on."""
        return data

    def convert_data(self, data: Item) -> Item:
        """Convert an item; the default hands it on."""
        return data

    def after_convert(self, data: Item) -> Item:
        """Finish a converted item; the default hands it on."""
        return data

    def process_file_saving(  # noqa: PLR0917 (the guide's signature)
        self,
        final_data: Item,
        unique_export_path: Path,
        save_original_file_flag: bool,  # noqa: FBT001 (the guide's signature)
        errors_json_file_list: ErrorList,
        errors_original_file_list: ErrorList,
        original_file_metrics_record: MetricsRecord,
        data_file_metrics_record: MetricsRecord,
        no: int,
    ) -> bool:
        """Save the files of one item: its original if asked for, then its JSON.

        Args:
            final_data: The converted item.
            unique_export_path: The export's own directory.
            save_original_file_flag: Whether originals are saved.
            errors_json_file_list: Takes JSON files that failed.
            errors_original_file_list: Takes originals that failed.
            original_file_metrics_record: Counts originals.
            data_file_metrics_record: Counts JSON files.
            no: Number of the item, from 1.

        Returns:
            Whether the item counts as exported: its JSON was saved. A failed original does not stop that.
        """
        self.run.set_progress(no, int(self.params.get("count") or 0))
        if save_original_file_flag:
            folder = self.output_paths.get("origin_files_output_path", unique_export_path / ORIGINALS)
            original_file_metrics_record.count(self.save_original_file(final_data, folder, errors_original_file_list))
            self.run.log_metrics(original_file_metrics_record, "original_file")
        folder = self.output_paths.get("label_output_path", unique_export_path / LABELS)
        status = self.save_as_json(final_data, folder, errors_json_file_list)
        data_file_metrics_record.count(status)
        self.run.log_metrics(data_file_metrics_record, "data_file")
        return status is not ExportStatus.FAILED

    def save_original_file(self, result: Item, base_path: Path, error_file_list: ErrorList) -> ExportStatus:
        """Save the original file of an item.

        Args:
            result: The converted item; where it has no ``files``, those of the item before conversion count.
            base_path: Directory to save in.
            error_file_list: Takes ``[name, message]`` when it fails.
        """
        row_id, files = self._subject(result)
        url, name = files.get("url"), self.get_original_file_name(files)
        error = ""
        if not url or name is None:
            error = NO_FILE
        else:
            try:
                path = self._claimed(base_path, name, row_id)
                ensure_free(path)  # before anything is fetched
                self._source().fetch(str(url), Path(path), row_id=row_id)
            except (SdkError, OSError, ValueError) as failure:
                error = failure_of_row(failure, row_id)
        shown = name or str(row_id)
        if error:
            error_file_list.append([shown, error])
        status = ExportStatus.FAILED if error else ExportStatus.SUCCESS
        self.run.export_log_original_file(row_id, {"file_name": shown}, status, error)
        return status

    def save_as_json(self, result: Item, base_path: Path, error_file_list: ErrorList) -> ExportStatus:
        """Save the payload of an item as a JSON file named after its original.

        Args:
            result: The converted item: its ``data`` is saved, or all of it where conversion left no ``data``.
            base_path: Directory to save in.
            error_file_list: Takes ``[name, message]`` when it fails.
        """
        row_id, files = self._subject(result)
        name = label_name(self.get_original_file_name(files), row_id)
        data = result.get("data", result)
        error = ""
        if data is None:
            error = NO_DATA
            self.run.log_export_event("NULL_DATA_DETECTED", row_id)
        else:
            try:
                body = encoded(data)
                write_new(self._claimed(base_path, name, row_id), body)
            except (SdkError, OSError, TypeError, ValueError) as failure:  # TypeError: what is no JSON
                error = failure_of_row(failure, row_id)
        if error:
            error_file_list.append([name, error])
        status = ExportStatus.FAILED if error else ExportStatus.SUCCESS
        self.run.export_log_data_file(row_id, {"file_name": name}, status, error)
        return status

    def additional_file_saving(self, unique_export_path: Path) -> None:
        """Save what depends on all items; the default saves nothing more.

        Args:
            unique_export_path: The export's own directory.
        """

    # -- what hooks are made of ----------------------------------------------------------------------------------

    def process_data_conversion(self, export_item: Item) -> Item:
        """Return an item as the three conversion hooks make it.

        Raises:
            ConversionError: One of them returns what is no item.
        """
        row_id = export_item.get("id")
        item = converted(self.before_convert(export_item), "before_convert", row_id)
        item = converted(self.convert_data(item), "convert_data", row_id)
        return converted(self.after_convert(item), "after_convert", row_id)

    def get_original_file_name(self, files: Mapping[str, Any]) -> str | None:
        """Return the name that an item's original is saved under if no other row has it; ``None`` without one."""
        return leaf(files.get("file_name_original"))

    def claim_path(self, directory: Path, name: str, row_id: int) -> Path:
        """Return the path that a row writes in a directory, so that no two rows ever write the same one.

        Args:
            directory: Below the export's own directory.
            name: What the file would be called if the row were alone.
            row_id: The row.

        Raises:
            NameCollisionError: No name can be found.
            OSError: The directory cannot be made, or a file that has to make room cannot be moved.
        """
        return Path(self._claimed(directory, name, row_id))

    def _claimed(self, directory: Path, name: str, row_id: int) -> str:
        """Return the path as text: pathlib keeps each name that it meets for good (cpython's gh-113993, in 3.12)."""
        if directory not in self._directories:
            directory.mkdir(parents=True, exist_ok=True)
            self._directories.add(directory)
        if self._names is None:
            self._names = NameBook()
        folder = str(directory)
        placement = self._names.place(folder, name, row_id)
        for move in placement.moves:
            source = directory / move.old
            if source.exists():  # its row may have failed to write it
                source.rename(directory / move.new)
        return f"{folder}/{placement.name}"

    def attach(self, *, names: NameBook, originals: OriginalSource) -> None:
        """Hand over what one export's exporter works with; the export's steps call this.

        Args:
            names: Index of the names that rows write.
            originals: Where original files come from.
        """
        self._names = names
        self._originals = originals

    def begin(self, item: Mapping[str, Any]) -> None:
        """Say which item comes next, so that saving knows it even when conversion drops its fields."""
        self._item = item

    def save_error_list(self, export_path: Path, labels: ErrorList, originals: ErrorList) -> None:
        """Write what failed to ``error_file_list.json``; nothing failed, nothing is written.

        Args:
            export_path: The export's own directory.
            labels: JSON files that failed.
            originals: Originals that failed.
        """
        if labels or originals:
            with (export_path / ERROR_FILE).open("wb") as sink:
                write_failures(sink, (("json_file_name", labels), ("original_file_name", originals)))

    def _subject(self, result: Mapping[str, Any]) -> tuple[int, Mapping[str, Any]]:
        """Return the row's id and its file, by the converted item if it still has them."""
        row_id = result.get("id", self._item.get("id"))
        files = result.get("files", self._item.get("files"))
        return row_id if isinstance(row_id, int) else self._item.get("id", 0), files if isinstance(files, dict) else {}

    def _source(self) -> OriginalSource:
        if self._originals is None:
            from sdk.clients.originals import OriginalDownloader  # noqa: PLC0415 (an exporter tried out by itself)
            from sdk.plugins.actions.export.originals import RemoteOriginals  # noqa: PLC0415

            client = self.ctx.client
            downloader = OriginalDownloader(clock=self.ctx.clock, base_url=client.base_url if client else None)
            self._originals = RemoteOriginals(downloader)
        return self._originals
