"""A progress stream: the frames of one subscriber, in the grammar of the event-stream standard.

Order of frames: ``connected``, a snapshot of the job, one ``async_job.progress`` a chunk, ``heartbeat`` in silence,
``async_job.completed`` at the job's end, whatever the end is: the outcome is what the job's document says. ``error``
ends the stream of a job that is gone with a reset (contract.md 2.3); a job that a restart interrupted has ended. At the
server's lifetime cap the stream ends without a terminal event, and the client comes back (SYN-7304). Frames carry no
``id``: a subscriber who comes back gets a snapshot, and a replay would show progress twice.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from fake_backend.core.jobs import AsyncJob, Feed, snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_backend.world import World


def frame(name: str, data: dict[str, Any]) -> bytes:
    """Return one event as bytes; JSON has no bare line break, so one ``data`` line is enough."""
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


class Connection(Protocol):
    """What a stream needs to know of its transport."""

    def on_close(self, callback: Callable[[], object]) -> Callable[[], None]:
        """Call ``callback`` when the connection ends; return what takes that back."""


class ProgressStream:
    """The body of a progress answer; holds one of the world's places for streams until it is closed.

    Args:
        world: Where the job runs.
        job: Its document at the moment of subscribing.
        member: Id of the user who follows it.
        autojump: Whether a wait may move a virtual clock.
        connection: Tells when nobody is there any more.
    """

    def __init__(
        self, world: World, job: AsyncJob, *, member: int, autojump: bool, connection: Connection | None
    ) -> None:
        self._world = world
        self._job = job
        self._member = member
        self._autojump = autojump
        self._open = True
        self._hung_up = False
        self._forget = connection.on_close(self._hang_up) if connection is not None else None

    def __iter__(self) -> Iterator[bytes]:
        """Yield frames until the job's end, the lifetime cap or the end of the world."""
        clock, settings = self._world.clock, self._world.settings
        feed = self._world.exports.feed(self._job.id)
        ends_at = clock.monotonic() + settings.stream_seconds
        seen = len(feed.events)
        yield frame("connected", {"job_id": self._job.id})
        latest = feed.events[seen - 1] if seen else snapshot(self._job)
        if seen or self._job.finished:
            yield frame(latest.name, latest.data)
        while not (self._hung_up or (feed.over and seen >= len(feed.events))):
            quiet_until = min(ends_at, clock.monotonic() + settings.heartbeat_seconds)
            news = partial(self._has_news, feed, seen)
            if clock.wait_until(news, deadline=quiet_until, autojump=self._autojump):
                for latest in feed.events[seen:]:
                    seen += 1
                    yield frame(latest.name, latest.data)
            elif self._hung_up or clock.monotonic() >= ends_at or clock.closed:
                return
            else:
                yield frame("heartbeat", {"timestamp": clock.now().isoformat()})
        if feed.over and latest.name != "async_job.completed":
            yield frame("error", {"message": "Nobody works on this job any more; ask for its state."})

    def close(self) -> None:
        """Give the place back; called by the server when the answer is over, however it ends."""
        if self._open:
            self._open = False
            self._world.streams.give_back(self._member)
            if self._forget is not None:
                self._forget()

    def _hang_up(self) -> None:
        self._hung_up = True
        self._world.clock.changed()

    def _has_news(self, feed: Feed, seen: int) -> bool:
        return self._hung_up or feed.over or len(feed.events) > seen
