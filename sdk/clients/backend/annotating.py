"""What pre-annotation asks of v1: collections, single tasks and data units, and the one write (contract.md 4 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sdk.clients.backend.requesting import RequestingClient
from sdk.clients.pagination import Row, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class AnnotatingClient(RequestingClient):
    """Reads what a task shows, and writes what a task holds."""

    def get_data_collection(self, collection_id: int) -> Row:
        """Return a data collection with its ``file_specifications``: ``name``, ``file_type``, ``is_primary``."""
        body = self.read(f"/data_collections/{collection_id}/", {"expand": "file_specifications"})
        return row_of(body, what=f"data collection {collection_id}")

    def get_task(self, task_id: int, *, fields: Sequence[str] = (), expand: Sequence[str] = ()) -> Row:
        """Return a task.

        Args:
            task_id: Its id.
            fields: Fields to answer with; none means all.
            expand: Relations to show in full, ``data_unit`` for example.
        """
        params = {name: list(values) for name, values in (("fields", fields), ("expand", expand)) if values}
        return row_of(self.read(f"/tasks/{task_id}/", params), what=f"task {task_id}")

    def get_data_unit(self, unit_id: int) -> Row:
        """Return a data unit with its ``files``: by specification, or as a list."""
        return row_of(self.read(f"/data_units/{unit_id}/", {"expand": "files"}), what=f"data unit {unit_id}")

    def annotate_task(
        self,
        task_id: int,
        data: Mapping[str, object],
        *,
        action: Literal["save", "submit"] = "submit",
        schema: Literal["any", "dm_schema_v1"] | None = None,
    ) -> object:
        """Store the annotations of a task: sent once, because a write whose answer is lost may have been done.

        Whoever wants to send it again looks the task up first (incidents.md 4, SYN-7486).

        Args:
            task_id: Id of the task.
            data: What it is to hold.
            action: ``submit``, or ``save`` for a draft.
            schema: What the backend checks the data against; its own choice when absent.

        Returns:
            The backend's answer.
        """
        path = f"/tasks/{task_id}/annotate_task_data/"
        body = {"action": action, "data": dict(data)}
        params = {"schema": schema} if schema else None
        return self._transport.request("PUT", path, params=params, json=body, once=True)
