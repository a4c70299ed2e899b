"""What the SDK's tests share: a scripted backend in process, clients for it, a clock that counts."""

from __future__ import annotations

import itertools

import pytest
from scripted import USER_TOKEN, CountingClock, Scripted

from fake_backend.transports.in_process import InProcess, Mount
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client

_numbers = itertools.count(1)


@pytest.fixture
def clock():
    """A clock whose sleeps are counted and take no time."""
    return CountingClock()


@pytest.fixture
def mount():
    """Answer by a script at a host of its own; return the host's URL and the application."""
    opened = []

    def mounted(script, scheme="http"):
        application = script if isinstance(script, Scripted) else Scripted(script)
        host = f"scripted-{next(_numbers)}.fake-backend.invalid"
        opened.append(InProcess([Mount(host, application)]).open())
        return f"{scheme}://{host}", application

    yield mounted
    for transport in opened:
        transport.close()


@pytest.fixture
def v1(mount, clock):
    """Make a v1 client of a scripted backend."""
    clients = []

    def make(script, **options):
        url, application = mount(script)
        client = BackendClient(url, **{"user_token": USER_TOKEN, "tenant": "acme", "clock": clock} | options)
        clients.append(client)
        return client, application

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def v2(mount, clock):
    """Make a v2 client of a scripted backend."""
    clients = []

    def make(script, **options):
        url, application = mount(script)
        client = BackendV2Client(url, **{"user_token": USER_TOKEN, "tenant": "acme", "clock": clock} | options)
        clients.append(client)
        return client, application

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def proxied(monkeypatch):
    """Say in the environment that http goes through a proxy, and nothing goes around it."""

    def say(url):
        for name in ("http_proxy", "HTTP_PROXY"):
            monkeypatch.setenv(name, url)
        for name in ("no_proxy", "NO_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.delenv(name, raising=False)

    return say
