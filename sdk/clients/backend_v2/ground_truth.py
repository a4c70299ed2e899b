"""Ground truth of v2: datasets, and the events that are exported (contract.md 2.2, 3.1 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.clients.backend_v2.slim import BulkList, Rows, SlimList
from sdk.clients.pagination import Row, row_of
from sdk.clients.reading import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdk.clients.retry import PagePolicy


class GroundTruthEvents(BulkList):
    """``/v2/ground-truth-events/`` (OpenAPI ``ground_truth_event_list``); a row is identified by ``pgh_id``."""

    path = "/v2/ground-truth-events/"
    filters = ("ground_truth_dataset", "ground_truth_dataset_version", "project", "pgh_obj_id__in")
    sort = "-pgh_id"
    key = "pgh_id"
    bulk_path = "/v2/ground-truth-events/bulk-data/"
    bulk_field = "pgh_ids"

    def bulk_data(
        self, pgh_ids: Sequence[int], *, response_mode: str = "presigned", policy: PagePolicy | None = None
    ) -> Rows:
        """Return whole rows for some events; see ``bulk``."""
        return self.bulk(pgh_ids, response_mode=response_mode, policy=policy)


class GroundTruthDatasets(SlimList):
    """``/v2/ground-truth-datasets/`` (OpenAPI ``ground_truth_dataset_list``)."""

    path = "/v2/ground-truth-datasets/"
    filters = ("project",)
    sort = None

    def retrieve(self, dataset_id: int) -> Row:
        """Return a dataset: ``id``, ``name``, ``tenant_id``, ``project_id`` (``None`` for one without project)."""
        body = read(self._transport, "GET", f"{self.path}{dataset_id}/")
        return row_of(body, what=f"ground truth dataset {dataset_id}")
