"""What every call of the v1 client is made of: a request by its verb, a page, a walk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.connected import ConnectedClient
from sdk.clients.errors import ClientError
from sdk.clients.pagination import Page, Params, Row, fetch_page, walk_pages
from sdk.clients.reading import read
from sdk.clients.retry import PagePolicy, Timeouts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.clients.transport import Transport
    from sdk.clock import Clock


class RequestingClient(ConnectedClient):
    """Requests to any path of v1; what a caller sends through these methods is sent as it is.

    Args:
        transport: Carries every request; its clock waits between attempts and pages.
    """

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.clock: Clock = transport.clock

    def get(self, path: str, params: Params | None = None, *, timeouts: Timeouts | None = None) -> Any:
        """Send a GET and return its decoded body."""
        return self._transport.request("GET", path, params=params, timeouts=timeouts)

    def read(self, path: str, params: Params | None = None) -> Any:
        """Send a GET for one thing and return its decoded body; again after 429 and 5xx, see ``reading``."""
        return read(self._transport, "GET", path, params=params)

    def post(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a POST and return its decoded body."""
        return self._transport.request("POST", path, json=json, params=params)

    def patch(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a PATCH and return its decoded body."""
        return self._transport.request("PATCH", path, json=json, params=params)

    def put(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a PUT and return its decoded body."""
        return self._transport.request("PUT", path, json=json, params=params)

    def page(self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None) -> Page:
        """Return one page of a list.

        Args:
            path: Path of the list, for example ``sdk/tasks``.
            params: Filters and options.
            policy: Page retries; none when absent.
        """
        return fetch_page(self._transport, path, params, policy or PagePolicy())

    def walk_pages(
        self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None, cursor: bool = True
    ) -> Iterator[Page]:
        """Yield the pages of a list, one request each, as they are asked for.

        Args:
            path: Path of the list.
            params: Filters and options of the first page; ``next`` links carry them on.
            policy: Page retries and throttle; none when absent.
            cursor: Ask for ``pagination=cursor`` unless ``params`` says otherwise.
        """
        given = dict(params or {})
        if cursor:
            given.setdefault("pagination", "cursor")
        return walk_pages(self._transport, path, given, policy or PagePolicy())

    def walk(
        self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None, cursor: bool = True
    ) -> Iterator[Row]:
        """Yield the rows of a list; see ``walk_pages``."""
        for page in self.walk_pages(path, params, policy=policy, cursor=cursor):
            yield from page.results

    def count(self, path: str, filters: Params | None = None) -> int | None:
        """Return how many rows a list has, by a page of one row.

        Args:
            path: Path of the list.
            filters: Filters.

        Returns:
            The count; ``None`` when the backend does not say it or the request fails, whatever the failure.
        """
        try:
            return self.page(path, {**(filters or {}), "page_size": 1}).count
        except ClientError:
            return None
