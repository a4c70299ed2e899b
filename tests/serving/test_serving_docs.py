"""``docs/serving.md``: its picture is the state machine's, its example runs, its words are those of the code."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from fake_backend.serving.capacity import CODES
from fake_backend.serving.holdings import AGENT_LOST, BEHIND, SLOTS_FULL
from fake_backend.serving.lifecycle import LEGAL

PAGE = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")


def _blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_picture_shows_every_way_and_no_other() -> None:
    """Each arrow between two states is legal, and each legal way is an arrow."""
    (picture,) = _blocks("mermaid")
    drawn = set(re.findall(r"^ +(\w+) --> (\w+)", picture, re.MULTILINE))

    assert {(str(source), str(target)) for source, targets in LEGAL.items() for target in targets} == drawn


def test_the_example_prints_what_the_page_shows() -> None:
    """Run as written."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(_blocks("python")[0], {"__name__": "example"})  # noqa: S102 (our own page)

    assert _blocks("text")[0] == shown.getvalue()


def test_every_reason_is_on_the_page() -> None:
    """A client may meet each of them in ``meta.queue``."""
    assert all(f"`{code}`" in PAGE for code in (*CODES.values(), SLOTS_FULL, BEHIND, AGENT_LOST))
