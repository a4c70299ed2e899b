"""Slim lists and their bulk calls: what tasks, assignments and ground-truth events of v2 have in common.

A slim list has rows without payload; the bulk call has whole rows for up to 200 keys (contract.md 3.1 and 6).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sdk.clients.errors import FilterError, ResponseError
from sdk.clients.lists import is_nothing
from sdk.clients.pagination import Page, Row, unwrapped, walk_pages, with_page_retries
from sdk.clients.query import Repeated
from sdk.clients.retry import PagePolicy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdk.clients.transport import Transport

Rows = list[Row]  # inside a class with a method ``list`` the name is taken
BULK_LIMIT = 200  # contract.md 3.1: more keys are answered with 400 ids_limit_exceeded
PER_PAGE = 200  # contract.md 3.1


class SlimList:
    """One list of the v2 API.

    Attributes:
        path: Its path.
        filters: Every key that it declares in the OpenAPI file; it ignores all others in silence.
        repeated: Those of them that are sent once for each value; any other list is a comma list.
        sort: Its unique ordering; ``None`` for a list that cannot be told.

    Args:
        transport: The backend.
    """

    path: ClassVar[str]
    filters: ClassVar[tuple[str, ...]]
    repeated: ClassVar[frozenset[str]] = frozenset()
    sort: ClassVar[str | None] = "-id"

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(
        self, *, sort: str | None = None, per_page: int = PER_PAGE, policy: PagePolicy | None = None, **filters: Any
    ) -> Iterator[Row]:
        """Return slim rows, without payload, in order, page by page as they are asked for.

        Args:
            sort: Ordering; the list's unique one when absent, so that no row comes twice or never.
            per_page: Rows for each request.
            policy: Page retries and throttle; none when absent.
            **filters: Any of ``filters``.

        Raises:
            FilterError: A filter that this list does not declare, or a list of nothing: the backend would ignore it
                and widen the list. Nothing is requested.
        """
        pages = self.list_pages(sort=sort, per_page=per_page, policy=policy, **filters)
        return (row for page in pages for row in page.results)

    def list_pages(
        self, *, sort: str | None = None, per_page: int = PER_PAGE, policy: PagePolicy | None = None, **filters: Any
    ) -> Iterator[Page]:
        """Return the pages of ``list``, one request each, as they are asked for."""
        unknown = sorted(set(filters) - set(self.filters))
        if unknown:
            raise FilterError(
                f"{self.path} ignores {', '.join(unknown)} and would list more than was asked for; "
                f"it knows {', '.join(self.filters)}. Use the v1 list for other filters."
            )
        for name, value in filters.items():
            if is_nothing(value):
                raise FilterError(f"The filter {name!r} is {value!r}, a list of nothing; leave it out to select all.")
        sent = {name: self._sent(name, value) for name, value in filters.items()}
        params = {**sent, "sort": sort or self.sort, "per_page": per_page}
        return walk_pages(self._transport, self.path, params, policy or PagePolicy(), tokens=True)

    def _sent(self, name: str, value: object) -> object:
        if name in self.repeated and isinstance(value, set | frozenset):
            return Repeated(sorted(value))
        return Repeated(value) if name in self.repeated and isinstance(value, list | tuple) else value


class BulkList(SlimList):
    """A slim list with a bulk call.

    Attributes:
        key: Field that identifies a row.
        bulk_path: Path of the bulk call.
        bulk_field: Field of its body that holds the keys.
    """

    key: ClassVar[str] = "id"
    bulk_path: ClassVar[str]
    bulk_field: ClassVar[str] = "ids"

    def bulk(self, keys: Sequence[int], *, response_mode: str = "presigned", policy: PagePolicy | None = None) -> Rows:
        """Return whole rows for some keys.

        Args:
            keys: At most 200; unknown ones have no row in the answer.
            response_mode: ``presigned`` for links to large payloads, ``inline`` for the payloads.
            policy: Retries; none when absent. A lost answer is asked for again, since this only reads.

        Returns:
            Rows in the order of the answer; the caller compares their keys with those asked for.

        Raises:
            ValueError: More than 200 keys, or one twice; nothing is requested.
            ResponseError: A row without key, one that was not asked for, or one that comes twice.
        """
        if len(keys) > BULK_LIMIT or len(set(keys)) != len(keys):
            raise ValueError(
                f"{self.bulk_path} takes up to {BULK_LIMIT} different {self.bulk_field}, "
                f"not {len(keys)} ({len(set(keys))} different)"
            )
        if not keys:
            return []
        rules = policy or PagePolicy()

        def ask() -> object:
            return self._transport.request(
                "POST",
                self.bulk_path,
                params={"response_mode": response_mode},
                json={self.bulk_field: list(keys)},
                timeouts=rules.timeouts,
            )

        return bulk_rows(with_page_retries(self._transport, rules, ask, repeatable=True), set(keys), self.key)


class FetchedList(BulkList):
    """A slim list whose bulk call is named ``bulk_fetch``."""

    def bulk_fetch(
        self, ids: Sequence[int], *, response_mode: str = "presigned", policy: PagePolicy | None = None
    ) -> Rows:
        """Return whole rows for some ids; see ``bulk``."""
        return self.bulk(ids, response_mode=response_mode, policy=policy)


def bulk_rows(body: object, asked: set[int], key: str = "id") -> Rows:
    """Return the rows of a bulk answer after a look at their keys.

    Args:
        body: The answer.
        asked: Keys that it was asked for.
        key: Field that identifies a row.

    Raises:
        ResponseError: A row without key, one that was not asked for, or one that comes twice.
    """
    rows = unwrapped(body)
    if isinstance(rows, dict):
        rows = rows.get("results", rows.get("data"))
    if not isinstance(rows, list):
        raise ResponseError("The bulk answer holds no list of rows.")
    seen: set[int] = set()
    for row in rows:
        found = row.get(key) if isinstance(row, dict) else None
        if not isinstance(found, int) or found not in asked:
            raise ResponseError(f"The bulk answer holds a row of {key} {found!r}, which was not asked for.")
        if found in seen:
            raise ResponseError(f"The bulk answer holds row {found} twice.")
        seen.add(found)
    return rows
