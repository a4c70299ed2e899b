"""The page about interrupted exports is executed."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).parents[3] / "docs" / "exports.md"


def test_the_example_of_the_page_runs(capsys) -> None:
    """It ends early, says where it is kept, and goes on without a second job."""
    (block,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    exec(compile(block, str(PAGE), "exec"), {"__name__": "page"})  # noqa: S102 (our own page)
    said = capsys.readouterr().out

    assert "hundreds" in said
    assert "exports/.first.partial" in said
    assert "the same command goes on" in said
