"""How the clauses walk a list, with plain ``requests``: page by page, each link as it was given.

A link that is a bare token (``Settings.next_cursor``) is sent as ``cursor`` beside what the first page was asked with.
"""

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
        next: Link to the next page, or ``None`` at the end.
        previous: Link to the page before, or ``None`` at the beginning.
        body: All of the answer.
    """

    rows: list[dict[str, Any]]
    next: str | None
    previous: str | None
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
        links = body["meta"]["pagination"]
        return Page(body["data"], links["next_cursor"], links["previous_cursor"], body)
    return Page(body["results"], body["next"], body["previous"], body)


def behind(url: str, headers: Mapping[str, str], query: Mapping[str, Any], link: str) -> Page:
    """Fetch the page behind a link.

    Args:
        url: The list.
        headers: Credentials.
        query: Query of the first page, which a bare token needs again.
        link: URL or token.

    Raises:
        requests.HTTPError: The page is refused.
    """
    if "://" in link:
        return get_page(link, headers)
    return get_page(url, headers, {**query, "cursor": link})


def walk(
    url: str, headers: Mapping[str, str], query: Mapping[str, Any], *, back_from: str | None = None
) -> Iterator[Page]:
    """Yield the pages of a list up to the last one, or from a page before it back to the first.

    Args:
        url: The list.
        headers: Credentials.
        query: Query of the first page.
        back_from: Link to the page that a walk back begins with; it follows ``previous``.

    Raises:
        AssertionError: The walk does not end.
        requests.HTTPError: A page is refused.
    """
    page = get_page(url, headers, query) if back_from is None else behind(url, headers, query, back_from)
    yield page
    for _ in range(MOST_PAGES):
        link = page.next if back_from is None else page.previous
        if link is None:
            return
        page = behind(url, headers, query, link)
        yield page
    raise AssertionError(f"the walk did not end within {MOST_PAGES} pages; its last link is {link}")
