"""``python -m contract_tests.browser``: Chromium's ``EventSource`` reads the same events as the thin SDK.

Two streams of a job come through a relay that adds the credentials which ``EventSource`` cannot send; one of them is
cut within a frame, and the browser reconnects by itself. Then come drawn streams of every oddity of the grammar, and
the SDK's parser must hand on what the browser does. Exit status: 0 when all is equal, 1 when not, 2 without a browser.
"""

from __future__ import annotations

import itertools
import json
import random
import re
import secrets
import sys
import time
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any, Final

from contract_tests import strategies
from contract_tests.browser.chromium import NAMES, found, opened
from contract_tests.clauses.test_progress_stream import document, enqueue
from contract_tests.relay import Changes, Relay
from fake_backend import FakeBackend, Settings
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.sse import events_of

if TYPE_CHECKING:
    from collections.abc import Sequence

PAGE: Final = Path(__file__).with_name("page.html")
ROWS: Final = 22
TERMINAL: Final = "async_job.completed"
CUT: Final = 700  # bytes; within a progress frame
PACE: Final = Settings(chunk_seconds=1.0)
SHOWN: Final = 5  # differences
LOOKS_EVERY: Final = 0.02  # seconds
DRAWN: Final = 300  # streams
LONGEST: Final = 20  # tokens of a drawn stream
TELLS_WITHIN: Final = 90  # seconds
PIECES: Final = (
    b"\r", b"\n", b"\r\n", b"\n\n", b"\r\r", b":", b" ", b"data", b"event", b"id", b"retry", b"other", b"data:",
    b"data: ",
    b"event: a", b"event:b", b"id: 1\0", b"id: 2", b"retry: x", b": ping", b"\xef\xbb\xbf", b"\xff", b"x", b"\0",
    b"DATA: x", b" data: x", b"\xe2\x80\xa8", b"\x0b", b"\x85", b"data: 1\n\n", b"data:2\r\r", b"\ndata: 3\r\n",
    b"\nevent: a\r\n", "data: 길\n\n".encode(),
)  # fmt: skip
MARKED: Final = re.compile(b"^\xef\xbb\xbf(?=[\r\n])")
KNOWN: Final = frozenset({"message", "a", "b"})  # what the page listens to, of the names that can be drawn

type Events = list[list[str]]


def main() -> int:
    """Compare and return the exit status."""
    chromium = found()
    if chromium is None:
        sys.stderr.write(
            f"browser: skipped: no Chromium. None of {', '.join(NAMES)} is on the path; Debian has it as chromium.\n"
        )
        return 2
    seed = secrets.randbits(32)
    bodies = drawn(random.Random(seed))  # noqa: S311 (drawn streams, not secrets)
    with FakeBackend(seed=document(ROWS), settings=PACE) as backend, backend.serve() as served:
        tokens = backend.tokens[strategies.MAIN_TENANT]
        paths = [f"{enqueue(backend, 1)[0].removeprefix(backend.url)}progress/" for _ in range(2)]
        rule = {"id": "cut", "match": {"route": paths[1]}, "effect": {"drop": CUT}, "times": 1}
        backend.faults.put({"rules": [rule]})
        changes = Changes(adds=tokens.headers, pages=pages(paths, bodies))
        try:
            with Relay(served.url, changes) as relay, opened(chromium, f"{relay.url}/"):
                let_the_jobs_run(backend, paths)
                told = json.loads(changes.hears.get(timeout=TELLS_WITHIN))
        except (Empty, TimeoutError):
            sys.stderr.write(f"browser: {chromium} has told nothing within {TELLS_WITHIN} s.\n")
            return 1
        client = BackendV2Client(backend.url, user_token=tokens.user, tenant=tokens.tenant, clock=backend.clock)
        job = enqueue(backend, 1)[0].rstrip("/").rpartition("/")[2]
        expected = [[event.event, json.dumps(event.data)] for event in client.async_jobs.stream_progress(job)]
    wrong = [*judged(expected, told[0], told[1]), *judged_drawn(bodies, told[2:])]
    sys.stdout.write(
        f"{chromium}: {len(told[0]['events'])} events of a job, as the SDK reads {len(expected)}; cut at byte {CUT}, "
        f"opened {told[1]['opened']} times; {len(bodies)} drawn streams (seed {seed}) with "
        f"{sum(len(one['events']) for one in told[2:])} events: {'different' if wrong else 'equal'}\n"
    )
    for sentence in wrong[:SHOWN]:
        sys.stdout.write(f"  {sentence}\n")
    return int(bool(wrong))


