"""A connection is an identity with an end, and tells those who wait for it."""

from __future__ import annotations

import gc
import threading
import weakref

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.transports.connection import Connection


@given(st.lists(st.booleans(), max_size=8))
def test_each_callback_that_is_not_taken_back_is_called_once(kept) -> None:
    """Whoever waits is told of the end, and whoever stopped waiting is not."""
    connection = Connection("live")
    told: list[int] = []
    takes_back = [connection.on_close(lambda number=number: told.append(number)) for number in range(len(kept))]
    for take_back, keep in zip(takes_back, kept, strict=True):
        if not keep:
            take_back()
    connection.close()
    connection.close()

    assert [number for number, keep in enumerate(kept) if keep] == told
    for take_back in takes_back:
        take_back()


def test_a_connection_may_be_closed_while_it_is_being_closed() -> None:
    """A pool that is collected as garbage closes its connections wherever its thread happens to be."""
    connection = Connection("in-process")
    told: list[bool] = []
    connection.on_close(lambda: told.append(True))

    def collected_meanwhile() -> None:
        with connection._lock:
            connection.close()
        connection.close()

    thread = threading.Thread(target=collected_meanwhile, daemon=True)
    thread.start()
    thread.join(10)

    assert not thread.is_alive()
    assert [True] == told


def test_who_comes_after_the_end_is_told_at_once() -> None:
    """A stream that registers on a connection that is gone must not wait for ever."""
    connection = Connection("in-process")
    connection.close()
    told: list[bool] = []
    connection.on_close(lambda: told.append(connection.closed))()

    assert [True] == told


def test_a_connection_can_be_remembered_without_being_kept() -> None:
    """State that belongs to a connection hangs on a weak key, and goes with it."""
    faults: weakref.WeakKeyDictionary[Connection, str] = weakref.WeakKeyDictionary()
    connection = Connection("live")
    faults[connection] = "never answers"
    assert "<Connection live open" in repr(connection)
    del connection
    gc.collect()

    assert [] == list(faults)
