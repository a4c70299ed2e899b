"""A strict reader of event streams, written from the standard and from nothing else.

Source: WHATWG HTML, 9.2.6 "Interpreting an event stream". Where the standard tells a browser to ignore something that
no server should send (an unknown field, a retry that is no number, an id with NUL), this reader refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

END_OF_LINE = re.compile("\r\n|\n|\r")


class GrammarError(Exception):
    """The bytes are no event stream that a strict reader accepts."""


@dataclass(frozen=True)
class Event:
    """One dispatched event.

    Args:
        type: The event's name; ``message`` when the frame has none.
        data: Its data lines, joined by line feeds.
    """

    type: str
    data: str


@dataclass(frozen=True)
class Stream:
    """All of a stream.

    Args:
        events: The dispatched events in order.
        comments: Comment lines, such as keep-alives.
        rest: What follows the last blank line: a frame that was cut.
    """

    events: tuple[Event, ...]
    comments: tuple[str, ...]
    rest: str


def read(stream: bytes) -> Stream:
    """Read a whole event stream.

    Args:
        stream: The body as it was received.

    Raises:
        GrammarError: It is not UTF-8, or has a field that the standard does not know or a value that it would ignore.
    """
    try:
        text = stream.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise GrammarError(f"not UTF-8: {error}") from error
    events: list[Event] = []
    comments: list[str] = []
    kind, data = "", list[str]()
    rest, start = "", 0
    for line_end in END_OF_LINE.finditer(text):
        line, start = text[start : line_end.start()], line_end.end()
        rest = "" if not line else rest + line + line_end.group()
        if not line:
            if data:
                events.append(Event(kind or "message", "\n".join(data)))
            kind, data = "", []
        elif line.startswith(":"):
            comments.append(line[1:].removeprefix(" "))
        else:
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                kind = value
            elif name == "data":
                data.append(value)
            elif not _harmless(name, value):
                raise GrammarError(f"the line {line!r} is none that the standard knows")
    return Stream(tuple(events), tuple(comments), rest + text[start:])


def _harmless(name: str, value: str) -> bool:
    return (name == "id" and "\0" not in value) or (name == "retry" and value.isascii() and value.isdigit())
