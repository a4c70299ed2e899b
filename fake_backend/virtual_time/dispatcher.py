"""``time.sleep`` and the clocks of ``time`` in this process: passed through, or a world's.

The functions are replaced once, before a client is imported, and pass through until a world's clock is switched on:
to the originals, or to freezegun's while a test has frozen time, which finds a client's names by the originals alone.
Then they are that clock's for everybody but those who must live in real time: pytest, hypothesis, our own server.
Who asks is told by the module that calls. Waits inside of locks and sockets are none of these functions, and stay real.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
import time
from typing import TYPE_CHECKING, Any, Final

from fake_backend.virtual_time.sleepers import Sleepers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.core.clock import VirtualClock

CLOCKS: Final[Mapping[str, Callable[[VirtualClock], float]]] = {
    "time": lambda clock: clock.time(),
    "time_ns": lambda clock: round(clock.time() * 1e9),
    "monotonic": lambda clock: clock.monotonic(),
    "monotonic_ns": lambda clock: round(clock.monotonic() * 1e9),
    "perf_counter": lambda clock: clock.monotonic(),
    "perf_counter_ns": lambda clock: round(clock.monotonic() * 1e9),
}
"""What they tell in a world's time; those of one scale have one epoch."""
NAMES: Final = ("sleep", *CLOCKS)
IGNORED: Final = (
    *("pytest", "_pytest", "pluggy", "xdist", "execnet", "hypothesis", "_hypothesis_pytestplugin"),
    *("fake_backend", "cheroot", "werkzeug", "moto", "freezegun"),
    *("threading", "concurrent", "queue", "selectors", "socketserver", "asyncio", "logging", "subprocess", "ssl"),
)
"""Modules, with all below them, whose time stays real: the test runner, our server, and what waits in the library."""

CARRIERS: Final = ("threading", "concurrent")
"""Of those, the ones that call what they were given: a sleep that they call is the client's own."""


def is_ignored(module: str) -> bool:
    """Return whether a module of this name lives in real time always."""
    return module.partition(".")[0] in IGNORED


class Dispatcher:
    """The replacements, and whose time they tell.

    Attributes:
        originals: What stands behind the names, as it was when this was made.
        functions: What stands there once it is installed.
    """

    def __init__(self) -> None:
        self.originals = {name: getattr(time, name) for name in NAMES}
        self._sleepers: Sleepers | None = None
        self.functions: dict[str, Callable[..., Any]] = {
            "sleep": self._sleep,
            **{name: self._clock(name, told) for name, told in CLOCKS.items()},
        }
        self.installed = False

    def __repr__(self) -> str:
        state = "not installed" if not self.installed else "passing through" if self._sleepers is None else "on"
        return f"<Dispatcher {state}>"

    def install(self) -> None:
        """Stand behind the names of ``time``; who imports them from now on gets these."""
        if not self.installed:
            with contextlib.suppress(ImportError):  # it must see the originals: what it knows as real, it replaces
                importlib.import_module("freezegun")
            self.installed = True
            for name, function in self.functions.items():
                setattr(time, name, function)

    def uninstall(self) -> None:
        """Put back what stood there."""
        if self.installed:
            self.installed = False
            for name, function in self.originals.items():
                setattr(time, name, function)

    def restore(self) -> None:
        """Stand behind the names again, where somebody else has replaced these."""
        for name, function in self.functions.items():
            setattr(time, name, function)

    def switch_on(self, clock: VirtualClock) -> None:
        """Tell ``clock``'s time from now on."""
        self._sleepers = Sleepers(clock, self.originals["sleep"])

    def switch_off(self) -> None:
        """Pass through again; who sleeps in virtual time wakes."""
        sleepers, self._sleepers = self._sleepers, None
        if sleepers is not None:
            sleepers.close()

    @property
    def is_on(self) -> bool:
        """Whether a world's time is told."""
        return self._sleepers is not None

    def _for(self, module: str) -> Sleepers | None:
        return None if self._sleepers is None or is_ignored(module) else self._sleepers

    def _sleep(self, seconds: float, /) -> None:
        module = _caller()
        sleepers = self._sleepers if module.partition(".")[0] in CARRIERS else self._for(module)
        if sleepers is None:
            self.originals["sleep"](seconds)
        else:
            sleepers.sleep(seconds)

    def _clock(self, name: str, told: Callable[[VirtualClock], float]) -> Callable[[], float]:
        original = self.originals[name]

        def now() -> float:
            if self._sleepers is None:
                return _frozen(name, original)()
            sleepers = self._for(_caller())
            return original() if sleepers is None else told(sleepers.clock)

        return now


def _frozen(name: str, original: Callable[[], float]) -> Callable[[], float]:
    """Return what tells the time of a test's own ``freeze_time``, and the original where there is none."""
    freezegun: Any = sys.modules.get("freezegun.api")
    return getattr(freezegun, f"fake_{name}") if freezegun is not None and freezegun.freeze_factories else original


def _caller() -> str:
    """Return the name of the module that called the function of ``time``."""
    return str(sys._getframe(2).f_globals.get("__name__", ""))  # noqa: SLF001 (there is no public way that is quick)


DISPATCHER: Final = Dispatcher()
"""The one of this process: what it replaces is the process's."""
