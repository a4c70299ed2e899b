"""The world's time: one clock, one scheduler of timed events, nothing else that knows what time it is.

    Clock (protocol)   now, time, monotonic, sleep, wait_until, scheduler, close
    ├── SystemClock    real time, or a multiple of it; one ticker thread runs due events while there are any
    └── VirtualClock   moves only when somebody moves it, and runs each event at its own instant
        └── FrozenClock    stands where freezegun's ``freeze_time`` stands (``frozen_clock.py``)

Events run one at a time, in the order of their instants and, among equal ones, in the order in which they were
asked for. An event may ask for further events, and must not move the clock.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from fake_backend.core.errors import BadRequest

_log = logging.getLogger(__name__)

LAST = datetime(9000, 1, 1, tzinfo=UTC)  # dates that are counted from now need years of four digits too

Action = Callable[[], None]


class Clock(Protocol):
    """What reads time or waits in this house.

    ``monotonic`` counts seconds from an arbitrary start and never goes back; ``time`` is seconds since the epoch.
    """

    scheduler: Scheduler

    @property
    def closed(self) -> bool:
        """Whether the world that this is the time of has ended."""

    def now(self) -> datetime:
        """Return the instant, aware, in UTC."""

    def time(self) -> float:
        """Return seconds since the epoch."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start."""

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass."""

    def wait_until(self, ready: Callable[[], bool], *, deadline: float, autojump: bool) -> bool:
        """Wait until ``ready()`` or the monotonic instant ``deadline``; return whether it was ready."""

    def changed(self) -> None:
        """Tell those who wait that what they wait for may be there."""

    def close(self) -> None:
        """End every wait; nothing is scheduled any more."""


@dataclass(order=True)
class Event:
    """Something that happens at an instant (seconds on the monotonic scale)."""

    due: float
    order: int
    action: Action = field(compare=False)
    label: str = field(compare=False, default="")
    cancelled: bool = field(compare=False, default=False)

    def cancel(self) -> None:
        """Make the event a non-event; no effect once it has run."""
        self.cancelled = True


class Scheduler:
    """Timed events over one clock; the lock is held for heap operations only, never while an event runs."""

    def __init__(self, monotonic: Callable[[], float], on_added: Action) -> None:
        self._monotonic = monotonic
        self._on_added = on_added
        self._heap: list[Event] = []
        self._orders = itertools.count()
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Scheduler {len(self)} events, next due {self.next_due()}>"

    def __len__(self) -> int:
        with self._lock:
            return sum(not event.cancelled for event in self._heap)

    def after(self, seconds: float, action: Action, label: str = "") -> Event:
        """Ask for ``action`` to run ``seconds`` from now.

        Args:
            seconds: Delay; zero or more.
            action: Called without arguments, once.
            label: Shown in ``repr`` and logs.

        Raises:
            ValueError: The delay is negative or not a number.
        """
        if not seconds >= 0:
            raise ValueError(f"an event cannot be {seconds!r} seconds from now; zero or more would do")
        event = Event(self._monotonic() + seconds, next(self._orders), action, label)
        with self._lock:
            heapq.heappush(self._heap, event)
        self._on_added()
        return event

    def next_due(self) -> float | None:
        """Return the monotonic instant of the next event, ``None`` when there is none."""
        with self._lock:
            while self._heap and self._heap[0].cancelled:
                heapq.heappop(self._heap)
            return self._heap[0].due if self._heap else None

    def pop_due(self, until: float) -> Event | None:
        """Take the next event that is due by the monotonic instant ``until``."""
        with self._lock:
            while self._heap and (self._heap[0].cancelled or self._heap[0].due <= until):
                event = heapq.heappop(self._heap)
                if not event.cancelled:
                    return event
            return None

    def clear(self) -> None:
        """Forget every event."""
        with self._lock:
            self._heap.clear()


class VirtualClock:
    """Time that moves only by ``sleep``, ``advance``, ``advance_to_next``, ``run_until`` and autojumping waits.

    It ends with ``LAST``; what would move it further raises ``BadRequest``, and it stays where it is.

    Args:
        start: The instant at which the clock stands first; aware. Real time when left out, because presigned URLs of
            foreign clients are dated by the machine's clock.
    """

    def __init__(self, start: datetime | None = None) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError(f"a clock needs an aware start, received {start!r}; add a time zone, as in tzinfo=UTC")
        self._start = (start or datetime.now(UTC)).astimezone(UTC)
        self._epoch = self._start.timestamp()
        self._elapsed = 0.0
        self._turn = threading.RLock()  # who moves time holds it, events included
        self._news = threading.Condition(threading.Lock())
        self._closed = False
        self._followers: tuple[Action, ...] = ()
        self.scheduler = Scheduler(self.monotonic, self.changed)

    def __repr__(self) -> str:
        return f"<VirtualClock {self.now().isoformat()} (+{self._elapsed:g} s), {len(self.scheduler)} events>"

    @property
    def closed(self) -> bool:
        """Whether the world that this is the time of has ended."""
        return self._closed

    def now(self) -> datetime:
        """Return the instant, aware, in UTC."""
        return self._start + timedelta(seconds=self._elapsed)

    def time(self) -> float:
        """Return seconds since the epoch."""
        return self._epoch + self._elapsed

    def monotonic(self) -> float:
        """Return seconds since the clock was made."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` pass at once, with every event that falls into them."""
        if seconds > 0:
            self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward by ``seconds``, running each event at its own instant.

        Raises:
            ValueError: ``seconds`` is negative or not a number: time never goes back.
        """
        if not seconds >= 0:
            raise ValueError(f"time moves forward only, received {seconds!r} seconds; zero or more would do")
        with self._turn:
            self._move_to(self._elapsed + seconds)

    def advance_to_next(self) -> bool:
        """Move to the next event and run it with those of the same instant; return whether there was one."""
        with self._turn:
            due = self.scheduler.next_due()
            if due is None:
                return False
            self._move_to(max(due, self._elapsed))
            return True

    def run_until(self, ready: Callable[[], bool], limit: float = 86_400.0) -> bool:
        """Move from event to event until ``ready()``.

        Args:
            ready: Asked before each step.
            limit: Seconds after which it gives up; a day unless told.

        Returns:
            Whether it became ready; ``False`` also when no event is left.
        """
        return self.wait_until(ready, deadline=self._elapsed + limit, autojump=True)

    def wait_until(self, ready: Callable[[], bool], *, deadline: float, autojump: bool) -> bool:
        """Wait for ``ready()``, by moving time where ``autojump`` allows it, else until somebody else moves it."""
        while not self._closed:
            if ready():
                return True
            if self._elapsed >= deadline:
                return False
            if autojump:
                with self._turn:
                    if not ready():  # another thread may have moved time while this one waited for its turn
                        due = self.scheduler.next_due()
                        self._move_to(deadline if due is None else max(self._elapsed, min(due, deadline)))
            else:
                with self._news:
                    if not self._closed and not ready() and self._elapsed < deadline:
                        self._news.wait()
        return ready()

    @contextmanager
    def followed(self, action: Action) -> Iterator[None]:
        """Have ``action`` called whenever time has moved, before an event runs as well, inside of a block.

        Another clock that tells the same time follows so, and who ends a run that takes too long. What one of them
        raises ends the move, and comes once all have been called.
        """
        self._followers = (*self._followers, action)
        try:
            yield
        finally:
            self._followers = tuple(each for each in self._followers if each is not action)

    def changed(self) -> None:
        """Tell those who wait that what they wait for may be there."""
        with self._news:
            self._news.notify_all()

    def close(self) -> None:
        """End every wait; nothing is scheduled any more."""
        self.scheduler.clear()
        self._closed = True
        self.changed()

    def _move_to(self, target: float) -> None:
        if target > self._elapsed and self._epoch + target > LAST.timestamp():
            raise BadRequest(
                "The clock cannot be moved beyond its end.",
                received=f"{target - self._elapsed:g} s",
                expected=f"until {LAST:%Y-%m-%d}",
            )
        while (event := self.scheduler.pop_due(target)) is not None:
            self._stand_at(event.due)
            event.action()
        self._stand_at(target)
        self.changed()

    def _stand_at(self, elapsed: float) -> None:
        if elapsed > self._elapsed:
            self._elapsed = elapsed
            with ExitStack() as calls:
                for follower in self._followers:
                    calls.callback(follower)


class SystemClock:
    """Real time, or a multiple of it; events run on one daemon thread that lives only while there are events.

    Args:
        speed: Seconds of the world in one real second.

    Raises:
        ValueError: The speed is not above zero.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not 0 < speed < math.inf:
            raise ValueError(f"time cannot go {speed!r} times as fast; a number above zero would do")
        self.speed = speed
        self._began = time.monotonic()
        self._start = datetime.now(UTC)
        self._news = threading.Condition(threading.Lock())
        self._ticker: threading.Thread | None = None
        self._closed = False
        self.scheduler = Scheduler(self.monotonic, self._event_added)

    def __repr__(self) -> str:
        return f"<SystemClock {self.now().isoformat()}, {len(self.scheduler)} events>"

    @property
    def closed(self) -> bool:
        """Whether the world that this is the time of has ended."""
        return self._closed

    def now(self) -> datetime:
        """Return the instant, aware, in UTC."""
        if self.speed == 1:
            return datetime.now(UTC)
        return self._start + timedelta(seconds=self.monotonic() - self._began)

    def time(self) -> float:
        """Return seconds since the epoch."""
        return time.time() if self.speed == 1 else self.now().timestamp()

    def monotonic(self) -> float:
        """Return seconds on the machine's monotonic scale, or what the speed makes of them."""
        return self._began + (time.monotonic() - self._began) * self.speed

    def sleep(self, seconds: float) -> None:
        """Let ``seconds`` of this clock pass."""
        if seconds > 0:
            time.sleep(seconds / self.speed)

    def wait_until(self, ready: Callable[[], bool], *, deadline: float, autojump: bool) -> bool:  # noqa: ARG002 (real time cannot jump)
        """Wait for ``ready()`` until the monotonic instant ``deadline``."""
        with self._news:
            while not self._closed and not ready():
                left = deadline - self.monotonic()
                if left <= 0:
                    return False
                self._news.wait(left / self.speed)
            return ready()

    def changed(self) -> None:
        """Tell those who wait that what they wait for may be there."""
        with self._news:
            self._news.notify_all()

    def close(self) -> None:
        """End every wait and the ticker; nothing is scheduled any more."""
        self.scheduler.clear()
        with self._news:
            self._closed = True
            self._news.notify_all()
            ticker, self._ticker = self._ticker, None
        if ticker is not None and ticker is not threading.current_thread():
            ticker.join()

    def _event_added(self) -> None:
        with self._news:
            if self._closed:
                self.scheduler.clear()
            elif self._ticker is None:
                self._ticker = threading.Thread(target=self._tick, name="fake-backend-ticker", daemon=True)
                self._ticker.start()
            self._news.notify_all()

    def _tick(self) -> None:
        while True:
            event = self.scheduler.pop_due(self.monotonic())
            if event is not None:
                try:
                    event.action()
                except Exception:  # noqa: BLE001  one bad event must not stop time for all others; it is told where logs go
                    _log.exception("the event %r failed", event.label)
                self.changed()
                continue
            with self._news:
                due = self.scheduler.next_due()
                if self._closed or due is None:
                    self._ticker = None
                    return
                self._news.wait(max(0.0, due - self.monotonic()) / self.speed)
