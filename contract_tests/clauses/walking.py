"""How the clauses walk a list, with plain ``requests``: page by page, each link as it was given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MOST_PAGES = 200  # a walk over a clause's few rows that takes more never ends


@dataclass(frozen=True)
class Page:
    """One page as a client sees it.

    Args:
        rows: The page's rows.
        next: URL of the next page, or ``None`` at the end.
        body: All of the answer.
    """

    rows: list[dict[str, Any]]
    next: str | None
    body: dict[str, Any]

    @property
    def ids(self) -> list[int]:
        """The rows' ids in order."""
        return [row["id"] for row in self.rows]


def get_page(url: str, headers: Mapping[str, str], query: Mapping[str, Any] | None = None) -> Page:
    """Fetch one page of a v1 or v2 list.

    Args:
        url: The list, or a link to one of its pages.
        headers: Credentials.
        query: Query of a first page; links carry their own.

    Raises:
        requests.HTTPError: The page is refused.
    """
    answer = requests.get(url, headers=headers, params=query, timeout=30)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    if "data" in body:
        return Page(body["data"], body["meta"]["pagination"]["next_cursor"], body)
    return Page(body["results"], body["next"], body)


def walk(url: str, headers: Mapping[str, str], query: Mapping[str, Any]) -> Iterator[Page]:
    """Yield the pages of a list up to the last one.

    Args:
        url: The list.
        headers: Credentials.
        query: Query of the first page.

    Raises:
        AssertionError: The walk does not end.
        requests.HTTPError: A page is refused.
    """
    page = get_page(url, headers, query)
    yield page
    for _ in range(MOST_PAGES):
        if page.next is None:
            return
        page = get_page(page.next, headers)
        yield page
    raise AssertionError(f"the walk did not end within {MOST_PAGES} pages; its last link is {page.next}")
