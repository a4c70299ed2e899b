"""The rows of a scope by the v1 list, which takes every filter: how many, which keys, which of some keys, their files.

A key is what identifies a row of the target: ``id``, or ``pgh_id`` of a ground-truth event.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ClientError
from sdk.clients.query import MAX_QUERY_BYTES, query_bytes
from sdk.plugins.actions.export.filters import OWN_QUERY_BYTES
from sdk.plugins.actions.export.rows import by_key, row_key
from sdk.plugins.actions.export.settings import BULK_LIMIT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row
    from sdk.clients.retry import PagePolicy
    from sdk.plugins.actions.export.filters import Filters
    from sdk.plugins.actions.export.targets import Target


@dataclass(frozen=True)
class Probe:
    """A scope as it was at one instant.

    Args:
        at: When, by the clock of this process.
        count: Its rows; ``None`` when the probe failed, which changes no decision.
        newest: Its highest key; ``None`` when it had no row or the probe failed.
    """

    at: datetime
    count: int | None = None
    newest: int | None = None


@dataclass(frozen=True)
class Listed:
    """A row that is listed.

    Args:
        id: Its key.
        created: When it came into being; ``None`` when the list does not say.
    """

    id: int
    created: datetime | None


@dataclass(frozen=True)
class TargetScope:
    """The rows of one target that a filter selects.

    Args:
        client: The v1 client.
        target: Where the rows are listed.
        filters: Checked filter.
        policy: Page retries and throttle.
        page_size: Rows of a page of keys.
    """

    client: BackendClient
    target: Target
    filters: Filters
    policy: PagePolicy
    page_size: int

    def probe(self) -> Probe:
        """Count the scope without walking it; a failure is an answer too (export guide, gate).

        Source: contract.md 2.2, request 1.
        """
        at = self.client.clock.now()
        query = {**self.filters, "page_size": 1, "ordering": f"-{self.target.key}", "fields": self._probe_fields}
        try:
            page = self.client.page(self.target.list_path, query, policy=None)
        except ClientError:
            return Probe(at)
        first = page.results[0].get(self.target.key) if page.results else None
        return Probe(at, page.count, first if isinstance(first, int) else None)

    def ids(self) -> Iterator[Row]:
        """Yield the scope's rows, keys only, in descending order."""
        return self._walk({"fields": self.target.key}, self.policy)

    @property
    def is_lasting(self) -> bool:
        """Whether no row can come into the scope or leave it while it exists."""
        return self.target.lasting.issuperset(self.filters)

    def listed(self) -> Iterator[Listed]:
        """Yield the scope's rows with their time of creation, in descending order of their keys, without a pause."""
        policy = replace(self.policy, throttle=0.0)
        return map(self._listed, self._walk({"fields": self._probe_fields}, policy))

    def existing(self, ids: Sequence[int]) -> dict[int, Listed]:
        """Return which of some rows exist at all, inside the scope or not.

        Args:
            ids: Any number of keys.

        Raises:
            IntegrityError: The list holds a row twice or one that was not asked for.
        """
        return {number: self._listed(row) for number, row in self.rows(ids, fields=self._probe_fields).items()}

    def rows(self, ids: Sequence[int], **query: object) -> dict[int, Row]:
        """Return rows by key, those that exist, whatever the scope.

        Args:
            ids: Any number of keys; they are asked for in pieces that a query holds.
            **query: Further query parameters: ``fields``, ``expand``, ``response_mode``.

        Raises:
            IntegrityError: The list holds a row twice or one that was not asked for.
        """
        found: dict[int, Row] = {}
        key, lookup = self.target.key, self.target.rows.lookup
        base: dict[str, object] = {"ordering": f"-{key}", "page_size": BULK_LIMIT, **query}
        for piece in pieces(ids, base):
            answer = self.client.walk(self.target.list_path, {**base, lookup: list(piece)}, policy=self.policy)
            found |= by_key(answer, piece, key, f"The list {self.target.list_path}")
        return found

    def _walk(self, fields: Mapping[str, object], policy: PagePolicy) -> Iterator[Row]:
        query = {**self.filters, **fields, "ordering": f"-{self.target.key}", "page_size": self.page_size}
        return self.client.walk(self.target.list_path, query, policy=policy)

    def _listed(self, row: Row) -> Listed:
        number = row_key(row, self.target.key, f"The list {self.target.list_path}")
        return Listed(number, instant(row.get(self.target.created)))

    @property
    def _probe_fields(self) -> tuple[str, str]:
        return self.target.key, self.target.created


def pieces(ids: Sequence[int], base: Mapping[str, object], limit: int = BULK_LIMIT) -> Iterator[Sequence[int]]:
    """Yield ids in runs whose query stays below 10,000 bytes (contract.md 3.2; incidents.md 5, SYN-7408).

    Args:
        ids: The ids, in the order in which to ask.
        base: The query's other parameters.
        limit: The most ids of one run.
    """
    room = MAX_QUERY_BYTES - OWN_QUERY_BYTES - query_bytes(base)
    start = 0
    while start < len(ids):
        size = min(limit, len(ids) - start)
        while size > 1 and query_bytes({"id__in": list(ids[start : start + size])}) > room:
            size = (size + 1) // 2
        yield ids[start : start + size]
        start += size


def instant(value: Any) -> datetime | None:
    """Return the instant that a field of a row spells, aware; ``None`` when it spells none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
