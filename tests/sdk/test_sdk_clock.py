"""The SDK's clock, and the world's in its place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

import fake_backend
from sdk.clock import Clock, SystemClock


@pytest.mark.parametrize("kind", [SystemClock, fake_backend.VirtualClock, fake_backend.SystemClock])
def test_any_clock_of_these_four_methods_will_do(kind) -> None:
    """By structure: the SDK knows nothing of the fake, and takes its time all the same."""
    assert isinstance(kind(), Clock)


def test_the_machines_clock_is_aware_and_does_not_go_back() -> None:
    """Both scales tell one instant; no time passes where none is asked for."""
    clock = SystemClock()
    before = clock.monotonic()
    clock.sleep(0)
    clock.sleep(-1)

    assert clock.now().tzinfo is UTC
    assert abs(clock.now() - datetime.fromtimestamp(clock.time(), UTC)) < timedelta(hours=1)
    assert before <= clock.monotonic()
