"""A world of many tasks in a process of its own: case (a) measures its store in here, case (b) asks it over HTTP.

Says in JSON lines ``{"rows"}`` while it fills, ``{"store": {place: seconds}}``, then ``{"url", "tenant", "token"}``,
and serves until it is stopped.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
import threading
from typing import Any

from benchmarks.measuring import medians, timed
from benchmarks.places import DEPTH, PAGE, ROUNDS, ROWS
from fake_backend import FakeBackend
from fake_backend.core.cursor import Cursor, seek
from fake_backend.core.filters import Comparison, Condition
from fake_backend.demo import many_tasks
from fake_backend.store.kinds import TASKS
from fake_backend.store.ordering import Ordering

DOCUMENT = 20_000  # rows of one seed document
NEWEST_FIRST = Ordering("id")
IN_PROJECT = (Condition("project_id", Comparison.EQUALS, 1),)


def say(**line: Any) -> None:
    """Write one line."""
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def filled() -> FakeBackend:
    """Return a backend with all rows, document by document."""
    gc.disable()  # millions of small objects are made here, and none of them is garbage before its document is
    backend = FakeBackend(many_tasks(DOCUMENT, files=False), clock="system")
    for done in range(DOCUMENT, ROWS, DOCUMENT):
        say(rows=done)
        backend.seed(many_tasks(DOCUMENT, files=False, first=done + 1))
    gc.enable()
    gc.collect()
    return backend


def store_seconds(backend: FakeBackend) -> dict[str, float]:
    """Return the median seconds of one page of whole rows: first, deep by key, deep by offset."""
    tasks = backend._world.rows[TASKS]  # noqa: SLF001 - the query itself is what is measured, not the way to it
    deep = Cursor(position=str(ROWS - DEPTH + 1))

    def by_key(cursor: Cursor | None) -> float:
        place = seek(cursor, descending=True, size=PAGE)
        return timed(lambda: tasks.keyset_page("acme", IN_PROJECT, NEWEST_FIRST, place))

    def by_offset() -> float:
        return timed(lambda: tasks.offset_page("acme", IN_PROJECT, NEWEST_FIRST, offset=DEPTH, limit=PAGE))

    cases = {"first": lambda: by_key(None), "keyset": lambda: by_key(deep), "offset": by_offset}
    for warm in cases.values():
        warm()
    return medians(cases, ROUNDS)


def main() -> None:
    """Fill, measure, serve."""
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with filled() as backend:
        say(store=store_seconds(backend))
        with backend.serve() as served:
            tokens = backend.tokens["acme"]
            say(url=served.url, tenant=tokens.tenant, token=tokens.user)
            told.wait()


if __name__ == "__main__":
    main()
