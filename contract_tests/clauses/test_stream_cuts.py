"""The cut campaign: a stream that breaks, at whatever byte, is taken up again, and nobody can tell afterwards.

Every byte of a stream is a place where it may break. One client is cut at the same place of every frame, and there are
as many clients as a frame has bytes; they follow one job together, so that each is back before the job goes on.
"""

from __future__ import annotations

import itertools
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import requests
from hypothesis import given, settings
from hypothesis import strategies as st
from urllib3.connection import HTTPConnection

from contract_tests import strategies
from contract_tests.clauses.event_stream import read
from contract_tests.clauses.test_progress_stream import document, enqueue
from fake_backend import FakeBackend, Settings
from sdk.clients.backend_v2 import BackendV2Client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sdk.clients.sse import ProgressEvent

type Told = tuple[str, int | None, int | None, str | None]

ROWS: Final = 23  # one progress event each, but for the last, beside that of the start
STREAM: Final = "/progress/"
TERMINAL: Final = "async_job.completed"

# A chunk takes longer than all waits of a round together: 200 clients, at most 5 s each. No heartbeat comes in between.
PACE: Final = Settings(chunk_seconds=2_000, heartbeat_seconds=10_000, stream_seconds=10_000_000, streams_per_member=200)


def client_of(backend: FakeBackend, url: str) -> BackendV2Client:
    """Return the thin SDK's client; it waits on the world's clock."""
    tokens = backend.tokens[strategies.MAIN_TENANT]
    return BackendV2Client(url, user_token=tokens.user, tenant=tokens.tenant, clock=backend.clock)


def id_of(job: str) -> str:
    """Return the id in a job's URL."""
    return job.rstrip("/").rpartition("/")[2]


def told(event: ProgressEvent) -> Told:
    """Return what an event says, whichever of several equal jobs it is about."""
    return event.event, event.processed, event.total, event.status


def view(events: Iterable[ProgressEvent]) -> list[Told]:
    """Return what a client knows of the job in the end: ``connected`` and heartbeats apart, repeated snapshots once."""
    about = (told(event) for event in events if event.event not in {"connected", "heartbeat"})
    return [one for one, _ in itertools.groupby(about)]


def frames_of(body: bytes) -> list[bytes]:
    """Return a stream's frames, each with the blank line that ends it."""
    return [frame + b"\n\n" for frame in body.split(b"\n\n")[:-1]]


@dataclass(frozen=True)
class Uncut:
    """A job's stream as it is when nothing happens.

    Args:
        frames: Its bytes.
        events: What the SDK hands on of them.
    """

    frames: Sequence[bytes]
    events: Sequence[ProgressEvent]

    def next_cut(self, frame: int, offset: int) -> int | None:
        """Return the first frame from ``frame`` on that has a byte ``offset``."""
        return next((n for n in range(frame, len(self.frames)) if offset < len(self.frames[n])), None)

    def bytes_until(self, frame: int, *, snapshot: int) -> int:
        """Return how many bytes come before a frame on a connection that was made when ``snapshot`` was the latest."""
        own = [self.frames[0], *(self.frames[max(snapshot, 1) : frame])]
        return sum(map(len, own)) if frame else 0


def uncut(backend: FakeBackend) -> Uncut:
    """Run a job and follow it, by the SDK and by a plain request; both see the same number of events."""
    client = client_of(backend, backend.url)
    job, headers = enqueue(backend, 1)
    body = requests.get(f"{job}progress/", headers=headers, timeout=30).content
    job, _ = enqueue(backend, 1)
    events = list(client.async_jobs.stream_progress(id_of(job)))
    assert len(read(body).events) == len(events)
    return Uncut(frames_of(body), events)


class Mark:
    """Marks the next requests for a stream with a fault each (docs/faults.md, words of a request)."""

    def __init__(self) -> None:
        self.asked: deque[str] = deque()

    def next(self, after: int, how: Literal["drop", "reset"]) -> None:
        """Have a connection end after so many bytes of its body."""
        self.asked.append(f"{how}/{after}")

    def header(self, path: str) -> dict[str, str]:
        """Return what a request for a path gets."""
        return {"X-Fake-Fault": self.asked.popleft()} if self.asked and path.endswith(STREAM) else {}


@contextmanager
def marked() -> Iterator[Mark]:
    """Mark requests of this process where they all pass, on a connection of urllib3, until the block is left."""
    plain, mark = HTTPConnection.request, Mark()

    def request(self: HTTPConnection, method: str, url: str, body: Any = None, *more: Any, **options: Any) -> None:
        headers = {**(options.get("headers") or {}), **mark.header(url)}
        plain(self, method, url, body, *more, **{**options, "headers": headers})

    HTTPConnection.request = request  # type: ignore[method-assign]
    try:
        yield mark
    finally:
        HTTPConnection.request = plain  # type: ignore[method-assign]


