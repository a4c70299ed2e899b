"""A small backend of two tenants, in process, and sessions of its users."""

from __future__ import annotations

import pytest

from fake_backend import FakeBackend
from tests.http.small_backend import Caller, small_document


@pytest.fixture
def backend():
    """Yield the open backend."""
    with FakeBackend(seed=small_document()) as running:
        yield running


@pytest.fixture
def acme(backend):
    """Yield a session of the first tenant's first user."""
    caller = Caller(backend, backend.tokens["acme"].headers)
    yield caller
    caller.session.close()


@pytest.fixture
def globex(backend):
    """Yield a session of the second tenant's user."""
    caller = Caller(backend, backend.tokens["globex"].headers)
    yield caller
    caller.session.close()


@pytest.fixture
def anybody(backend):
    """Yield a session without credentials."""
    caller = Caller(backend, {})
    yield caller
    caller.session.close()
