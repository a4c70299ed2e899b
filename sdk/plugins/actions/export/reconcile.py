"""What a bundle holds against what its scope holds, and which differences are nobody's fault.

A row that was created since the export was probed may be in either without the other; a row that was deleted since
may still be in the bundle. Both are reported. By a filter on something that changes, such as a status, a row may also
come into the scope or leave it while the job runs; see ``Findings.is_movement``. Any other difference is a loss or a
surplus, and ends the export.

Source: incidents.md 1, SYN-7438 (200 rows asked, 99,792 delivered) and 6.5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from sdk.plugins.actions.export.errors import NAMED_IDS, ScopeDifferenceError, named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from sdk.plugins.actions.export.scope import Listed

LOOK_UP = 200  # rows of the surplus that are looked up at a time


@dataclass(frozen=True)
class Since:
    """Tells rows that came into being after the probe from those that were there.

    Args:
        started: When the job was created, by the server's clock; where that is not known, the probe, by ours.
        newest: Highest key in the scope at the probe; ``None`` when there was none.
    """

    started: datetime
    newest: int | None = None

    def covers(self, row: Listed, *, in_scope: bool) -> bool:
        """Return whether a row came into being since.

        Args:
            row: A row that exists.
            in_scope: Whether the scope holds it now. Only then does an id above the probe's highest say that it is
                younger; at the very instant of the start that decides.
        """
        if row.created is None:
            return in_scope and self.newest is not None and row.id > self.newest
        if row.created == self.started:
            return in_scope and (self.newest is None or row.id > self.newest)
        return row.created > self.started


@dataclass
class Findings:
    """Where bundle and scope differ.

    Args:
        created_since: Rows created since the probe that only one of the two holds.
        removed: Rows of the bundle that do not exist any more.
        missing: Rows of the scope that the bundle lacks, unexplained.
        surplus: Rows of the bundle that exist outside the scope, unexplained; no more than need be named.
        surplus_count: Rows of the bundle that the scope lacks, if all of them were looked at, else an upper bound.
        moved: Rows that came into the scope or left it since, so that only one of the two holds them.
    """

    created_since: list[int] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    surplus: list[int] = field(default_factory=list)
    surplus_count: int = 0
    moved: list[int] = field(default_factory=list)

    @property
    def is_movement(self) -> bool:
        """Whether rows have moved, given a bundle of as many rows as the probe counted, all of them looked at.

        As long as nobody touches the rows, the scope has that many rows too. Then as many are missing as are in
        surplus, and the bundle holds wrong ones. Where the two numbers differ, the scope has changed since.
        """
        return len(self.missing) != self.surplus_count

    def as_movement(self) -> Findings:
        """Return these findings with what is unexplained explained by movement."""
        moved = sorted([*self.missing, *self.surplus], reverse=True)
        return Findings(self.created_since, self.removed, moved=moved)

    def movement(self) -> str:
        """Return in words that rows have moved; blank when none has."""
        if not self.moved:
            return ""
        return (
            f"{len(self.moved)} row(s) came into the filter's selection or left it while the export ran, and are "
            f"exported as the server found them: {named(self.moved)}"
        )

    @property
    def is_explained(self) -> bool:
        """Whether creation and deletion explain every difference."""
        return not self.missing and not self.surplus

    def sentence(self) -> str:
        """Return what is unexplained, in words; blank when nothing is."""
        parts = []
        if self.surplus:
            rest = self.surplus_count - NAMED_IDS
            shown = named(self.surplus[:NAMED_IDS]) + (f" and {rest} more" if rest > 0 else "")
            parts.append(f"{self.surplus_count} surplus row(s) that the filter does not select: {shown}")
        if self.missing:
            parts.append(f"{len(self.missing)} missing row(s): {named(self.missing)}")
        return "; ".join(parts)


def differences(bundle: Iterable[int], scope: Iterable[Listed]) -> Iterator[tuple[int, Listed | None]]:
    """Yield what only one of two descending lists holds: a row of the scope, or an id of the bundle and ``None``.

    Args:
        bundle: Ids, strictly descending.
        scope: Rows, strictly descending by id.
    """
    left, right = iter(bundle), iter(scope)
    number, row = next(left, None), next(right, None)
    while number is not None or row is not None:
        if number is not None and (row is None or number > row.id):
            yield number, None
            number = next(left, None)
        elif row is not None and (number is None or row.id > number):
            yield row.id, row
            row = next(right, None)
        else:
            number, row = next(left, None), next(right, None)


def judge(
    bundle: Iterable[int],
    scope: Iterable[Listed],
    since: Since,
    existing: Callable[[Sequence[int]], Mapping[int, Listed]],
    *,
    enough: int | None = NAMED_IDS,
) -> Findings:
    """Return what explains the differences of a bundle and its scope, and what nothing explains.

    Args:
        bundle: Ids of the bundle, strictly descending.
        scope: Rows of the scope now, strictly descending by id.
        since: Tells young rows.
        existing: Looks up which rows exist at all.
        enough: Surplus rows after which no more are looked up; ``None`` looks at all.
    """
    findings = Findings()
    outside: list[int] = []
    for number, row in differences(bundle, scope):
        if row is None:
            outside.append(number)
        elif since.covers(row, in_scope=True):
            findings.created_since.append(number)
        else:
            findings.missing.append(number)
    findings.surplus_count = len(outside)
    unseen = iter(outside)
    while (enough is None or len(findings.surplus) < enough) and (piece := list(islice(unseen, LOOK_UP))):
        found = existing(piece)
        for number in piece:
            if number not in found:
                findings.removed.append(number)
                findings.surplus_count -= 1
            elif since.covers(found[number], in_scope=False):
                findings.created_since.append(number)
                findings.surplus_count -= 1
            else:
                findings.surplus.append(number)
    findings.created_since.sort(reverse=True)
    return findings


def ensure_explained(findings: Findings, *, counted: int, probed: int | None) -> None:
    """Refuse a bundle that differs from its scope by rows that nothing explains.

    Args:
        findings: The differences.
        counted: Rows of the bundle.
        probed: Rows that the probe counted; ``None`` when it failed.

    Raises:
        ScopeDifferenceError: Surplus or missing rows are left; up to 20 of each are named.
    """
    if findings.is_explained:
        return
    before = "the probe failed" if probed is None else f"the probe counted {probed}"
    raise ScopeDifferenceError(
        f"The delegated bundle holds {counted} row(s) and {before}; {findings.sentence()}. Nothing was exported."
    )
