"""Ends a run that goes beyond its limits, whatever it catches.

Once a limit is reached, every request and every sleep on the world's clock raises. That ends a client that lets it
out; a thread that has swallowed it some times is ended at the next line of whoever called: there is no handler whose
own lines do not raise as well. The run is judged by what is noted here, not by what gets out of it.
"""

from __future__ import annotations

import sys
import sysconfig
import threading
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import CodeType, FrameType, TracebackType

    from fake_backend.core.clock import VirtualClock
    from fake_backend.core.journal import Entry, Journal

SWALLOWED: Final = 10  # refusals that a thread may meet on its way out: clean-up asks and waits too
OURS: Final = str(Path(__file__).parents[1])
LIBRARY: Final = sysconfig.get_path("stdlib")
THEIRS: Final = ("site-packages", "dist-packages")  # below the library's folder, and no part of it


class Runaway(BaseException):
    """A run that goes on for longer, or asks more often, than any that ends; no ``Exception``, so that it gets out."""


@dataclass(frozen=True)
class Limits:
    """What a run may take.

    Args:
        seconds: World time.
        requests: Requests.
    """

    seconds: float
    requests: int


class Guard:
    """Watches one run.

    Args:
        journal: Where its requests arrive.
        clock: Where it sleeps.
        limits: What it may take.

    Attributes:
        entries: Its requests.
        reached: The limit that it has reached, in words; blank while there is none.
    """

    def __init__(self, journal: Journal, clock: VirtualClock, limits: Limits) -> None:
        self.entries: list[Entry] = []
        self.reached = ""
        self._journal = journal
        self._clock = clock
        self._limits = limits
        self._until = clock.monotonic() + limits.seconds
        self._refused: Counter[int] = Counter()  # by thread
        self._lines = _Lines()
        self._ends = ExitStack()

    def __enter__(self) -> Self:
        self._journal.watch(self._arrived)
        self._ends.callback(self._journal.watch, None)
        self._ends.enter_context(self._clock.followed(self._look))
        self._ends.callback(self._lines.spare)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._ends.close()

    def _arrived(self, entry: Entry) -> None:
        self.entries.append(entry)
        self._look()

    def _look(self) -> None:
        if not self.reached and self._clock.monotonic() > self._until:
            self.reached = f"no end after {self._limits.seconds:g} s of world time"
        if not self.reached and len(self.entries) > self._limits.requests:
            self.reached = f"no end after {self._limits.requests} requests"
        if self.reached:
            me = threading.get_ident()
            self._refused[me] += 1
            if self._refused[me] > SWALLOWED:
                self._lines.end(me, self.reached)
            raise Runaway(self.reached)


class _Lines:
    """Has each further line of those whom a thread is in raise, clients and their libraries, until they are spared."""

    def __init__(self) -> None:
        self._tool: int | None = None
        self._codes: set[CodeType] = set()
        self._ended: dict[int, str] = {}  # what is told, by thread

    def end(self, thread: int, told: str) -> None:
        if self._tool is None:
            self._tool = next(tool for tool in range(6) if sys.monitoring.get_tool(tool) is None)
            sys.monitoring.use_tool_id(self._tool, __name__)
            sys.monitoring.register_callback(self._tool, sys.monitoring.events.LINE, self._line)
        self._ended[thread] = told
        frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 (no other way is there to see who called)
        while frame is not None:
            if frame.f_code not in self._codes and _is_clients(frame.f_code.co_filename):
                self._codes.add(frame.f_code)
                sys.monitoring.set_local_events(self._tool, frame.f_code, sys.monitoring.events.LINE)
            frame = frame.f_back

    def spare(self) -> None:
        if self._tool is not None:
            for code in self._codes:
                sys.monitoring.set_local_events(self._tool, code, 0)
            sys.monitoring.register_callback(self._tool, sys.monitoring.events.LINE, None)
            sys.monitoring.free_tool_id(self._tool)
            self._tool = None

    def _line(self, _: CodeType, __: int) -> None:
        told = self._ended.get(threading.get_ident())
        if told is not None:
            raise Runaway(told)


def _is_clients(file: str) -> bool:
    """Return whether a file is a client's or of its libraries: neither ours nor the standard library's."""
    return not file.startswith((OURS, "<frozen")) and (
        not file.startswith(LIBRARY) or any(part in file for part in THEIRS)
    )
