"""The rows of one v1 list that a caller's filter selects: counted, walked, and with their payloads in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.errors import PayloadError
from sdk.clients.lists import OPTIONS
from sdk.clients.payloads import PayloadFetcher
from sdk.clients.retry import PagePolicy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sdk.clients.backend.requesting import RequestingClient
    from sdk.clients.lists import RowList
    from sdk.clients.pagination import Page, Params, Row

ID_PAGE_SIZE = 1000  # contract.md 3.2: the most that a caller may ask for


class SelectedRows:
    """What a filter selects from a list.

    Payloads are asked for as links and downloaded in parallel (export guide, presigned bulk), so ``data`` is always
    the payload itself; ``response_mode=inline`` sends them through the API.

    Args:
        client: Sends the requests.
        source: The list.
        filters: Filters and options of the caller; options win over the defaults.

    Raises:
        FilterError: A key that the list does not take, or a list of nothing; nothing is sent.
    """

    def __init__(self, client: RequestingClient, source: RowList, filters: Params | None) -> None:
        self._client = client
        self._list = source
        self._given = source.checked(filters or {})

    def count(self) -> int:
        """Return how many rows there are.

        Raises:
            ClientError: They cannot be counted; zero would be a lie.
        """
        filters = {name: value for name, value in self._given.items() if name not in OPTIONS}
        key = self._list.key
        counted = self._client.page(
            self._list.path, {**filters, "fields": key, "page_size": 1}, policy=PagePolicy.single_read()
        ).count
        if counted is not None:
            return counted
        ids = {**filters, "fields": key, "ordering": f"-{key}", "page_size": ID_PAGE_SIZE}
        return sum(1 for _ in self._client.walk(self._list.path, ids, policy=self._policy))

    def walk(self) -> Iterator[Row]:
        """Yield the rows, the highest key first, page by page as they are asked for; before that nothing is sent."""
        return self._resolved(self._client.walk(self._list.path, self._options, policy=self._policy))

    def page(self) -> Page:
        """Return one page, by number unless the caller asks for a cursor."""
        page = self._client.page(self._list.path, self._options)
        return type(page)(list(self._resolved(page.results)), page.next, page.previous, page.count)

    @property
    def _policy(self) -> PagePolicy:
        return PagePolicy.export_default(self._list.throttle)

    @property
    def _options(self) -> dict[str, Any]:
        return {
            "expand": "data_unit",
            "page_size": self._list.page_size,
            "ordering": f"-{self._list.key}",
            "response_mode": "presigned",
            **self._given,
        }

    def _resolved(self, rows: Iterable[Row]) -> Iterator[Row]:
        with PayloadFetcher(clock=self._client.clock) as fetcher:
            yield from fetcher.resolve(rows, reissue=self._payload, id_key=self._list.key)

    def _payload(self, row: Row) -> object:
        """Return a row's ``data`` anew, after its link has run out."""
        key = self._list.key
        number = row.get(key)
        if number is not None:
            query = {self._list.lookup: number, "fields": (key, "data"), "response_mode": "presigned"}
            for found in self._client.page(self._list.path, query).results:
                if found.get(key) == number:
                    return found.get("data")
        raise PayloadError(
            f"Row {number}: its payload's link has run out, and the row is not listed any more.", row_id=number
        )
