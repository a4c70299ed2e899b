"""Our pytest plugin: the fixture ``virtual_time``, and its dispatcher where the ini option asks for it.

Nothing is imported and nothing replaced unless ``fake_backend_virtual_time = true``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from fake_backend.backend import FakeBackend
    from fake_backend.core.clock import VirtualClock

OPTION = "fake_backend_virtual_time"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini option."""
    parser.addini(
        OPTION,
        "Replace time.sleep and the clocks of time when pytest starts, so that the fixture virtual_time can "
        "switch a backend's time on for one test.",
        type="bool",
        default=False,
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Install the dispatcher before a conftest imports a client."""
    if early_config.getini(OPTION):
        from fake_backend.virtual_time import DISPATCHER  # noqa: PLC0415 - nothing is imported unless asked for

        DISPATCHER.install()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Stand behind the names again: a ``freeze_time`` that ended has put the originals there."""
    if item.config.getini(OPTION):
        from fake_backend.virtual_time import DISPATCHER  # noqa: PLC0415 - as above

        DISPATCHER.restore()


@pytest.fixture
def virtual_time() -> Callable[[FakeBackend], AbstractContextManager[VirtualClock]]:
    """Return what gives the client of this test a backend's time for a while."""
    from fake_backend.virtual_time import DISPATCHER, NotInstalled  # noqa: PLC0415
    from fake_backend.virtual_time import virtual_time as switch  # noqa: PLC0415

    if not DISPATCHER.installed:
        raise NotInstalled
    return switch
