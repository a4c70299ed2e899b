"""A pytest plugin: with ``--bug``, every backend has that bug; with ``--transport live``, it is asked over sockets.

The tests stay as they are, and do not know. With ``--verdicts`` it writes what became of each test, and by what.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from hypothesis import HealthCheck, Phase, settings

from contract_tests.power.outcome import IN_PROCESS, LIVE, TRANSPORTS, Verdict, saw
from fake_backend import KNOWN_BUGS, FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

PROFILE = "power"

# As many cases as every day, the same each time; nobody reads the smallest one
settings.register_profile(
    PROFILE,
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow],
)


class Worlds:
    """What every backend of one run of pytest is like.

    Args:
        bug: What is wrong with it; ``None`` for nothing.
        is_live: Whether it is asked over sockets.
    """

    def __init__(self, bug: str | None, *, is_live: bool) -> None:
        self._bug = bug
        self._is_live = is_live
        self._patches: list[Any] = []

    def pytest_sessionstart(self) -> None:
        """Make backends so from now on."""
        if self._bug is not None:
            for name in ("__init__", "reset"):
                self._patch(name, _wrong(getattr(FakeBackend, name), self._bug))
        if self._is_live:
            served: dict[int, Any] = {}
            open_here = FakeBackend.open
            url, storage_url = (property(_address(served, name, getattr(FakeBackend, name))) for name in ADDRESSES)

            def opened(backend: FakeBackend) -> FakeBackend:
                open_here(backend)
                if id(backend) not in served:
                    served[id(backend)] = backend.serve(autojump=True)
                return backend

            self._patch("open", opened)
            self._patch("url", url)
            self._patch("storage_url", storage_url)
            self._patch("close", _closed(served, FakeBackend.close))

    def pytest_unconfigure(self) -> None:
        """Leave backends as they are."""
        while self._patches:
            self._patches.pop().stop()

    def _patch(self, name: str, value: Any) -> None:
        patch = mock.patch.object(FakeBackend, name, value)
        patch.start()
        self._patches.append(patch)


ADDRESSES = ("url", "storage_url")


def _wrong(make: Callable[..., None], bug: str) -> Callable[..., None]:
    def made(backend: FakeBackend, *arguments: Any, **options: Any) -> None:
        make(backend, *arguments, **options)
        backend.bugs.on(bug)

    return made


def _address(served: dict[int, Any], name: str, here: property) -> Callable[[FakeBackend], str]:
    def address(backend: FakeBackend) -> str:
        there = served.get(id(backend))
        return str(here.fget(backend) if there is None else getattr(there, name))  # type: ignore[misc]  # has a getter

    return address


def _closed(served: dict[int, Any], close: Callable[[FakeBackend], None]) -> Callable[[FakeBackend], None]:
    def closed(backend: FakeBackend) -> None:
        served.pop(id(backend), None)  # the backend closes it
        close(backend)

    return closed


class Verdicts:
    """Writes what became of each test, one JSON object a line.

    Args:
        file: Where to.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Write down a call that was made, and a fixture that failed."""
        error = call.excinfo.value if call.excinfo is not None else None
        if call.when != "call" and error is None:
            return
        if call.when == "call" or error is not None:
            told = Verdict(
                node=item.nodeid.partition("[")[0],
                is_red=error is not None,
                saw=call.when == "call" and error is not None and saw(error),
                reason="" if error is None else f"{type(error).__name__}: {next(iter(str(error).splitlines()), '')}",
            )
            with self._file.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps(told.as_json(), ensure_ascii=False) + "\n")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the options."""
    parser.addoption("--bug", metavar="ID", choices=tuple(KNOWN_BUGS), help="bug of every backend")
    parser.addoption("--transport", choices=TRANSPORTS, default=IN_PROCESS, help="how every backend is asked")
    parser.addoption("--verdicts", metavar="FILE", help="write what became of each test")


def pytest_configure(config: pytest.Config) -> None:
    """Begin where an option is given."""
    bug, transport, verdicts = (config.getoption(name) for name in ("--bug", "--transport", "--verdicts"))
    if bug is not None or transport == LIVE:
        config.pluginmanager.register(Worlds(bug, is_live=transport == LIVE), "power-worlds")
    if verdicts is not None:
        config.pluginmanager.register(Verdicts(Path(verdicts)), "power-verdicts")
