"""Where two export trees differ, told row by row."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract_tests.verify.outcome import Tree

SHEET = "items.json"
EXCERPT = 100  # characters of each value that are shown
ABSENT = "(absent)"


@dataclass(frozen=True)
class Difference:
    """One place in which two trees differ.

    Args:
        where: Path, and for a sheet the item in it.
        row: The row's id, or ``None`` where the place belongs to no one row.
        expected: The value of the first tree, cut to where the two part.
        got: The value of the second tree, likewise.
    """

    where: str
    row: int | None
    expected: str
    got: str


def differences(expected: Tree, got: Tree, owners: Mapping[str, int]) -> list[Difference]:
    """Return every place in which two trees differ, in order of path.

    Args:
        expected: The tree that is taken for right.
        got: The tree that is judged.
        owners: Path to the id of the row that writes it, as far as known.
    """
    found: list[Difference] = []
    for path in sorted(expected.keys() | got.keys()):
        left, right = expected.get(path), got.get(path)
        if left == right:
            continue
        items = list(_item_differences(left, right)) if path == SHEET else []
        found.extend(items or [Difference(path, owners.get(path), *_excerpts(_text(left), _text(right)))])
    return found


def _item_differences(left: bytes | None, right: bytes | None) -> Iterator[Difference]:
    """Yield the items in which two sheets differ; nothing when the difference is not one of items.

    Items are matched by id, so that one that is missing does not put all that follow it in the wrong.
    """
    before, after = _items(left), _items(right)
    if before is None or after is None:
        return
    one, other = ({item.get("id"): _json(item) for item in items} for items in (before, after))
    if len(one) < len(before) or len(other) < len(after):
        yield Difference(SHEET, None, f"{len(before)} items, {len(one)} ids", f"{len(after)} items, {len(other)} ids")
        return
    unequal = [row for row in [*one, *(row for row in other if row not in one)] if one.get(row) != other.get(row)]
    for row in unequal:
        yield _item_difference(row, *_excerpts(one.get(row, ABSENT), other.get(row, ABSENT)))
    if not unequal:
        for place, (first, second) in enumerate(zip(one, other, strict=True)):
            if first != second:
                yield Difference(f"{SHEET}, item {place}", None, f"row {first}", f"row {second}")


def _item_difference(row: object, expected: str, got: str) -> Difference:
    return Difference(f"{SHEET}, id {row}", row if isinstance(row, int) else None, expected, got)


def _items(content: bytes | None) -> list[dict[str, object]] | None:
    try:
        value = json.loads(content or b"")
    except ValueError:
        return None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        return None
    return cast("list[dict[str, object]]", value)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(content: bytes | None) -> str:
    if content is None:
        return ABSENT
    try:
        return content.decode()
    except UnicodeDecodeError:
        return f"({len(content)} bytes, sha256 {hashlib.sha256(content).hexdigest()})"


def _excerpts(left: str, right: str) -> tuple[str, str]:
    """Return both texts from a little before the place where they part."""
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(left, right, strict=False)))
    start = max(0, shared - EXCERPT // 3)
    return _cut(left, start), _cut(right, start)


def _cut(text: str, start: int) -> str:
    if text == ABSENT:
        return text
    end = start + EXCERPT
    return f"{'…' if start else ''}{text[start:end]}{'…' if end < len(text) else ''}"
