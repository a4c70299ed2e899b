"""Pages and how to walk them: envelopes, ``next`` links, page retries, throttle, loop guard.

Source: contract.md 1.3 and 1.4; export guide, "bounded retry".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import (
    ClientConnectionError,
    ClientError,
    IncompleteResponseError,
    OpaqueCursorError,
    PaginationLoopError,
    ResponseError,
)
from sdk.clients.query import MAX_QUERY_BYTES, Params, query_bytes
from sdk.clients.redaction import redact_urls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sdk.clients.retry import PagePolicy
    from sdk.clients.transport import Transport

EMPTY_IN_A_ROW = 1_000  # pages: some are empty on the way, this many are none of a list that ends

__all__ = [
    "MAX_QUERY_BYTES",
    "Page",
    "Params",
    "Row",
    "fetch_page",
    "page_of",
    "query_bytes",
    "row_of",
    "unwrapped",
    "walk_pages",
    "with_page_retries",
]

Row = dict[str, Any]
"""One row of a list, as the API gives it."""


@dataclass(frozen=True)
class Page:
    """One page of a list.

    Args:
        results: Rows in the list's order.
        next: Link to the page after, ``None`` on the last.
        previous: Link to the page before.
        count: Number of all rows; ``None`` in cursor mode and in v2.
    """

    results: list[Row]
    next: str | None = None
    previous: str | None = None
    count: int | None = None


def unwrapped(body: object) -> object:
    """Return what a v2 envelope holds, or the body itself where there is no envelope.

    It is one if and only if the root object has both ``data`` and ``meta`` (contract.md 1.3).
    """
    if isinstance(body, dict) and "data" in body and "meta" in body:
        return body["data"]
    return body


def row_of(body: object, *, what: str) -> Row:
    """Return the object of a single-resource answer, out of its envelope.

    Args:
        body: Decoded body.
        what: What was asked, for the sentence: ``"job 7"``.

    Raises:
        ResponseError: It is no object.
    """
    row = unwrapped(body)
    if not isinstance(row, dict):
        raise ResponseError(f"The answer for {what} is {_kind(row)}; an object was expected.")
    return row


def page_of(body: object, *, url: str, redact: Callable[[str], str] = redact_urls) -> Page:
    """Read a page out of either envelope, or a bare one.

    Args:
        body: Decoded body.
        url: Address, for the sentence of a refusal.
        redact: Masks secrets in what that sentence shows.

    Raises:
        ClientConnectionError: The body is no JSON at all: cut, or from something in between; worth another attempt.
        ResponseError: It is JSON, and no page.
    """

    def refused[E: ClientError](error: type[E], sentence: str) -> E:
        shown = redact(url)
        return error(f"GET {shown}: {sentence}", url=shown)

    if isinstance(body, str):
        raise refused(ClientConnectionError, f"the answer is no JSON but begins with {redact(body)[:80]!r}.")
    if not isinstance(body, dict):
        raise refused(ResponseError, f"the answer is {_kind(body)}; a page was expected.")
    if "data" in body and "meta" in body:
        meta = body["meta"] if isinstance(body["meta"], dict) else {}
        links = meta.get("pagination")
        links = links if isinstance(links, dict) else {}
        rows, following, before, count = body["data"], links.get("next_cursor"), links.get("previous_cursor"), None
    else:
        rows, following, before, count = (body.get(key) for key in ("results", "next", "previous", "count"))
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise refused(ResponseError, f"the page holds {_kind(rows)} instead of a list of rows.")
    for link in (following, before):
        if link is not None and not isinstance(link, str):
            raise refused(ResponseError, f"a page link is {_kind(link)}; text or null was expected.")
    counted = count if isinstance(count, int) and not isinstance(count, bool) else None
    return Page(rows, following or None, before or None, counted)


def with_page_retries[T](
    transport: Transport, policy: PagePolicy, ask: Callable[[], T], *, repeatable: bool = False
) -> T:
    """Ask until an answer comes or the policy's retries are spent.

    Connections are closed before each further attempt: a kept-alive one may be broken for good.

    Args:
        transport: What the question goes through; its clock waits.
        policy: Retries, waits and statuses.
        ask: Sends one request.
        repeatable: Whether a POST whose answer was lost may be sent again, because it only reads.

    Raises:
        ClientError: The last attempt's error.
    """
    attempt = 0
    while True:
        failure: ClientError
        try:
            return ask()
        except ClientError as error:
            again = policy.covers(error) or (repeatable and isinstance(error, IncompleteResponseError))
            if attempt >= policy.retries or not again:
                raise
            failure = error
        transport.forget_connections()
        transport.clock.sleep(policy.wait(attempt, failure))
        attempt += 1


def fetch_page(transport: Transport, path: str, params: Params | None, policy: PagePolicy) -> Page:
    """Return one page, asked for as often as the policy allows.

    Args:
        transport: The backend.
        path: Path or URL of the list.
        params: Query parameters.
        policy: Page retries and time-outs.
    """

    def ask() -> Page:
        body = transport.request("GET", path, params=params, timeouts=policy.timeouts)
        return page_of(body, url=path, redact=transport.redactor.text)

    return with_page_retries(transport, policy, ask)


def walk_pages(
    transport: Transport, path: str, params: Params | None, policy: PagePolicy, *, tokens: bool = False
) -> Iterator[Page]:
    """Yield the pages of a list, following ``next`` links as given; an empty page is not the end.

    A link that is a bare token, as the OpenAPI file's examples of v2 have it, is sent as ``cursor`` beside every
    parameter of the first page: without them it would be a page of another list.

    Args:
        transport: The backend; links to another origin are refused.
        path: Path of the list.
        params: Query parameters of the first page; links carry those of the others.
        policy: Page retries, time-outs and throttle.
        tokens: Whether a link may be a token, as in v2; those of v1 are URLs in every source.

    Raises:
        PaginationLoopError: A link or a page of rows comes a second time, or a thousand empty pages in a row: tokens
            that are drawn anew each time hide that a walk stands still.
        OpaqueCursorError: A link is neither URL nor path, and may not be a token.
        OriginError: A link leads elsewhere.
    """
    url = transport.address(path, params)
    seen = {url}
    shown_rows: set[int] = set()
    empty = 0
    while True:
        page = fetch_page(transport, url, None, policy)
        keys = _keys(path, page)
        empty = 0 if page.results else empty + 1
        if (keys is not None and keys in shown_rows) or empty > EMPTY_IN_A_ROW:
            where = transport.redactor.text(url)
            what = f"{empty} pages in a row are empty" if empty else "a page of rows comes a second time"
            raise PaginationLoopError(f"{what} at {where}; the list would never end.", url=where)
        if keys is not None:
            shown_rows.add(keys)
        following = None if page.next is None else _address(transport, page.next, url, path, params, tokens=tokens)
        if following in seen:
            shown = transport.redactor.text(following or "")
            raise PaginationLoopError(
                f"The next link {shown} comes a second time; the list would never end.", url=shown
            )
        yield page
        if following is None:
            return
        seen.add(following)
        url = following
        transport.clock.sleep(policy.throttle)


def _keys(path: str, page: Page) -> int | None:
    """Return what tells a page's rows from those of any other page of a walk; ``None`` where nothing does."""
    key = "pgh_id" if "ground" in path else "id"  # several events are of one ground truth and share its id
    found = tuple(row.get(key) for row in page.results)
    return None if not found or None in found else hash(found)


def _address(
    transport: Transport, reference: str, current: str, path: str, params: Params | None, *, tokens: bool
) -> str:
    """Return the URL that a page's ``next`` stands for."""
    try:
        return transport.link(reference, current=current)
    except OpaqueCursorError:
        if not tokens:
            raise
        return transport.address(path, {**(params or {}), "cursor": reference})


def _kind(value: object) -> str:
    return "null" if value is None else f"a JSON {type(value).__name__}"
