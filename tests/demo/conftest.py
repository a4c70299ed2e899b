"""The demo of seed 1, made once for the tests of this directory."""

from __future__ import annotations

from typing import Any

import pytest

from fake_backend.demo import document


@pytest.fixture(scope="session")
def demo() -> dict[str, Any]:
    """The demo document of seed 1; nobody changes it."""
    return document(1)
