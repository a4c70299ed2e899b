"""The journal: bounded, complete, and without secrets."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.journal import Journal

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(0, 30), st.integers(1, 10))
def test_what_is_dropped_is_counted(requests: int, capacity: int) -> None:
    """Kept and dropped add up to what arrived, and the newest are kept."""
    journal = Journal(capacity)
    for _ in range(requests):
        journal.open("api", "GET", "/", "", at=NOW, transport="live")

    assert requests == journal.arrived == len(journal) + journal.dropped
    assert list(range(max(1, requests - capacity + 1), requests + 1)) == [entry.number for entry in journal]


def test_a_signature_is_masked() -> None:
    """Whoever reads the journal cannot use what they read."""
    journal = Journal()
    query = "X-Amz-Date=1&X-Amz-Signature=deadbeef&X-Amz-Credential=AK%2F1&a=b&Signature=c0ffee"
    entry = journal.open("storage", "GET", "/b/k", query, at=NOW, transport="live")

    assert "X-Amz-Date=1&X-Amz-Signature=***&X-Amz-Credential=***&a=b&Signature=***" == entry.query
