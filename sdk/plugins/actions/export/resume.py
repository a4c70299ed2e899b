"""Going on after the last completed row: ids and items of an interrupted run first, then what is still to be fetched.

Items are replayed from the staging through the whole tail, so that an exporter with state of its own sees every item,
in order, and the artefacts are those of a run that nobody has interrupted. Nothing of that asks the backend.

Rows are what they were when they were fetched: a row that has changed since is exported as it was, one that has been
created since is not, and one that is gone since is.
"""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import deque
from contextlib import closing
from typing import TYPE_CHECKING

from sdk.clients.payloads import is_wrapper
from sdk.plugins.actions.export.checkpoint import WAY_OUT
from sdk.plugins.actions.export.errors import DestinationError, StagingError
from sdk.plugins.actions.export.staging import IDS, ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from sdk.plugins.actions.export.in_process import Ids
    from sdk.plugins.actions.export.rows import Item
    from sdk.plugins.actions.export.spool import Spool
    from sdk.plugins.actions.export.staging import Staging


def kept_ids(staging: Staging) -> Ids | None:
    """Return the ids that an earlier run has found, ``None`` when it has found none.

    Args:
        staging: Of the export.

    Raises:
        StagingError: They are not what was written.
    """
    noted = staging.checkpoint.ids
    if noted is None or not noted["count"]:
        return None
    location = staging.work / IDS
    try:
        text = location.read_bytes()
    except OSError:
        text = b""
    if _digest(text) != noted["sha256"]:
        raise StagingError(f"The ids in {str(location)!r} are not those that were found: {WAY_OUT}.")
    ids: Ids = array("q", text)
    if sys.byteorder == "big":
        ids.byteswap()
    return ids


def keep_ids(staging: Staging, ids: Ids) -> None:
    """Keep ids for the runs to come, unless they are those that are kept; what was fetched for other ids goes.

    Args:
        staging: Of the export.
        ids: In descending order.

    Raises:
        DestinationError: The disk does not take them.
    """
    location = staging.work / IDS
    if sys.byteorder == "big":
        ids = array("q", ids)
        ids.byteswap()
    text = ids.tobytes()
    noted = {"count": len(ids), "sha256": _digest(text)}
    if noted == staging.checkpoint.ids:
        return
    try:
        (staging.work / ROWS).unlink(missing_ok=True)
        location.write_bytes(text)
    except OSError as error:
        raise DestinationError(f"The ids cannot be kept in {str(location)!r}: {error.strerror}.") from error
    staging.checkpoint.note(ids=noted)


def gathered(
    ids: Ids, spool: Spool, fetch: Callable[[Ids], Generator[Item, None, None]], removed: list[int]
) -> Generator[Item, None, None]:
    """Yield the items of some rows in their order, the completed ones from the spool, the others as they are fetched.

    Args:
        ids: All rows, in descending order.
        spool: Completed items; takes those that are completed now, each before it is yielded.
        fetch: Yields the items of the rows that are still to be fetched.
        removed: Takes rows that an earlier run has found deleted.

    Raises:
        DestinationError: An item cannot be kept.
        Exception: Whatever fetching raises.
    """
    done = 0
    for item in spool.replay():
        at = done
        while at < len(ids) and ids[at] > item["id"]:
            at += 1
        if at == len(ids) or ids[at] != item["id"]:  # not one of these rows, or not in their order
            spool.drop()
            break
        removed.extend(ids[done:at])
        done = at + 1
        yield item
    with closing(fetch(ids[done:])) as items:
        for item in items:
            spool.append(item)
            yield item


class PayloadSpool:
    """Payloads of a bundle's rows that do not lie in the bundle, each downloaded once.

    Args:
        spool: Rows whose payload an earlier run has downloaded; takes those of this one.
    """

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._kept = spool.replay()
        self._next = next(self._kept, None)
        self._under_way: deque[int] = deque()

    def fill(self, items: Iterable[Item]) -> Iterator[Item]:
        """Yield items in descending order, with the payload in place of a wrapper where it is here already."""
        for item in items:
            if not is_wrapper(item["data"]):
                yield item
                continue
            while self._next is not None and self._next["id"] > item["id"]:
                self._next = next(self._kept, None)
            if self._next is not None and self._next["id"] == item["id"]:
                yield {**item, "data": self._next["data"]}
            else:
                self._under_way.append(item["id"])
                yield item

    def take(self, item: Item, *, complete: bool) -> None:
        """Keep the payload of an item that ``fill`` has yielded with a wrapper; any other is left alone.

        Args:
            item: As it comes out of the download, in the order in which it went in.
            complete: Whether it has its payload.

        Raises:
            DestinationError: The disk does not take it.
        """
        if self._under_way and self._under_way[0] == item["id"]:
            self._under_way.popleft()
            if complete:
                self._spool.append({"id": item["id"], "data": item["data"]})


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
