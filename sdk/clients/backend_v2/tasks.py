"""``/v2/tasks/``: the slim list and the bulk fetch (OpenAPI ``task_list``; contract.md 3.1 and 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ResponseError
from sdk.clients.pagination import Page, Row, unwrapped, walk_pages, with_page_retries
from sdk.clients.retry import PagePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdk.clients.transport import Transport

Rows = list[Row]  # inside the class ``list`` is its method
BULK_LIMIT = 200  # contract.md 3.1: more ids are answered with 400 ids_limit_exceeded
PER_PAGE = 200  # contract.md 3.1
TASK_FILTERS = ("project", "is_discarded", "has_data", "schema")  # contract.md 6: all that this list declares


class Tasks:
    """Tasks of the v2 API.

    Args:
        transport: The backend.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, sort: str = "-id", per_page: int = PER_PAGE, policy: PagePolicy | None = None, **filters: Any
    ) -> Iterator[Row]:
        """Return slim rows, without payload, in order, page by page as they are asked for.

        Args:
            sort: Ordering; ``-id`` is unique, so that no row comes twice or never.
            per_page: Rows for each request.
            policy: Page retries and throttle; none when absent.
            **filters: ``project``, ``is_discarded``, ``has_data``, ``schema``.

        Raises:
            ValueError: A filter that this list does not declare: the backend would ignore it and widen the list.
                Nothing is requested.
        """
        pages = self.list_pages(sort=sort, per_page=per_page, policy=policy, **filters)
        return (row for page in pages for row in page.results)

    def list_pages(
        self, *, sort: str = "-id", per_page: int = PER_PAGE, policy: PagePolicy | None = None, **filters: Any
    ) -> Iterator[Page]:
        """Return the pages of ``list``, one request each, as they are asked for."""
        unknown = sorted(set(filters) - set(TASK_FILTERS))
        if unknown:
            raise ValueError(
                f"/v2/tasks/ ignores {', '.join(unknown)} and would list more than was asked for; "
                f"it knows {', '.join(TASK_FILTERS)}. Use the v1 list for other filters."
            )
        params = {**filters, "sort": sort, "per_page": per_page}
        return walk_pages(self._transport, "/v2/tasks/", params, policy or PagePolicy())

    def bulk_fetch(
        self, ids: Sequence[int], *, response_mode: str = "presigned", policy: PagePolicy | None = None
    ) -> Rows:
        """Return whole rows for some ids.

        Args:
            ids: At most 200; unknown ones have no row in the answer.
            response_mode: ``presigned`` for links to large payloads, ``inline`` for the payloads.
            policy: Retries; none when absent. A lost answer is asked for again, since this only reads.

        Returns:
            Rows in the order of the answer; the caller compares their ids with those asked for.

        Raises:
            ValueError: More than 200 ids, or one twice; nothing is requested.
            ResponseError: A row without id, one that was not asked for, or one that comes twice.
        """
        if len(ids) > BULK_LIMIT or len(set(ids)) != len(ids):
            raise ValueError(
                f"bulk_fetch takes up to {BULK_LIMIT} different ids, not {len(ids)} ({len(set(ids))} different)"
            )
        if not ids:
            return []
        rules = policy or PagePolicy()

        def ask() -> object:
            return self._transport.request(
                "POST",
                "/v2/tasks/bulk-fetch/",
                params={"response_mode": response_mode},
                json={"ids": list(ids)},
                timeouts=rules.timeouts,
            )

        return _rows(with_page_retries(self._transport, rules, ask, repeatable=True), set(ids))


def _rows(body: object, asked: set[int]) -> Rows:
    """Return the rows of a bulk answer after a look at their ids."""
    rows = unwrapped(body)
    if isinstance(rows, dict):
        rows = rows.get("results", rows.get("data"))
    if not isinstance(rows, list):
        raise ResponseError("The bulk answer holds no list of rows.")
    seen: set[int] = set()
    for row in rows:
        found = row.get("id") if isinstance(row, dict) else None
        if not isinstance(found, int) or found not in asked:
            raise ResponseError(f"The bulk answer holds a row of id {found!r}, which was not asked for.")
        if found in seen:
            raise ResponseError(f"The bulk answer holds row {found} twice.")
        seen.add(found)
    return rows
