"""docs/faults.md says of every field what it means, and its example runs."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from fake_backend.faults.rules import Effect, Match, Rule, StreamEvent, WorkerEffect

PAGE = Path("docs/faults.md").read_text(encoding="utf-8")
NAMES = sorted({one.name for kind in (Rule, Match, Effect, WorkerEffect, StreamEvent) for one in fields(kind)})


@pytest.mark.parametrize("name", NAMES)
def test_every_field_is_told(name) -> None:
    """A field that the page does not name is one that nobody finds."""
    assert f"`{name}`" in PAGE


def test_the_example_runs() -> None:
    """As it stands."""
    for block in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(compile(block, "docs/faults.md", "exec"), {})  # noqa: S102 (our own page)
