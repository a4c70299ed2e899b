"""``docs/serving.md``: its picture is the state machine's, its example runs, its words are those of the code."""

from __future__ import annotations

import contextlib
import io
import re
from dataclasses import fields
from pathlib import Path

import pytest

from fake_backend.demo.detection.parameters import Parameters
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


@pytest.mark.parametrize("number", [0, 1])
def test_an_example_prints_what_the_page_shows(number) -> None:
    """Run as written."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(_blocks("python")[number], {"__name__": "example"})  # noqa: S102 (our own page)

    assert _blocks("text")[number] == shown.getvalue()
    assert 2 == len(_blocks("python")) == len(_blocks("text"))


def test_the_page_names_the_detector_s_parameters_with_their_defaults() -> None:
    """And no other."""
    section = PAGE.partition("## The demo's detector")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| (\S+) \|", section, re.MULTILINE)
    known = {field.name: field.default for field in fields(Parameters)} | {"class_filter": "all"}

    assert known == {name: default if default == "all" else float(default) for name, default in rows}


def test_every_reason_is_on_the_page() -> None:
    """A client may meet each of them in ``meta.queue``."""
    assert all(f"`{code}`" in PAGE for code in (*CODES.values(), SLOTS_FULL, BEHIND, AGENT_LOST))
