"""Switch the world's time on for a client in this process, whatever it imports of ``time`` and ``datetime``."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from fake_backend.core.clock import VirtualClock
from fake_backend.virtual_time.dispatcher import DISPATCHER, IGNORED
from fake_backend.virtual_time.errors import ELSEWHERE, HeldOriginals, NotInstalled, VirtualTimeRefused
from fake_backend.virtual_time.holders import holders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fake_backend.backend import FakeBackend

WAKING: Final = "_set_result_unless_cancelled"  # what asyncio.sleep has called when its time is over
SERVED: Final = f"The backend is served, and a client in another process has a time of its own; for that, {ELSEWHERE}."
NAP: Final = f"A sleep on an event loop waits in real time; for a client that needs it, {ELSEWHERE}."
LOOP: Final = f"An event loop runs here, as aiohttp's clients need; for them, {ELSEWHERE}."


@contextmanager
def virtual_time(backend: FakeBackend) -> Iterator[VirtualClock]:
    """Give every client of this process the time of a backend.

    ``time.sleep``, ``datetime.now`` and ``time``, ``monotonic`` and ``perf_counter`` of ``time``, in nanoseconds too,
    are the world's; threads that sleep at once cost the longest of them. Waits inside of locks and sockets stay real.

    Args:
        backend: Open, with a virtual clock, reached in process.

    Raises:
        NotInstalled: The functions of ``time`` have not been replaced.
        HeldOriginals: A client took them before they were.
        VirtualTimeRefused: The backend's clock is not virtual, it is served to other processes, an event loop runs
            here, or another backend's time is on. Who serves the backend or sleeps on an event loop inside of the
            block gets it there.
    """
    clock = _checked(backend)
    DISPATCHER.switch_on(clock)
    try:
        with _dates(clock), backend._unserved(VirtualTimeRefused(SERVED)), _no_naps():  # noqa: SLF001 (of the same house)
            yield clock
    finally:
        DISPATCHER.switch_off()


def _checked(backend: FakeBackend) -> VirtualClock:
    clock = backend.clock
    if not isinstance(clock, VirtualClock):
        raise VirtualTimeRefused(f"{clock!r} is not virtual; FakeBackend(clock='virtual') would do.")
    if not DISPATCHER.installed:
        raise NotInstalled
    if DISPATCHER.is_on:
        raise VirtualTimeRefused("Another backend's time is on; leave its block first.")
    if backend.is_served:
        raise VirtualTimeRefused(SERVED)
    if _loop_runs():
        raise VirtualTimeRefused(LOOP)
    places = holders(DISPATCHER.originals)
    if places:
        raise HeldOriginals(tuple(places))
    return clock


def _loop_runs() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


@contextmanager
def _no_naps() -> Iterator[None]:
    """Refuse every ``asyncio.sleep`` from now on: it waits in a selector, in real time.

    A loop that never sleeps may run: the published client has one around downloads of which there may be none.
    """
    call_later = asyncio.BaseEventLoop.call_later

    def awake(
        loop: asyncio.BaseEventLoop, delay: float, callback: Callable[..., object], *told: Any, context: Any = None
    ) -> asyncio.TimerHandle:
        if getattr(callback, "__name__", "") == WAKING:
            raise VirtualTimeRefused(NAP)
        return call_later(loop, delay, callback, *told, context=context)

    with patch.object(asyncio.BaseEventLoop, "call_later", awake):
        yield


@contextmanager
def _dates(clock: VirtualClock) -> Iterator[None]:
    """Let ``datetime.now`` tell the clock's time, by freezegun; the functions of ``time`` stay the dispatcher's.

    Those that the dispatcher has none of, such as ``time.gmtime``, are freezegun's, and tell the one who calls them by
    his module alone: further up the stack of every test there is pytest, whose time is real.
    """
    from freezegun import api, freeze_time  # noqa: PLC0415 - a package of its own, for those who want this

    freezer: Any = freeze_time(clock.now().replace(tzinfo=None), ignore=list(IGNORED))
    frozen = freezer.start()
    DISPATCHER.restore()  # freezegun has replaced them as well
    begun, start = clock.monotonic(), clock.now().replace(tzinfo=None)

    def follow() -> None:
        frozen.move_to(start + timedelta(seconds=clock.monotonic() - begun))

    try:
        with clock.followed(follow), patch.object(api, "call_stack_inspection_limit", 1):
            yield
    finally:
        freezer.stop()
        DISPATCHER.restore()
