"""Target handlers: what a target's filter may say, and how its rows become items.

Source: export guide, Target Handlers.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, override

from sdk.plugins.actions.export.filters import checked_filters
from sdk.plugins.actions.export.gate import Scope, project_scope, version_scope
from sdk.plugins.actions.export.items import export_item, listed_files
from sdk.plugins.actions.export.rows import row_key
from sdk.plugins.actions.export.targets import ASSIGNMENT, GROUND_TRUTH, TASK, Target

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


class _RowsOfTheBackend(ExportTargetHandler):
    """A target that the backend has.

    Attributes:
        target: Which one.
    """

    target: ClassVar[Target]

    @override
    def get_results(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]:
        return self._listed(client, filters)

    @override
    def validate_filter(self, filters: dict[str, Any], client: BackendClient | None) -> dict[str, Any]:
        del client
        return dict(checked_filters(self.target, filters))

    @override
    def get_export_item(self, results: Iterable[Row]) -> Iterator[Item]:
        for row in results:
            number = row_key(row, self.target.key, f"The list {self.target.list_path}")
            yield export_item(number, row.get("data"), listed_files(row))

    @override
    def native_target(self) -> Target | None:
        own = _RowsOfTheBackend
        kept = type(self).get_results is own.get_results and type(self).get_export_item is own.get_export_item
        return self.target if kept else None  # a plugin that replaces either wants its own rows

    @override
    def delegation_scope(self, filters: dict[str, Any]) -> Scope | None:
        return self._scope(filters) if self.native_target() is not None else None

    @abstractmethod
    def _listed(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]: ...

    def _scope(self, filters: dict[str, Any]) -> Scope | None:
        return project_scope(filters)


class TaskExportTargetHandler(_RowsOfTheBackend):
    """Tasks."""

    target = TASK

    @override
    def _listed(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]:
        return client.get_tasks(filters)


class AssignmentExportTargetHandler(_RowsOfTheBackend):
    """Assignments."""

    target = ASSIGNMENT

    @override
    def _listed(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]:
        return client.get_assignments(filters)


class GroundTruthExportTargetHandler(_RowsOfTheBackend):
    """Ground-truth events of dataset versions.

    An item is called by the event's ``pgh_id``; several events share the ``id`` of their ground truth.
    """

    target = GROUND_TRUTH

    @override
    def _listed(self, client: BackendClient, filters: dict[str, Any]) -> tuple[Iterator[Row], int]:
        return client.get_ground_truth_events(filters)

    @override
    def _scope(self, filters: dict[str, Any]) -> Scope | None:
        return version_scope(filters)
