"""Documentation is executed: every Python block of the README runs as it stands."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import pytest

README = Path(__file__).parent.parent / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[-1].strip()[:40])
def test_a_block_of_the_readme_runs(block) -> None:
    """What a reader copies works, and its assertions hold."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exec(compile(block, str(README), "exec"), {"__name__": "readme"})  # noqa: S102 (our own page)


def test_the_frozen_block_of_the_page_about_time_runs() -> None:
    """It says all that it needs."""
    page = README.parent / "docs" / "time.md"
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    (block,) = (block for block in blocks if "freeze_time" in block)
    exec(compile(block, str(page), "exec"), {"__name__": "page"})  # noqa: S102 (our own page)


def test_there_are_blocks() -> None:
    """The page has examples to run."""
    assert 2 == len(BLOCKS)
