"""Two demos, of seed 1 and of another, made once for the tests of this directory."""

from __future__ import annotations

from typing import Any

import pytest

from fake_backend.demo import document

OTHER = 20260122


@pytest.fixture(scope="session")
def made() -> tuple[dict[str, Any], list[tuple[int, int]]]:
    """The demo document of seed 1, and what was told while it was made."""
    told: list[tuple[int, int]] = []
    return document(1, progress=lambda done, total: told.append((done, total))), told


@pytest.fixture(scope="session")
def demo(made: tuple[dict[str, Any], list[tuple[int, int]]]) -> dict[str, Any]:
    """The demo document of seed 1; nobody changes it."""
    return made[0]


@pytest.fixture(scope="session", params=[1, OTHER])
def any_demo(request: pytest.FixtureRequest, demo: dict[str, Any]) -> dict[str, Any]:
    """The demo of seed 1, and that of another seed."""
    return demo if request.param == 1 else document(request.param)
