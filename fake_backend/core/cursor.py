"""Cursor tokens and the walk they steer, as Django REST framework's ``CursorPagination`` does both.

A cursor names a place between two rows. ``position`` is the ordering value that the page starts after; ``offset``
counts rows to skip inside a run of equal values. A unique ordering never needs the offset, and that is the whole
secret of a keyset page: it costs the same at any depth. A non-unique one (``-created``) is position plus offset, with
the framework's own artefacts: a run of more than ``OFFSET_CUTOFF`` equal values is not walked to its end.

Source: djangorestframework 3.18, ``CursorPagination``; the differential tests hold the two side by side.
Not supported, as there: binding a token to a filter or an ordering, and signing it.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode

from fake_backend.core.errors import InvalidCursor

if TYPE_CHECKING:
    from collections.abc import Sequence

OFFSET_CUTOFF = 1000  # the framework's ``offset_cutoff``


@dataclass(frozen=True)
class Cursor:
    """A place in an ordered list.

    Args:
        position: Ordering value of the last row before the page, ``None`` at the start.
        offset: Rows to skip among those equal to ``position``.
        reverse: Whether the walk goes against the ordering.
    """

    position: str | None = None
    offset: int = 0
    reverse: bool = False

    def encode(self) -> str:
        """Return the token that a ``next`` or ``previous`` link carries."""
        fields = {}
        if self.offset:
            fields["o"] = str(self.offset)
        if self.reverse:
            fields["r"] = "1"
        if self.position is not None:
            fields["p"] = self.position
        return b64encode(urlencode(fields).encode("ascii")).decode("ascii")

    @classmethod
    def decode(cls, token: str) -> Cursor:
        """Read a token back.

        Raises:
            InvalidCursor: The token is not base64 of a query string, or its numbers are none.
        """
        try:
            fields = parse_qs(b64decode(token.encode("ascii")).decode("ascii"), keep_blank_values=True)
            offset = _count(fields.get("o", ["0"])[0])
            reverse = bool(int(fields.get("r", ["0"])[0]))
        except (ValueError, binascii.Error) as error:
            raise InvalidCursor("Invalid cursor", received=token, expected="a token from a page's link") from error
        return cls(fields.get("p", [None])[0], min(offset, OFFSET_CUTOFF), reverse)


@dataclass(frozen=True)
class Seek:
    """What to ask the store for: the rows of a page and one more.

    Args:
        descending: Order in which to read, which a reverse cursor turns round.
        beyond: Ordering value to start beyond (below it when ``descending``), ``None`` for the start.
        offset: Rows to skip from there.
        limit: Rows to read, the page's size and one.
    """

    descending: bool
    beyond: str | None
    offset: int
    limit: int


@dataclass(frozen=True)
class Window:
    """One page's place in its list: which of the rows read belong to it, and the cursors on either side."""

    rows: slice
    turned: bool
    next: Cursor | None
    previous: Cursor | None


def seek(cursor: Cursor | None, *, descending: bool, size: int) -> Seek:
    """Return what to read for the page of ``size`` rows that ``cursor`` names."""
    place = cursor or Cursor()
    return Seek(descending != place.reverse, place.position, place.offset, size + 1)


def window(cursor: Cursor | None, positions: Sequence[str], *, size: int) -> Window:
    """Return the page and its neighbours from what ``seek`` asked for.

    Args:
        cursor: The cursor of the request, ``None`` for the first page.
        positions: Ordering values of the rows read, in the order of reading; at most ``size`` + 1.
        size: Rows a page.
    """
    place = cursor or Cursor()
    page = list(positions[:size])
    more = len(positions) > size
    beyond = positions[size] if more else None
    came_from_somewhere = place.position is not None or place.offset > 0
    if place.reverse:
        page.reverse()
        has_next, has_previous = came_from_somewhere, more
        next_position, previous_position = place.position, beyond
    else:
        has_next, has_previous = more, came_from_somewhere
        next_position, previous_position = beyond, place.position
    return Window(
        rows=slice(0, size),
        turned=place.reverse,
        next=_neighbour(
            place,
            page[::-1],
            size=size,
            beyond=next_position,
            behind=previous_position,
            has_behind=has_previous,
            forward=True,
        )
        if has_next
        else None,
        previous=_neighbour(
            place,
            page,
            size=size,
            beyond=previous_position,
            behind=next_position,
            has_behind=has_next,
            forward=False,
        )
        if has_previous
        else None,
    )


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise ValueError(f"{number} is no count")
    return number


def _neighbour(
    place: Cursor,
    page_from_border: Sequence[str],
    *,
    size: int,
    beyond: str | None,
    behind: str | None,
    has_behind: bool,
    forward: bool,
) -> Cursor:
    """Return the cursor past a page's border, walking inwards until a value differs from its outer neighbour."""
    turning = place.reverse if forward else not place.reverse
    if not page_from_border:
        return Cursor(beyond, 0, reverse=not forward)
    compare = page_from_border[0] if turning and place.offset else beyond
    for offset, position in enumerate(page_from_border):
        if position != compare:
            return Cursor(position, offset, reverse=not forward)
        compare = position
    if not has_behind:  # first (or final) page of one long run: count from the start
        return Cursor(None, size, reverse=not forward)
    if turning:  # the change of direction skips a few rows, as in the framework
        return Cursor(behind, 0, reverse=not forward)
    return Cursor(behind, place.offset + size, reverse=not forward)
