"""Pages of a list: by number and by cursor, with the links that Django REST framework writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

from flask import request

from fake_backend.core.cursor import seek
from fake_backend.core.errors import InvalidPage
from fake_backend.core.sealed_cursor import Binding, SealedTokens
from fake_backend.core.turning import Conventions, Leaf, PlainTokens, turn
from fake_backend.http.request import world

if TYPE_CHECKING:
    from fake_backend.core.filters import Condition
    from fake_backend.core.turning import Tokens
    from fake_backend.http.request import Query
    from fake_backend.store.listing import Listing
    from fake_backend.store.ordering import Ordering

type Rows = Sequence[Mapping[str, Any]]
type Form = Literal["url", "token"]

PAGING = frozenset(
    {"cursor", "expand", "fields", "ordering", "page", "page_size", "pagination", "per_page", "response_mode", "sort"}
)
"""Keys that say how rows are shown, and not which."""

START = "bz0w"  # ``o=0``: the framework's token of the first page is empty, and bare it would look like the end


@dataclass(frozen=True)
class Wanted:
    """What is asked of a list, whichever page of it.

    Args:
        rows: The list's rows, of every tenant.
        tenant: Who asks.
        conditions: What rows must pass.
        ordering: Order of the list.
        size: Rows a page.
        columns: What is read of a row.
    """

    rows: Listing
    tenant: str | None
    conditions: tuple[Condition, ...]
    ordering: Ordering
    size: int
    columns: tuple[str, ...]

    def count(self) -> int:
        """Return how many rows there are in all."""
        return self.rows.count(self.tenant, self.conditions)

    def part(self, offset: int, limit: int) -> Rows:
        """Return ``limit`` rows after skipping ``offset``."""
        return self.rows.offset_page(
            self.tenant, self.conditions, self.ordering, offset=offset, limit=limit, columns=self.columns
        )


@dataclass(frozen=True)
class Page:
    """One page's rows and its neighbours' links; ``count`` only where the rows were counted."""

    rows: Rows
    next: str | None
    previous: str | None
    count: int | None = None

    def as_v1(self, results: Sequence[Any]) -> dict[str, Any]:
        """Return the body of a v1 list, in which cursor mode has no ``count`` unless told so (contract.md 1.3)."""
        counted = {} if self.count is None else {"count": self.count}
        return {**counted, "next": self.next, "previous": self.previous, "results": list(results)}


def by_cursor(asked: Query, wanted: Wanted, *, form: Form = "url", counted: bool = False) -> Page:
    """Return the page that the query's ``cursor`` names, as the world's conventions have it.

    Args:
        asked: The query.
        wanted: What is asked of the list.
        form: Whether the neighbours are named by URLs or by bare tokens.
        counted: Whether the rows are counted.

    Raises:
        InvalidCursor: The token names no place in this list, or was not made for it.
    """
    settings = world().settings
    sealed = settings.cursor == "sealed"
    ordering = replace(wanted.ordering, exact=True) if sealed else wanted.ordering
    tokens = _sealed(wanted) if sealed else PlainTokens(numbered=settings.empty_every > 0)
    leaf = tokens.read(asked.last("cursor")) if asked.has("cursor") else Leaf()
    place = seek(leaf.cursor, descending=ordering.descending, size=wanted.size)
    rows = wanted.rows.keyset_page(wanted.tenant, wanted.conditions, ordering, place, wanted.columns)
    turned = turn(leaf, [ordering.position(row) for row in rows], size=wanted.size, conventions=_conventions())
    page = list(rows[turned.rows])
    if turned.backwards:
        page.reverse()
    following, before = (_named(leaf, tokens, form, asked) for leaf in (turned.next, turned.previous))
    return Page(page, following, before, wanted.count() if counted else None)


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


def _conventions() -> Conventions:
    settings, bugs = world().settings, world().bugs
    return Conventions(settings.empty_last_page, settings.empty_every, exact=settings.cursor == "sealed", bugs=bugs)


def _sealed(wanted: Wanted) -> SealedTokens:
    binding = Binding(wanted.tenant, request.path, wanted.conditions, wanted.ordering.name, wanted.size)
    return SealedTokens(world().seal, binding)


def _named(leaf: Leaf | None, tokens: Tokens, form: Form, asked: Query) -> str | None:
    """Return the link to a page, or its bare token."""
    if leaf is None:
        return None
    token = tokens.write(leaf)
    if form == "token":
        return token or START
    forgotten = {}
    if "cursor-forgets-filters" in world().bugs:
        forgotten = dict.fromkeys((key for key, _ in asked.pairs if key not in PAGING), None)
    return link(**forgotten, cursor=token)
