"""``/v2/tasks/``: the slim list and the bulk fetch (OpenAPI ``task_list``; contract.md 3.1 and 6)."""

from __future__ import annotations

from sdk.clients.backend_v2.slim import FetchedList


class Tasks(FetchedList):
    """Tasks of the v2 API."""

    path = "/v2/tasks/"
    filters = ("project", "is_discarded", "has_data", "schema")
    bulk_path = "/v2/tasks/bulk-fetch/"
