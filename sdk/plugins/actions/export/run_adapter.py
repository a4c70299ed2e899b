"""The ``run`` attribute of an exporter: logs, progress and metrics by the names that older plugins use."""

from __future__ import annotations

import json
from enum import Enum
from typing import TYPE_CHECKING, Any

from sdk.clock import Clock, SystemClock
from sdk.loggers import BaseLogger, LogLevel
from sdk.plugins.actions.export.metrics import ExportStatus, MetricsRecord

if TYPE_CHECKING:
    from collections.abc import Mapping


_SHOWN = json.JSONEncoder(ensure_ascii=False, default=str)

type Record = MetricsRecord  # the class has an attribute of the same name


class ExporterRunAdapter:
    """Hands what an exporter reports to the logger of the run.

    Args:
        logger: Where reports go.
        clock: What stamps them; the machine's own when none is given.

    Source: export guide, ExporterRunAdapter.
    """

    MetricsRecord = MetricsRecord

    def __init__(self, logger: BaseLogger, clock: Clock | None = None) -> None:
        self._logger = logger
        self._clock = clock or SystemClock()
        self.reporting = True
        """Whether progress and metrics are sent; the save loop switches it, so that not every item is a request."""

    def log_message(self, message: str, level: LogLevel = LogLevel.INFO) -> None:
        """Show a sentence to the user."""
        self._logger.log_message(message, level)

    def log_export_event(self, event: str, item_id: object) -> None:
        """Log an event of one item."""
        self._logger.log(event, {"item_id": item_id})

    def log_dev_event(self, message: str, data: Mapping[str, Any] | None = None, level: object = None) -> None:
        """Log an event for the developer of the plugin.

        Args:
            message: What happened.
            data: Details.
            level: A ``LogLevel``, its value, or ``None`` for info; an older plugin's ``danger`` is a level too.
        """
        self._logger.log("dev_event", {"content": message, **(data or {})}, level=_level(level))

    def set_progress(self, current: int, total: int, step: str | None = None) -> None:
        """Report progress.

        Args:
            current: Items done.
            total: Items to do.
            step: Whose progress it is; the running step's when none is named.
        """
        if self.reporting:
            self._logger.set_progress(current, total, step)

    def log_metrics(self, record: Record, category: str | None = None, *, step: str | None = None) -> None:
        """Report counts of files.

        Args:
            record: The counts.
            category: What is counted: ``original_file``, ``data_file`` or a name of the plugin's own.
            step: Another spelling of ``category``.
        """
        if self.reporting:
            self._logger.set_metrics(record.to_dict(), category or step or "data_file")

    def export_log_original_file(
        self, item_id: object, file_info: Mapping[str, Any], status: ExportStatus, error: str = ""
    ) -> None:
        """Log what became of an item's original file.

        Args:
            item_id: The item's id.
            file_info: ``{"file_name": ...}`` and what else the plugin wants to show.
            status: What became of it.
            error: Why it failed; blank when it did not.
        """
        self._log_file("export_original_file", item_id, file_info, status, error)

    def export_log_data_file(
        self, item_id: object, file_info: Mapping[str, Any], status: ExportStatus, error: str = ""
    ) -> None:
        """Log what became of an item's data file; arguments as for originals."""
        self._log_file("export_data_file", item_id, file_info, status, error)

    def end_log(self) -> None:
        """Finish the log."""
        self._logger.finish()

    def _log_file(
        self, event: str, item_id: object, file_info: Mapping[str, Any], status: ExportStatus, error: str
    ) -> None:
        entry = {
            "target_id": item_id,
            "data_file_info": _SHOWN.encode(file_info),
            "status": ExportStatus(status).value,
            "error": error,
            "created": self._clock.now().isoformat(),
        }
        self._logger.log(event, entry)


def _level(level: object) -> LogLevel:
    try:
        return LogLevel(str(level.value if isinstance(level, Enum) else level))
    except ValueError:
        return LogLevel.INFO
