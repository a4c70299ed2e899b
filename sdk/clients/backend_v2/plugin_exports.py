"""``/v2/plugin_exports/``: exports that the backend runs (contract.md 2.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ResponseError
from sdk.clients.pagination import Row, row_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sdk.clients.transport import Transport


class PluginExports:
    """Delegated exports of the v2 API.

    Args:
        transport: The backend.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self,
        *,
        storage_id: int,
        path: str,
        targets: Sequence[str] = ("task",),
        include_original_files: bool = True,
        format: str = "raw_bundle_v1",  # noqa: A002  (the API's own word)
        requires_source: bool = True,
        project_id: int | None = None,
        filter: Mapping[str, Any] | None = None,  # noqa: A002  (the API's own word)
        chunk_size: int | None = None,
        ray_job_id: str | None = None,
    ) -> Row:
        """Start an export that writes its rows as a bundle into a storage.

        It is sent once, whatever happens, since a second one would be a second job; ``JobRequest.enqueue`` looks for
        the job before it asks again.

        Args:
            storage_id: Storage to write to.
            path: Directory of the export, relative to the storage's root.
            targets: ``task``, ``assignment`` or ``ground_truth``.
            include_original_files: Whether to copy the original files as well.
            format: Form of the bundle.
            requires_source: Whether the exporter needs the original, even if it does not save it.
            project_id: Project of the rows; left out for ground truth.
            filter: Which rows; left out when empty.
            chunk_size: Rows for each part, the server's choice when absent.
            ray_job_id: Job that this export belongs to.

        Returns:
            The answer: ``job_id``, ``status``, ``targets`` and more.

        Raises:
            ResponseError: The answer names no job.
        """
        body: dict[str, Any] = {
            "storage_id": storage_id,
            "path": path,
            "targets": list(targets),
            "include_original_files": include_original_files,
            "format": format,
            "requires_source": requires_source,
        }
        optional = {"project_id": project_id, "chunk_size": chunk_size, "ray_job_id": ray_job_id}
        body |= {key: value for key, value in optional.items() if value is not None}
        if filter:
            body["filter"] = dict(filter)
        row = row_of(self._transport.request("POST", "/v2/plugin_exports/", json=body, once=True), what="a new export")
        if not isinstance(row.get("job_id"), str) or not row["job_id"]:
            raise ResponseError("The answer to a new export names no job_id.", detail=row)
        return row
