"""The checkers that judge walks under a writer: each finds its own fault."""

from __future__ import annotations

from typing import Any

import pytest

from contract_tests.clauses.walk_laws import History, broken


def history(*pages: list[int], **told: Any) -> History:
    """Return a walk in ascending order over the rows 1 to 4, two a page, that is over."""
    rows = {1, 2, 3, 4}
    return History(lambda key: key, 2, **{"throughout": rows, "ever": rows, "pages": list(pages), "over": True, **told})


BROKEN = [
    (history([1, 2], [3, 4]), []),
    (history([1, 2], [], [3, 4], [], empty_every=2), []),
    (history([1, 2], [3]), ["lost: [4]"]),
    (history([1, 2], [2, 3], [4]), ["duplicate: [2]"]),
    (history([1, 3], over=False), ["skipped: [2]"]),
    (history([2, 1], [3, 4]), ["non-monotonic: [(2, 1)]"]),
    (history([1, 2], [3, 4], [5]), ["phantom: [5]"]),
    (history([1, 2], [3, 4], [], []), ["non-terminating: 4 pages of 2 for 4 rows"]),
]


@pytest.mark.parametrize(("walk", "told"), BROKEN, ids=lambda value: str(value) if isinstance(value, list) else "")
def test_each_law_is_seen_to_be_broken(walk: History, told: list[str]) -> None:
    """A checker that finds nothing proves nothing; each finds its own fault, and none where there is none."""
    assert told == broken(walk)
