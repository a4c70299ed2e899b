"""Pages of a list: by number and by cursor, with the links that Django REST framework writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from flask import request

from fake_backend.core.cursor import Cursor, Seek, seek, window
from fake_backend.core.errors import InvalidPage

if TYPE_CHECKING:
    from fake_backend.http.request import Query

type Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Page:
    """One page's rows and its neighbours' URLs; ``count`` only where the rows were counted."""

    rows: Rows
    next: str | None
    previous: str | None
    count: int | None = None

    def as_v1(self, results: Sequence[Any]) -> dict[str, Any]:
        """Return the body of a v1 list, in which cursor mode has no ``count`` (contract.md 1.3)."""
        counted = {} if self.count is None else {"count": self.count}
        return {**counted, "next": self.next, "previous": self.previous, "results": list(results)}


def by_cursor(
    asked: Query,
    *,
    size: int,
    descending: bool,
    position: Callable[[Mapping[str, Any]], str],
    read: Callable[[Seek], Rows],
) -> Page:
    """Return the page that the query's ``cursor`` names.

    Args:
        asked: The query.
        size: Rows a page.
        descending: The list's own direction.
        position: Ordering value of a row, as a cursor carries it.
        read: The store's keyset page.

    Raises:
        InvalidCursor: The token names no place in this list.
    """
    token = asked.last("cursor")
    cursor = Cursor.decode(token) if asked.has("cursor") and token else None
    rows = read(seek(cursor, descending=descending, size=size))
    found = window(cursor, [position(row) for row in rows], size=size)
    page = list(rows[found.rows])
    if found.turned:
        page.reverse()
    return Page(page, _cursor_link(found.next), _cursor_link(found.previous))


def by_number(asked: Query, *, size: int, count: int, read: Callable[[int, int], Rows]) -> Page:
    """Return the page that the query's ``page`` names.

    Args:
        asked: The query.
        size: Rows a page.
        count: Rows of the whole list.
        read: The store's offset page.

    Raises:
        InvalidPage: There is no such page.
    """
    pages = max(1, -(-count // size))
    text = asked.last("page") or "1"
    try:
        number = pages if text == "last" else int(text)
    except ValueError as error:
        raise InvalidPage("Invalid page.", received=text, expected=f"1 to {pages}") from error
    if not 1 <= number <= pages:
        raise InvalidPage("Invalid page.", received=text, expected=f"1 to {pages}")
    return Page(
        read((number - 1) * size, size),
        link(page=str(number + 1)) if number < pages else None,
        link(page=None if number == 2 else str(number - 1)) if number > 1 else None,
        count,
    )


def link(**replaced: str | None) -> str:
    """Return the request's URL with query keys replaced, or removed for ``None``; keys are sorted, as DRF does it."""
    scheme, host, path, _, _ = urlsplit(request.url)  # percent-encoded already
    pairs = parse_qs(request.query_string.decode("ascii"), keep_blank_values=True)
    for key, value in replaced.items():
        if value is None:
            pairs.pop(key, None)
        else:
            pairs[key] = [value]
    return urlunsplit((scheme, host, path, urlencode(sorted(pairs.items()), doseq=True), ""))


def _cursor_link(cursor: Cursor | None) -> str | None:
    return None if cursor is None else link(cursor=cursor.encode())
