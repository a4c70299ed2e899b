"""Cases (a) and (b): a page costs the same at any depth by key, and ever more by offset (incidents.md 2, SYN-7542)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from benchmarks.measuring import medians, timed
from benchmarks.places import DEPTH, PAGE, ROUNDS, ROWS
from benchmarks.processes import child, module
from benchmarks.results import Result

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.processes import Child
    from benchmarks.telling import Tell

AT_ANY_DEPTH = 1.2  # times the first page
WORTH_IT = 20  # times the page by key
STEP = 1000  # rows of the pages that are walked to get there
MILLI = 1000
LIST = {"project": "1", "pagination": "cursor", "ordering": "-id"}


def measure(tell: Tell) -> Iterator[Result]:
    """Yield the results of both cases.

    Args:
        tell: Told what is under way.
    """
    with child(module("deep_world")) as world:
        seconds = _filled(world, tell)
        yield from _of_store(seconds)
        ready = world.line()
        with requests.Session() as session:
            session.headers.update({"Authorization": f"Token {ready['token']}", "Synapse-Tenant": ready["tenant"]})
            yield from _over_http(session, f"{ready['url']}/sdk/tasks/", tell)


def _filled(world: Child, tell: Tell) -> dict[str, float]:
    tell("a: filling a world of tasks", 0, ROWS)
    while "rows" in (said := world.line()):
        tell("a: filling a world of tasks", said["rows"], ROWS)
    return dict(said["store"])


def _of_store(seconds: dict[str, float]) -> Iterator[Result]:
    first, keyset, offset = (seconds[name] for name in ("first", "keyset", "offset"))
    yield Result.at_most(f"a: store, keyset at {DEPTH:,} : first page", keyset / first, "times", AT_ANY_DEPTH)
    yield Result.at_least(f"a: store, offset : keyset, both at {DEPTH:,}", offset / keyset, "times", WORTH_IT)
    for name, value in (("first page", first), ("keyset", keyset), ("offset", offset)):
        yield Result(f"a: store, {name}", value * MILLI, "ms")


def _over_http(session: requests.Session, url: str, tell: Tell) -> Iterator[Result]:
    first = f"{url}?{urlencode({**LIST, 'page_size': PAGE})}"
    deep = _deep(session, url, tell)
    page = f"{url}?{urlencode({'project': 1, 'ordering': '-id', 'page_size': PAGE, 'page': DEPTH // PAGE + 1})}"
    same = {row["id"] for row in _rows(session, deep)} == {row["id"] for row in _rows(session, page)}
    if not same:
        raise AssertionError(f"{deep} and {page} are not the same page, so their times cannot be compared.")
    tell("b: asking for pages", 0, 1)
    taken = medians(
        {
            "first": lambda: timed(lambda: _rows(session, first)),
            "keyset": lambda: timed(lambda: _rows(session, deep)),
            "offset": lambda: timed(lambda: _rows(session, page)),
        },
        ROUNDS,
    )
    yield Result.at_most(
        f"b: HTTP, keyset at {DEPTH:,} : first page", taken["keyset"] / taken["first"], "times", AT_ANY_DEPTH
    )
    for name, value in taken.items():
        yield Result(f"b: HTTP, {name}{' page' if name == 'first' else ''}", value * MILLI, "ms")


def _deep(session: requests.Session, url: str, tell: Tell) -> str:
    """Walk to the depth, as a client does, and return the address of the page there."""
    following = f"{url}?{urlencode({**LIST, 'fields': 'id', 'page_size': STEP})}"
    for walked in range(0, DEPTH, STEP):
        tell("b: walking to the deep page", walked, DEPTH)
        following = _page(session, following)["next"]
    query = {key: values[0] for key, values in parse_qs(urlsplit(following).query).items()}
    del query["fields"]
    return f"{url}?{urlencode({**query, 'page_size': PAGE})}"


def _rows(session: requests.Session, url: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _page(session, url)["results"]
    if len(rows) != PAGE:
        raise AssertionError(f"{url} holds {len(rows)} rows instead of {PAGE}.")
    return rows


def _page(session: requests.Session, url: str) -> dict[str, Any]:
    answer = session.get(url, timeout=60)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body