def pages(paths: Sequence[str], bodies: Sequence[bytes]) -> dict[str, tuple[str, bytes]]:
    """Return what the relay shows by itself: the page, and the drawn streams, which come after those of the jobs."""
    streams: list[dict[str, Any]] = [{"path": path, "last": TERMINAL} for path in paths]
    streams += [{"path": f"/drawn/{number}", "last": None} for number in range(len(bodies))]
    script = f"<script>const STREAMS = {json.dumps(streams)};</script>\n"
    return {
        "/": ("text/html; charset=utf-8", (script + PAGE.read_text(encoding="utf-8")).encode()),
        **{f"/drawn/{number}": ("text/event-stream", body) for number, body in enumerate(bodies)},
    }


def let_the_jobs_run(backend: FakeBackend, paths: Sequence[str]) -> None:
    """Move the world's time a chunk on whenever all who follow have what there is, or are back after a cut.

    Raises:
        TimeoutError: They have not.
    """
    limit = time.monotonic() + TELLS_WITHIN
    followed = [_Followed(backend, path) for path in paths]
    for _ in range(ROWS + 2):
        while not all(one.is_fed() for one in followed):
            if time.monotonic() > limit:
                raise TimeoutError
            time.sleep(LOOKS_EVERY)
        for one in followed:
            one.had = one.sent
        backend.clock.sleep(PACE.chunk_seconds)


class _Followed:
    """A stream as the journal shows it.

    Args:
        backend: Whose.
        path: Of the stream.
    """

    def __init__(self, backend: FakeBackend, path: str) -> None:
        self._backend = backend
        self._path = path
        self.had = 0  # bytes when the job last went on

    @property
    def sent(self) -> int:
        """Bytes of all visits."""
        return sum(visit.sent for visit in self._backend.journal.matching(path=self._path))

    def is_fed(self) -> bool:
        """Return whether the browser is connected, and got something since the job last went on, or all there is."""
        visits = self._backend.journal.matching(path=self._path)
        if not visits or visits[-1].outcome == "cut":
            return False
        return visits[-1].outcome == "complete" or self.sent > self.had


def drawn(rng: random.Random) -> list[bytes]:
    """Return streams with every oddity that a parser can trip over, but for one in which Chromium is wrong.

    Behind a byte order mark it takes a line end for the first character of a field's name. By the standard (9.2.6) the
    mark is no part of the stream, so the line is empty and means nothing.
    """
    bodies = [b"".join(rng.choices(PIECES, k=rng.randrange(LONGEST))) for _ in range(DRAWN)]
    return [MARKED.sub(b"", body) for body in bodies]


def told_of(events: Sequence[Sequence[str]]) -> Events:
    """Return what events say, whichever of several equal jobs they are about, repeated ones once."""
    said = [[name, json.dumps({**json.loads(data), "job_id": None})] for name, data in events if name != "connected"]
    return [event for event, _ in itertools.groupby(said)]


def judged(expected: Events, whole: dict[str, Any], cut: dict[str, Any]) -> list[str]:
    """Return what is wrong with the streams of a job.

    Args:
        expected: Events as the SDK read them.
        whole: What the browser saw of an equal job.
        cut: What it saw of another, whose stream was cut once.
    """
    return [
        f"{about}: opened {seen['opened']} times, not {opened_}; {told_of(seen['events'])}, not {told_of(expected)}"
        for about, seen, opened_ in (("a job", whole, 1), ("a stream that was cut", cut, 2))
        if told_of(seen["events"]) != told_of(expected)
        or seen["opened"] != opened_
        or [name for name, _ in seen["events"]].count("connected") != opened_
    ]


def judged_drawn(bodies: Sequence[bytes], told: Sequence[dict[str, Any]]) -> list[str]:
    """Return where the SDK's parser departs from the browser's, but for its one liberty: an event without data."""
    wrong = []
    for body, seen in zip(bodies, told, strict=True):
        ours = [[event.name, event.data] for event in events_of([body]) if event.name in KNOWN]
        theirs = list(seen["events"])
        left = [event for event in ours if not (theirs and event == theirs[0] and theirs.pop(0))]
        if theirs or any(data for _, data in left):
            wrong.append(f"{body!r}: the browser reads {seen['events']}, the SDK {ours}")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
