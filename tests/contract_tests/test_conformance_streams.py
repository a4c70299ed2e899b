"""What the conformance of streams looks at: each departure of a client has its sentence, and none passes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contract_tests.conformance.streams.cases import CASES, Case
from contract_tests.conformance.streams.run import _Staged

START = datetime(2026, 1, 1, tzinfo=UTC)
GOOD = {
    "told": [["async_job.progress", count] for count in (0, 4, 4, 8, 12, 16, 20)],
    "status": "COMPLETED",
    "error": "",
    "seconds": 1.0,
}


class Entry:
    """A request, as far as it is looked at."""

    def __init__(self, seconds) -> None:
        self.at = START + timedelta(seconds=seconds)


class Backend:
    """A backend with nothing but a journal."""

    faults = ()

    def __init__(self, *arrivals) -> None:
        self.journal = self
        self._arrivals = arrivals

    def matching(self, **_):
        return [Entry(seconds) for seconds in self._arrivals]


def judged(case, said, *arrivals):
    return _Staged(case, Backend(*arrivals), "http://127.0.0.1", 1, {"job": "j"}).judge(said).wrong


def test_a_client_that_does_as_told_is_believed() -> None:
    """Repeated counts are one; the end is known once, by stream or by polling."""
    assert [] == judged(Case("x", 2, ((1.0, 2.0),)), GOOD, 0, 1.5)


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"told": GOOD["told"][:-1]}, "counts"),
        ({"told": [*GOOD["told"], ["async_job.completed", 20]]}, "terminal events"),
        ({"status": "PROCESSING"}, "terminal events"),
        ({"error": "RetryError"}, "error"),
    ],
)
def test_each_departure_has_its_sentence(change, about) -> None:
    """What the client says is held against the case."""
    assert any(sentence.startswith(f"{about}: expected") for sentence in judged(Case("x", 1), {**GOOD, **change}, 0))


def test_arrivals_and_waits_are_read_from_the_journal() -> None:
    """One request too many, and one too soon."""
    wrong = judged(Case("x", 2, ((1.0, 2.0),)), GOOD, 0, 0.5, 3)

    assert ["arrivals: expected 2, got 3", "wait 1: expected 1.00 to 2.00 s, got 0.50 s"] == wrong


def test_what_is_skipped_during_a_wait_still_ends_where_the_job_does() -> None:
    """Left out is fine, out of order or without the end is not."""
    case = Case("x", 1, skips=True)
    told = [["async_job.progress", count] for count in (0, 12, 20)]

    assert [] == judged(case, {**GOOD, "told": told}, 0)
    assert judged(case, {**GOOD, "told": told[:-1]}, 0)
    assert judged(case, {**GOOD, "told": [told[1], told[0], told[2]]}, 0)


def test_every_case_has_a_name_of_its_own() -> None:
    """It is all that the table says of it."""
    assert len(CASES) == len({case.case for case in CASES})
