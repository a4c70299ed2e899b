"""Server-sent events: bytes in, events out, whatever the cuts between pieces.

Source: WHATWG HTML, section 9.2.6, with one liberty: an event that has a name and no data is handed on as well, since
a heartbeat needs none. ``id``, ``retry`` and comments are ignored (contract.md 2.3). The text is UTF-8, whatever the
answer's headers say.
"""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LONGEST_LINE = 1 << 20  # characters: a progress event has some hundred; without an end this would grow for ever
PROGRESS = "async_job.progress"
COMPLETED = "async_job.completed"
ERROR = "error"
HEARTBEAT = "heartbeat"
TERMINAL = frozenset({COMPLETED, ERROR})


@dataclass(frozen=True)
class ServerEvent:
    """One event of a stream.

    Args:
        name: Value of its ``event`` field, ``message`` when it has none.
        data: Its ``data`` lines, joined by line feeds.
    """

    name: str
    data: str


@dataclass(frozen=True)
class ProgressEvent:
    """One event of an async job's stream (contract.md 2.3).

    Args:
        event: ``connected``, ``async_job.progress``, ``heartbeat``, ``async_job.completed``, ``error``, or a name that
            this SDK does not know.
        data: The event's JSON object without its key ``event``; empty when there is none.
    """

    event: str
    data: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, event: ServerEvent) -> ProgressEvent:
        """Read an event's data; what is no JSON object counts as none."""
        try:
            data = json.loads(event.data) if event.data else {}
        except (ValueError, RecursionError):
            data = {}
        if not isinstance(data, dict):
            data = {}
        return cls(event.name, {key: value for key, value in data.items() if key != "event"})

    @property
    def processed(self) -> int | None:
        """Rows done."""
        return _integer(self.data.get("processed_count"))

    @property
    def total(self) -> int | None:
        """Rows in all."""
        return _integer(self.data.get("total_count"))

    @property
    def percent(self) -> float | None:
        """Share done, from 0 to 100."""
        value = self.data.get("percent")
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    @property
    def status(self) -> str | None:
        """State of the job."""
        return _text(self.data.get("status"))

    @property
    def message(self) -> str | None:
        """What an ``error`` event says."""
        return _text(self.data.get("message"))

    @property
    def is_progress(self) -> bool:
        """Whether it tells both rows done and rows in all."""
        return self.event == PROGRESS and self.processed is not None and self.total is not None

    @property
    def is_terminal(self) -> bool:
        """Whether the stream is over; what became of the job, only ``retrieve`` tells."""
        return self.event in TERMINAL


class EventParser:
    """Turns pieces of a stream into events; a piece may end anywhere, even inside a character."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8-sig")(errors="replace")
        self._line = ""
        self._after_return = False
        self._name = ""
        self._data: list[str] = []

    def feed(self, piece: bytes) -> Iterator[ServerEvent]:
        """Take a piece and yield the events that it completes.

        Args:
            piece: Bytes as they came.

        Raises:
            ValueError: A line has no end within a megabyte.
        """
        for character_run in self._lines(self._decoder.decode(piece)):
            event = self._take(character_run)
            if event is not None:
                yield event

    def _lines(self, text: str) -> Iterator[str]:
        if self._after_return and text:
            text = text.removeprefix("\n")
            self._after_return = False
        start = 0
        for position, character in enumerate(text):
            if position < start or character not in "\r\n":
                continue
            yield self._line + text[start:position]
            self._line = ""
            start = position + 1
            if character == "\r":
                if start == len(text):
                    self._after_return = True
                elif text[start] == "\n":
                    start += 1
        self._line += text[start:]
        if len(self._line) > LONGEST_LINE:
            raise ValueError("a line of the stream has no end")

    def _take(self, line: str) -> ServerEvent | None:
        if not line:
            name, data = self._name, self._data
            self._name, self._data = "", []
            return ServerEvent(name or "message", "\n".join(data)) if name or data else None
        label, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if label == "event":
            self._name = value
        elif label == "data":
            self._data.append(value)
        return None


def events_of(pieces: Iterable[bytes]) -> Iterator[ServerEvent]:
    """Yield the events of a stream; one that the stream's end cuts off is dropped.

    Args:
        pieces: Bytes of the stream, cut anywhere.
    """
    parser = EventParser()
    for piece in pieces:
        yield from parser.feed(piece)


def _integer(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
