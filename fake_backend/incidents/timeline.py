"""What happened, as text: one line a request with the world's time, then the outcome. Pure."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from fake_backend.core.journal import Entry
    from fake_backend.incidents.evidence import Evidence
    from fake_backend.incidents.incident import Incident

SHOWN: Final = 60  # lines of requests; those in the middle of a longer run are counted
WAIT: Final = 1.0  # seconds without a request that are worth a line
WIDTH: Final = 96  # columns of a path and its query


def timeline(evidence: Evidence, start: datetime) -> Iterator[str]:
    """Yield the lines: requests, waits between them, faults, and what became of it.

    Args:
        evidence: Of a call.
        start: Instant at which the call began.
    """
    lines = list(_requests(evidence.requests, start))
    if len(lines) > SHOWN:
        half = SHOWN // 2
        lines = [*lines[:half], f"          ... {len(lines) - 2 * half} lines ...", *lines[-half:]]
    yield from lines
    for status in evidence.jobs:
        yield f"          export job: {status}"
    for name, times in evidence.fired.items():
        yield f"          fault {name}: struck {times} times"
    rows = {row for row in evidence.rows() if row is not None}
    yield (
        f"{evidence.seconds:9.1f} s {len(evidence.requests)} requests; {len(evidence.tree)} files, "
        f"{len(rows)} rows on disk; "
        + (f"ended in {evidence.ended.error}" if evidence.ended.error else f"reports {evidence.ended.reported} rows")
    )


def _requests(entries: Sequence[Entry], start: datetime) -> Iterator[str]:
    """Yield a line for each run of like requests, and for each long wait before one."""
    before = 0.0
    for _, run in groupby(entries, key=lambda one: (one.method, one.path, one.status, one.faults)):
        same = list(run)
        first, last = ((one.at - start).total_seconds() for one in (same[0], same[-1]))
        if first - before >= WAIT:
            yield f"          waited {first - before:.1f} s"
        lasts = f" over {last - first:.1f} s" if last - first >= WAIT else ""
        yield f"{first:9.1f} s {_line(same)}{lasts}"
        before = last


def _line(same: Sequence[Entry]) -> str:
    entry = same[0]
    target = f"{entry.path}?{entry.query}" if entry.query else entry.path
    place = target if len(target) <= WIDTH else f"{target[: WIDTH - 1]}…"
    cut = " (cut)" if any(one.outcome == "cut" for one in same) else ""
    times = f" x{len(same)}" if len(same) > 1 else ""
    faults = f"  << {', '.join(entry.faults)}" if entry.faults else ""
    return f"{entry.method:6} {entry.status or '---'} {place}{times}{cut}{faults}"


def verdict_line(one: Incident, evidence: Evidence, *, shows: bool, troubled: bool = True) -> str:
    """Return the last line: whether the symptom shows.

    Args:
        one: The incident.
        evidence: Of its run.
        shows: Whether all of its symptom holds.
        troubled: Whether anything was wrong, so that there was something to cure.
    """
    if shows and not evidence.ended.error:
        return f"The symptom shows: {one.title}"
    if evidence.ended.error:
        return f"A clear error, and {len(evidence.tree)} files at the destination. {one.thin.reason}"
    return f"Cured. {one.thin.reason}" if troubled else "Calm: nothing is wrong, and the symptom does not show."
