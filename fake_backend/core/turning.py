"""Turning the pages of a walk, under the conventions in which servers that page by cursor are known to differ.

The window of a page, and the cursors on either side of it, are ``core.cursor``'s. Two habits of other servers go on top
of it: one that does not look ahead offers a page after a last one that ended exactly full, and finds it empty; one that
filters late has empty pages in the middle of a walk. Neither loses a row, forward or back.

Source: anchors.md 2 (last page that is exactly full; empty page that is not the last).
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs

from fake_backend.core.cursor import Cursor, window
from fake_backend.core.errors import InvalidCursor

if TYPE_CHECKING:
    from collections.abc import Container, Sequence


@dataclass(frozen=True)
class Leaf:
    """One page of a walk.

    Args:
        cursor: Where in the list it is.
        number: Which page of the walk it is, 1 for the first; a walk back counts down, below 1 if it must.
    """

    cursor: Cursor = field(default_factory=Cursor)
    number: int = 1


@dataclass(frozen=True)
class Conventions:
    """What a walk may meet.

    Args:
        empty_last: One more page, which is empty, after a last page that ended exactly full.
        empty_every: ``n`` makes every nth page empty, with a ``next``; 0 for none.
        exact: Positions are unique, as a sealed cursor's are.
        bugs: Those that are on.
    """

    empty_last: bool = False
    empty_every: int = 0
    exact: bool = False
    bugs: Container[str] = frozenset()


@dataclass(frozen=True)
class Turned:
    """A page: which of the rows read belong to it, whether they were read against the order, and its neighbours."""

    rows: slice
    backwards: bool
    next: Leaf | None
    previous: Leaf | None


def turn(leaf: Leaf, positions: Sequence[str], *, size: int, conventions: Conventions) -> Turned:
    """Return the page ``leaf`` from what ``core.cursor.seek`` asked for.

    Args:
        leaf: The page.
        positions: Ordering values of the rows read, in the order of reading; at most ``size`` + 1.
        size: Rows a page.
        conventions: What the walk may meet.
    """
    place, rows = leaf.cursor, slice(0, size)
    found = window(place, positions, size=size)
    onward, back = (found.previous, found.next) if place.reverse else (found.next, found.previous)
    if conventions.empty_last and len(positions) == size:  # full, and nothing beyond
        onward = Cursor(positions[-1], reverse=place.reverse)
    if not positions and back is not None and (conventions.empty_last or conventions.exact):
        back = Cursor(reverse=not place.reverse)  # from the end: the row at the cursor is not to be stepped over
    onward = _astray(onward, place, positions, size=size, bugs=conventions.bugs)
    if "cursor-loses-the-last-page" in conventions.bugs and onward is None and place != Cursor():
        rows = slice(0, 0)
    if conventions.empty_every and leaf.number % conventions.empty_every == 0:
        rows, onward = slice(0, 0), place
    step = -1 if place.reverse else 1
    ahead = None if onward is None else Leaf(onward, leaf.number + step)
    behind = None if back is None else Leaf(back, leaf.number - step)
    following, before = (behind, ahead) if place.reverse else (ahead, behind)
    return Turned(rows, place.reverse, following, before)


def _astray(
    onward: Cursor | None, place: Cursor, positions: Sequence[str], *, size: int, bugs: Container[str]
) -> Cursor | None:
    """Return the cursor of the page beyond as the bugs that are on have it."""
    if "cursor-never-ends" in bugs and onward is None:
        return place
    if len(positions) <= size:
        return onward
    if "cursor-repeats-a-row" in bugs and size > 1:  # the border of a page that is a row shorter
        return _beyond(place, positions[:size], size - 1)
    if "cursor-skips-a-row" in bugs:  # and of one that is a row longer
        return _beyond(place, [*positions, ""], size + 1)
    if "cursor-loses-ties" in bugs:
        return Cursor(positions[size - 1], reverse=place.reverse)
    return onward


def _beyond(place: Cursor, positions: Sequence[str], size: int) -> Cursor | None:
    found = window(place, positions, size=size)
    return found.previous if place.reverse else found.next


class Tokens(Protocol):
    """How a page's place is written into a link and read back."""

    def write(self, leaf: Leaf) -> str:
        """Return the token of a page."""
        ...

    def read(self, token: str) -> Leaf:
        """Return the page of a token.

        Raises:
            InvalidCursor: The token names no place in this list.
        """
        ...


@dataclass(frozen=True)
class PlainTokens:
    """Tokens of Django REST framework: base64 of a query string that anybody can read, and write.

    Args:
        numbered: Whether they carry the page's number too, as one more field, which the framework's own reader passes
            over.
    """

    numbered: bool = False

    def write(self, leaf: Leaf) -> str:
        """Return the framework's token, with the page's number behind it where that is wanted."""
        token = leaf.cursor.encode()
        return b64encode(b64decode(token) + f"&n={leaf.number}".encode()).decode() if self.numbered else token

    def read(self, token: str) -> Leaf:
        """Return the page of a token; an empty one is the first page's, as in the framework.

        Raises:
            InvalidCursor: The token is not base64 of a query string, or its numbers are none.
        """
        cursor = Cursor.decode(token)
        if not self.numbered or not token:
            return Leaf(cursor)
        try:
            fields = parse_qs(b64decode(token.encode("ascii")).decode("ascii"))
            return Leaf(cursor, int(fields.get("n", ["1"])[0]))
        except (ValueError, binascii.Error) as error:
            raise InvalidCursor("Invalid cursor", received=token, expected="a token from a page's link") from error