@dataclass
class Follower:
    """A client that is cut in every frame that is long enough, each time after the same number of the frame's bytes.

    Args:
        offset: That number.
        whole: The stream that it should see.
        mark: Where its cuts are asked for.
        events: What the SDK hands on.
        seen: What it has handed on so far.
        cuts: The frames in which cuts were asked for.
    """

    offset: int
    whole: Uncut
    mark: Mark
    events: Iterator[ProgressEvent]
    seen: list[ProgressEvent] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)

    def connect(self) -> None:
        """Make the first connection, which is cut in the first frame that has the byte, and read ``connected``."""
        first = self._arm(0, snapshot=0)
        if first == 0:
            self._arm(1, snapshot=0)
        self.seen.append(next(self.events))

    def follow(self, frame: int) -> None:
        """Read as far as a frame, being cut in it if it has the byte, and reconnect."""
        if self.cuts[-1] == frame:
            # A cut before a frame's first byte comes before its event: the snapshot is the one before.
            self._arm(frame + 1, snapshot=frame if self.offset else frame - 1)
        wanted = told(self.whole.events[frame])
        while told(self.seen[-1]) != wanted:
            self.seen.append(next(self.events))

    def _arm(self, frame: int, *, snapshot: int) -> int | None:
        """Ask that the next connection be cut in ``frame``, or in the next one that has the byte."""
        place = self.whole.next_cut(frame, self.offset)
        if place is not None:
            after = self.whole.bytes_until(place, snapshot=snapshot) + self.offset
            self.mark.next(after, "reset" if (place + self.offset) % 2 else "drop")
            self.cuts.append(place)
        return place


def test_a_stream_that_is_cut_at_any_byte_is_followed_to_the_same_end() -> None:
    """At every border, before the first event, and at every byte within every frame, connections hang up or are reset.

    What the client sees is the uncut stream up to repeated snapshots; its end comes once, and its counts never fall,
    since the job's do not. Every cut that was asked for has happened, and each brought one request.
    """
    with FakeBackend(seed=document(ROWS), settings=PACE) as backend, marked() as mark:
        whole = uncut(backend)
        job, _ = enqueue(backend, 1)
        client = client_of(backend, backend.url)
        followers = [
            Follower(offset, whole, mark, client.async_jobs.stream_progress(id_of(job)))
            for offset in range(max(map(len, whole.frames)))
        ]
        before = len(backend.journal.matching(path=f"/v2/async_jobs/{id_of(job)}/progress/"))
        for follower in followers:
            follower.connect()
        for frame in range(1, len(whole.frames)):
            for follower in followers:
                follower.follow(frame)
        for follower in followers:
            follower.seen.extend(follower.events)
        requests_made = len(backend.journal.matching(path=f"/v2/async_jobs/{id_of(job)}/progress/")) - before
        left = len(mark.asked)

    size = sum(map(len, whole.frames))
    assert len(whole.events) >= 20
    assert size >= 4_000
    assert size == sum(len(follower.cuts) for follower in followers)
    assert size + len(followers) == requests_made
    assert 0 == left
    for follower in followers:
        names = [event.event for event in follower.seen]
        counts = [event.processed for event in follower.seen if event.processed is not None]
        assert view(whole.events) == view(follower.seen), follower.offset
        assert 1 == names.count(TERMINAL)
        assert TERMINAL == names[-1]
        assert sorted(counts) == counts


@settings(max_examples=8)
@given(st.data(), st.sampled_from([0.4, 7.0, 40.0]), st.booleans())
def test_a_job_that_goes_on_during_the_wait_is_caught_up_with(data: st.DataObject, pace: float, live: bool) -> None:  # noqa: FBT001 (drawn)
    """Connections break at drawn bytes, heartbeats among them, while the job does not wait for anybody.

    What happened meanwhile is not told again, so the view is the uncut one with events left out: in order, with its
    end, and never a count lower than one before. On the wire it is the same.
    """
    settings_ = Settings(chunk_seconds=pace)
    with (
        FakeBackend(seed=document(6), settings=settings_) as backend,
        backend.serve(autojump=True) as served,
        marked() as mark,
    ):
        client = client_of(backend, served.url if live else backend.url)
        whole = view(client.async_jobs.stream_progress(id_of(enqueue(backend, 1)[0])))
        job = id_of(enqueue(backend, 1)[0])
        for after in data.draw(st.lists(st.integers(0, 700), min_size=1, max_size=4)):
            mark.next(after, data.draw(st.sampled_from(["drop", "reset"])))
        events = list(client.async_jobs.stream_progress(job))
        client.close()

    seen = view(events)
    rest = iter(whole)
    counts = [event.processed for event in events if event.processed is not None]
    assert all(one in rest for one in seen), "in the order of the uncut stream"
    assert whole[-1] == seen[-1]
    assert 1 == [event.event for event in events].count(TERMINAL)
    assert sorted(counts) == counts
