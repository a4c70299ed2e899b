"""Target handlers: what a target's filter may say, and how its rows become items.

Source: export guide, Target Handlers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, override

from sdk.plugins.actions.export.errors import UnsupportedTargetError
from sdk.plugins.actions.export.filters import checked_filters
from sdk.plugins.actions.export.gate import Scope, project_scope
from sdk.plugins.actions.export.items import export_item
from sdk.plugins.actions.export.rows import row_id
from sdk.plugins.actions.export.targets import TASK, Target

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.rows import Item


class ExportTargetHandler(ABC):
    """A source of rows to export. Plugins write one of their own for sources that the backend does not have."""

    @abstractmethod
    def get_results(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Any, int]:
        """Return the rows that a filter selects, as an iterator, and their number.

        Args:
            client: The v1 client.
            filters: What ``validate_filter`` returned.
        """

    @abstractmethod
    def validate_filter(self, filters: dict[str, Any], client: BackendClient | None) -> dict[str, Any]:
        """Return the filter as it is used, before anything is requested.

        Args:
            filters: The export's filter.
            client: The v1 client, if the run has one.

        Raises:
            Exception: Whatever says best what is wrong with the filter.
        """

    @abstractmethod
    def get_export_item(self, results: Any) -> Iterator[Item]:
        """Yield an item for each row of the results.

        Args:
            results: The iterator of ``get_results``.
        """

    def native_target(self) -> Target | None:
        """Return the target whose rows the heads may gather themselves; ``None`` calls ``get_results``."""
        return None

    def delegation_scope(self, filters: dict[str, Any]) -> Scope | None:
        """Return what a server-side job would be confined to; ``None`` when there can be no such job."""
        del filters
        return None


class TaskExportTargetHandler(ExportTargetHandler):
    """Tasks."""

    @override
    def get_results(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]:
        return client.get_tasks(filters)

    @override
    def validate_filter(self, filters: dict[str, Any], client: BackendClient | None) -> dict[str, Any]:
        del client
        return dict(checked_filters(TASK, filters))

    @override
    def get_export_item(self, results: Iterable[Row]) -> Iterator[Item]:
        for row in results:
            unit = row.get("data_unit")
            files = unit.get("files") if isinstance(unit, dict) else row.get("files_manifest")
            yield export_item(row_id(row, "The list of tasks"), row.get("data"), files)

    @override
    def native_target(self) -> Target | None:
        own = TaskExportTargetHandler
        kept = type(self).get_results is own.get_results and type(self).get_export_item is own.get_export_item
        return TASK if kept else None  # a plugin that replaces either wants its own rows

    @override
    def delegation_scope(self, filters: dict[str, Any]) -> Scope | None:
        return project_scope(filters) if self.native_target() is not None else None


class TargetHandlerFactory:
    """Finds the handler of a target."""

    @staticmethod
    def get_handler(target: str) -> ExportTargetHandler:
        """Return the handler of a target.

        Args:
            target: As in ``ExportParams.target``.

        Raises:
            UnsupportedTargetError: There is none.
        """
        if target == TASK.name:
            return TaskExportTargetHandler()
        known = " yet" if target in {"assignment", "ground_truth"} else ""
        raise UnsupportedTargetError(f"The export target {target!r} is not supported{known}; 'task' is.")
