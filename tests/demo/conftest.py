"""Two demos, of seed 1 and of another, made once for the tests of this directory."""

from __future__ import annotations

from typing import Any

import pytest

from fake_backend.demo import document

OTHER = 20260122


@pytest.fixture(scope="session")
def demo() -> dict[str, Any]:
    """The demo document of seed 1; nobody changes it."""
    return document(1)


@pytest.fixture(scope="session", params=[1, OTHER])
def any_demo(request: pytest.FixtureRequest, demo: dict[str, Any]) -> dict[str, Any]:
    """The demo of seed 1, and that of another seed."""
    return demo if request.param == 1 else document(request.param)
