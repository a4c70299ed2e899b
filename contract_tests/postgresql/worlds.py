"""A pytest plugin: with ``--database-url``, each backend that is made without a database has a schema of its own there.

The tests stay as they are, and do not know. A schema goes when its backend is closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from unittest import mock

from contract_tests.postgresql.schemas import Schemas
from fake_backend import FakeBackend

if TYPE_CHECKING:
    import pytest

NAME = "worlds"  # of the plugin, for fixtures that want the URL of a world that is not there yet


class Worlds(Schemas):
    """The schemas of the backends of one run of pytest."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._patches: list[Any] = []

    def pytest_sessionstart(self) -> None:
        """Give each backend a schema from now on."""
        make, close, fresh, drop = FakeBackend.__init__, FakeBackend.close, self.fresh, self.drop
        lent: dict[int, str] = {}

        def made(backend: FakeBackend, *arguments: Any, **options: Any) -> None:
            if options.get("database") is not None:
                make(backend, *arguments, **options)
                return
            url = fresh()
            try:
                make(backend, *arguments, **{**options, "database": url})
            except BaseException:
                drop(url)
                raise
            lent[id(backend)] = url

        def closed(backend: FakeBackend) -> None:
            close(backend)
            if (url := lent.pop(id(backend), None)) is not None:
                drop(url)

        self._patches = [
            mock.patch.object(FakeBackend, "__init__", made),
            mock.patch.object(FakeBackend, "close", closed),
        ]
        for patch in self._patches:
            patch.start()

    def pytest_unconfigure(self) -> None:
        """Leave backends as they are."""
        for patch in self._patches:
            patch.stop()
        self.close()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Know the option."""
    parser.addoption("--database-url", metavar="URL", help="database of every backend that is given none, by schema")


def pytest_configure(config: pytest.Config) -> None:
    """Begin where the option is given."""
    url = config.getoption("--database-url")
    if url:
        config.pluginmanager.register(Worlds(url), NAME)
