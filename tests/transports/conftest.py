"""The two ways to reach an application."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests

from fake_backend.transports.in_process import InProcess, Mount
from fake_backend.transports.live import LiveServer

NUMBERS = itertools.count(1)
Serve = Callable[..., str]


@pytest.fixture
def mount() -> Iterator[Serve]:
    """Mount an application in process and return its URL."""
    with contextlib.ExitStack() as stack:

        def open_one(application: Any, environ: Mapping[str, object] | None = None, scheme: str = "http") -> str:
            host = f"api-{next(NUMBERS)}.fake-backend.invalid"
            stack.enter_context(InProcess([Mount(host, application, environ or {})]))
            return f"{scheme}://{host}"

        yield open_one


@pytest.fixture
def live() -> Iterator[Serve]:
    """Serve an application on loopback and return its URL."""
    with contextlib.ExitStack() as stack:

        def open_one(application: Any, environ: Mapping[str, object] | None = None) -> str:
            return stack.enter_context(LiveServer(application, environ or {}, threads=8)).url

        yield open_one


@pytest.fixture(params=["in-process", "live"])
def serve(request: pytest.FixtureRequest) -> Serve:
    """Reach an application by either transport: what a client sees must not depend on it."""
    return request.getfixturevalue("mount" if request.param == "in-process" else "live")


@pytest.fixture
def session() -> Iterator[requests.Session]:
    """A session of requests that no proxy of the machine's environment gets in the way of."""
    with requests.Session() as session:
        session.trust_env = False
        yield session
