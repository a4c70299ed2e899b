"""Tests of what there is on a server alone: ``make test-postgres`` collects them, everyday runs do not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from contract_tests.postgresql.schemas import Schemas


def pytest_ignore_collect(collection_path, config):
    """Leave the tests out where no server is."""
    return True if collection_path.name.startswith("test_") and _worlds(config) is None else None


def _worlds(config) -> Schemas | None:
    return config.pluginmanager.get_plugin("worlds")


@pytest.fixture
def worlds(pytestconfig) -> Schemas:
    """Return the schemas of this run."""
    return _worlds(pytestconfig)


@pytest.fixture
def url(worlds):
    """Yield the URL of a schema that is not there yet, and goes."""
    with worlds.lent() as lent:
        yield lent


@pytest.fixture
def sql(worlds):
    """Return what asks the server, as its administrator, and gives all rows."""

    def ask(statement):
        with worlds._administrator.connect() as connection:
            result = connection.exec_driver_sql(statement)
            return [tuple(row) for row in result] if result.returns_rows else []

    return ask
