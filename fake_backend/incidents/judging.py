"""Measures of what a client left behind, and whether a symptom shows by them. Pure."""

from __future__ import annotations

import operator
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from fake_backend.core.journal import Entry
    from fake_backend.incidents.evidence import Evidence
    from fake_backend.incidents.incident import Measure, Test

OPERATORS: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def holds(tests: Iterable[Test], evidence: Evidence) -> bool:
    """Return whether all tests hold."""
    return not missed(tests, evidence)


def missed(tests: Iterable[Test], evidence: Evidence) -> list[str]:
    """Return the tests that do not hold, in words, each with what was measured."""
    told = []
    for test in tests:
        found = measured(test, evidence)
        if not OPERATORS[test.is_](found, test.value):
            told.append(f"{test.measure} is {found:g}, not {test.is_} {test.value:g}")
    return told


def measured(measure: Measure, evidence: Evidence) -> float:
    """Return what a measure comes to (``docs/incidents.md``, Measures)."""
    return MEASURES[measure.measure](measure, evidence)


def _requests(measure: Measure, evidence: Evidence) -> list[Entry]:
    return [
        entry
        for entry in evidence.requests
        if fnmatchcase(entry.method, measure.method)
        and fnmatchcase(entry.path, measure.path)
        and fnmatchcase(entry.query, measure.query)
        and (measure.status is None or entry.status == measure.status)
    ]


def _repeats(measure: Measure, evidence: Evidence) -> int:
    found = Counter((entry.method, entry.path, entry.query) for entry in _requests(measure, evidence))
    return max(found.values(), default=0)


def _below(folder: str, name: str, evidence: Evidence) -> Sequence[str]:
    return [path for path in evidence.tree if path.startswith(folder) and fnmatchcase(path.rpartition("/")[2], name)]


def _progress(_: Measure, evidence: Evidence) -> float:
    record = evidence.job.get("progress_record") or {}
    return float((record.get("current_progress") or {}).get("overall") or 0)


MEASURES: Final[Mapping[str, Callable[[Measure, Evidence], float]]] = {
    "rows": lambda _, seen: len({row for row in seen.rows() if row is not None}),
    "labels": lambda _, seen: len(seen.rows()),
    "originals": lambda measure, seen: len(_below("origin_files/", measure.path, seen)),
    "files": lambda _, seen: len(seen.tree),
    "foreign": lambda _, seen: sum(row is None for row in seen.rows()),
    "escaped": lambda _, seen: len(seen.elsewhere),
    "leftovers": lambda _, seen: len(seen.parked),
    "reported": lambda _, seen: seen.ended.reported,
    "succeeded": lambda _, seen: not seen.ended.error,
    "jobs": lambda measure, seen: sum(fnmatchcase(status, measure.state) for status in seen.jobs),
    "annotated": lambda _, seen: sum(bool(data) for data in seen.tasks.values()),
    "requests": lambda measure, seen: len(_requests(measure, seen)),
    "repeats": _repeats,
    "largest_request": lambda measure, seen: max((entry.received for entry in _requests(measure, seen)), default=0),
    "request_bytes": lambda measure, seen: sum(entry.received for entry in _requests(measure, seen)),
    "api_bytes": lambda measure, seen: sum(entry.sent for entry in _requests(measure, seen) if entry.party == "api"),
    "seconds": lambda _, seen: seen.seconds,
    "progress": _progress,
    "log_entries": lambda _, seen: seen.log_entries,
}
