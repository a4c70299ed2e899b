"""Time: events run at their own instant, in order, and a virtual clock moves only when it is told to."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.clock import SystemClock, VirtualClock

START = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.lists(st.floats(0, 100), max_size=20), st.lists(st.floats(0, 30), max_size=8))
def test_events_run_once_in_order_at_their_own_instant(delays, steps) -> None:
    """However time is cut into steps, each event sees its own instant, and those not yet due wait."""
    clock = VirtualClock(START)
    ran = []
    for number, delay in enumerate(delays):
        clock.scheduler.after(delay, lambda number=number: ran.append((clock.monotonic(), number)))
    for step in [*steps, 0]:
        clock.advance(step)

    expected = sorted((delay, number) for number, delay in enumerate(delays) if delay <= clock.monotonic())
    assert expected == ran


def test_an_event_may_ask_for_another_within_the_same_advance() -> None:
    """A chain of events, as a worker's chunks are, runs to its end in one advance."""
    clock = VirtualClock(START)
    seen = []

    def again() -> None:
        seen.append(clock.monotonic())
        if len(seen) < 5:
            clock.scheduler.after(2.0, again)

    clock.scheduler.after(2.0, again)
    clock.sleep(100)

    assert [2.0, 4.0, 6.0, 8.0, 10.0] == seen
    assert clock.monotonic() == 100.0


def test_a_cancelled_event_does_not_run() -> None:
    """What is cancelled before its time is as if it had not been asked for."""
    clock = VirtualClock(START)
    clock.scheduler.after(1, pytest.fail).cancel()

    assert not clock.advance_to_next()
    clock.advance(5)


def test_time_never_goes_back() -> None:
    """A negative advance, a negative delay and a start without zone are refused with the value."""
    clock = VirtualClock(START)
    for wrong in (lambda: clock.advance(-1), lambda: clock.scheduler.after(-1, clock.changed)):
        with pytest.raises(ValueError, match="-1"):
            wrong()
    with pytest.raises(ValueError, match="aware"):
        VirtualClock(datetime(2026, 1, 1))  # noqa: DTZ001 (the point)


def test_an_autojumping_wait_moves_time_no_further_than_it_must() -> None:
    """A wait ends at the event that makes it ready, or at its deadline when nothing will."""
    clock = VirtualClock(START)
    ready = []
    clock.scheduler.after(7, lambda: ready.append(1))
    clock.scheduler.after(70, lambda: ready.append(2))

    assert clock.wait_until(lambda: bool(ready), deadline=50, autojump=True)
    assert clock.monotonic() == 7
    assert not clock.wait_until(lambda: len(ready) == 2, deadline=50, autojump=True)
    assert clock.monotonic() == 50


def test_a_wait_without_autojump_ends_when_somebody_else_moves_time() -> None:
    """Under a virtual clock a live reader waits for the clock's owner, and for the end of the world."""
    for move, expected in ((lambda clock: clock.advance(10), True), (VirtualClock.close, False)):
        clock = VirtualClock(START)
        ready, outcome = [], []
        clock.scheduler.after(5, lambda ready=ready: ready.append(1))
        waiter = threading.Thread(
            target=lambda clock=clock, ready=ready, outcome=outcome: outcome.append(
                clock.wait_until(lambda: bool(ready), deadline=100, autojump=False)
            )
        )
        waiter.start()
        move(clock)
        waiter.join(10)

        assert [expected] == outcome


def test_a_system_clock_runs_events_and_lets_its_thread_go() -> None:
    """Real time drives the same events; a failing one does not stop the next; closing leaves no thread."""
    clock = SystemClock()
    done = threading.Event()
    clock.scheduler.after(0, [].pop, label="bad")
    clock.scheduler.after(0.01, done.set)

    assert clock.wait_until(done.is_set, deadline=clock.monotonic() + 30, autojump=False)
    clock.close()
    assert not clock.wait_until(lambda: False, deadline=clock.monotonic() + 30, autojump=False)
