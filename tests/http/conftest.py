"""A small backend of two tenants, in process or on either transport, and sessions of its users."""

from __future__ import annotations

import contextlib

import pytest
import requests

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


@pytest.fixture(params=["in-process", "live"])
def reached(request):
    """Yield an open backend, its base URL on one of the transports, and a session."""
    with FakeBackend(seed=small_document()) as backend, contextlib.ExitStack() as stack:
        url = backend.url
        if request.param == "live":
            url = stack.enter_context(backend.serve(autojump=True)).url
        session = stack.enter_context(requests.Session())
        session.headers.update(backend.tokens["acme"].headers)
        yield backend, url, session
