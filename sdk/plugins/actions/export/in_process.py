"""The in-process head: ids first, without a count, then the rows in chunks.

Ids come from the v2 list when it declares every key of the filter, else from the v1 keyset list. The rows of a chunk
come from the v2 bulk call, their files from the v1 list; without a v2 client both come from the v1 list. Chunks are
fetched as they are consumed. An id is the target's key: for ground truth the event's ``pgh_id``.

Source: contract.md 3.1 and 3.2; export guide, large-volume resilient export.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sdk.plugins.actions.export.errors import IntegrityError, MissingRowsError, RepeatedRowError, named
from sdk.plugins.actions.export.items import chosen_file, export_item, file_entry, listed_files
from sdk.plugins.actions.export.rows import Item, by_key, row_key

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.clients.pagination import Row
    from sdk.clients.payloads import PayloadFetcher
    from sdk.plugins.actions.export.scope import TargetScope
    from sdk.plugins.actions.export.targets import Target

type Ids = array[int]


def unheard(found: int) -> None:
    """Take a number of ids and do nothing."""
    del found


GONE: Final = object()
"""Stands for the payload of a row that was deleted while its payload was under way."""


@dataclass
class RowSource:
    """Rows of a scope, fetched by this process; a delegated export asks it for what its bundle has no more.

    Args:
        scope: The rows, by the v1 list.
        v2_client: The v2 client; ``None`` keeps to v1.
        bulk_size: Rows of a chunk.
        heard: Told the number of ids found so far, on every one.
    """

    scope: TargetScope
    v2_client: BackendV2Client | None
    bulk_size: int
    heard: Callable[[int], None] = unheard
    removed: list[int] = field(default_factory=list)
    """Rows that were listed and deleted before they were fetched."""
    _never_came: int = field(default=0, init=False)

    def collect_ids(self) -> Ids:
        """Return the keys of the scope in descending order, eight bytes each.

        Raises:
            RepeatedRowError: The list holds a row twice.
            ClientError: A page cannot be had.
        """
        query = self._target.v2_query(self.scope.filters)
        if self.v2_client is not None and query is not None:
            slim = self._target.v2_rows(self.v2_client)
            options: dict[str, Any] = {"per_page": self.bulk_size, "policy": self.scope.policy, **query}
            rows = slim.list(**options)
        else:
            rows = self.scope.ids()
        return descending(rows, self.heard, self._target.key)

    def items(self, ids: Ids, fetcher: PayloadFetcher) -> Generator[Item, None, None]:
        """Yield the items of some rows in their order; rows that are deleted meanwhile go to ``removed``.

        Args:
            ids: The rows, in descending order.
            fetcher: What downloads externalised payloads, in parallel and in order.

        Raises:
            IntegrityError: An answer leaves out a row that exists, repeats one or holds a foreign one.
            PayloadError: A payload cannot be had or is not what was declared.
            ClientError: A chunk cannot be had.
        """
        due = len(ids)
        came = 0
        for item in fetcher.resolve(self._chunks(ids), reissue=self.payload):
            came += 1
            if item["data"] is GONE:
                self.removed.append(item["id"])
            else:
                yield item
        missing = due - came - self._never_came
        if missing:
            raise IntegrityError(f"{due} rows were listed, but {missing} of them were neither exported nor removed.")

    def payload(self, row: Item) -> object:
        """Return an item's present ``data``, after its URL has run out; ``GONE`` when the row has."""
        if self.v2_client is not None:
            found = self._bulk_rows(self.v2_client, [row["id"]])
        else:
            found = self.scope.rows([row["id"]], fields=(self._target.key, "data"), response_mode="presigned")
        if row["id"] in found:
            return found[row["id"]].get("data")
        self._ensure_gone([row["id"]], "the bulk answer")
        return GONE

    def file_url(self, row: int) -> str | None:
        """Return the present URL of a row's original, after the one in its item has run out."""
        found = self.scope.rows([row], **self._files())
        url = file_entry(chosen_file(listed_files(found.get(row, {})))).get("url")
        return str(url) if url else None

    def _chunks(self, ids: Ids) -> Iterator[Item]:
        clock = self.scope.client.clock
        answered = 0.0
        for start in range(0, len(ids), self.bulk_size):
            if start:  # back-pressure between bulk calls (export guide, bounded retry); saving rows is a rest as well
                clock.sleep(max(0.0, self.scope.policy.throttle - (clock.monotonic() - answered)))
            chunk = list(ids[start : start + self.bulk_size])
            items = list(self._whole(chunk) if self.v2_client is None else self._bulk(self.v2_client, chunk))
            answered = clock.monotonic()
            yield from items

    def _bulk(self, client: BackendV2Client, chunk: Sequence[int]) -> Iterator[Item]:
        rows = self._bulk_rows(client, chunk)
        self._note_removed([number for number in chunk if number not in rows], "the bulk answer")
        present = [number for number in chunk if number in rows]
        if all(isinstance(row.get("files_manifest"), dict) for row in rows.values()):
            files = {number: row["files_manifest"] for number, row in rows.items()}
        else:  # null in the real backend (contract.md 6)
            listed = self.scope.rows(present, **self._files())
            self._note_removed([number for number in present if number not in listed], "the list of files")
            files = {number: listed_files(row) for number, row in listed.items()}
        for number in present:
            if number in files:
                yield export_item(number, rows[number].get("data"), files[number])

    def _bulk_rows(self, client: BackendV2Client, chunk: Sequence[int]) -> dict[int, Row]:
        answer = self._target.v2_rows(client).bulk(chunk, response_mode="presigned", policy=self.scope.policy)
        return by_key(answer, chunk, self._target.key, "The bulk answer")

    def _files(self, *more: str) -> dict[str, Any]:
        """Return what asks the v1 list for the files of rows, and for further fields."""
        return {"fields": (self._target.key, *more, "data_unit"), "expand": ["data_unit"]}

    @property
    def _target(self) -> Target:
        return self.scope.target

    def _whole(self, chunk: Sequence[int]) -> Iterator[Item]:
        rows = self.scope.rows(chunk, **self._files("data"), response_mode="presigned")
        self._note_removed([number for number in chunk if number not in rows], "the list")
        for number in chunk:
            if number in rows:
                yield export_item(number, rows[number].get("data"), listed_files(rows[number]))

    def _note_removed(self, missing: Sequence[int], source: str) -> None:
        if missing:
            self._ensure_gone(missing, source)
            self.removed.extend(missing)
            self._never_came += len(missing)

    def _ensure_gone(self, missing: Sequence[int], source: str) -> None:
        """Look rows up that an answer left out: gone is deleted, anything else a loss (incidents.md 6.4)."""
        existing = self.scope.existing(missing)
        left = [number for number in missing if number in existing]
        if left:
            raise MissingRowsError(
                f"Row(s) {named(left)} are missing from {source}, although the list still holds them."
            )


def descending(rows: Iterable[Row], heard: Callable[[int], None] = unheard, key: str = "id") -> Ids:
    """Return the keys of rows in descending order.

    Args:
        rows: Slim rows of a list, normally in that order already.
        heard: Told the number of keys found so far, on every one.
        key: Field that identifies a row.

    Raises:
        RepeatedRowError: A key comes twice.
    """
    ids: Ids = array("q")
    ordered = True
    for row in rows:
        number = row_key(row, key, "The list of ids")
        ordered = ordered and (not ids or number < ids[-1])
        ids.append(number)
        heard(len(ids))
    if ordered:
        return ids
    ids = array("q", sorted(ids, reverse=True))
    for place in range(1, len(ids)):
        if ids[place] == ids[place - 1]:
            raise RepeatedRowError(f"The list of ids holds row {ids[place]} twice.")
    return ids
