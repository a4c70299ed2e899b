"""Every code block of the guides, run by its test: a table, ``build/examples.json``, and an exit status."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

import pytest

from contract_tests.guide.rules import GuideError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

INDEX = "tests/guide/blocks.toml"
TEXT = "tests/guide/test_blocks_index.py"  # whether the blocks are all there, and the guide's own
RESULT = "build/examples.json"
COLOURS = {"passed": "green", "failed": "red", "not run": "red"}

type Verdict = Literal["passed", "failed", "not run"]


@dataclass(frozen=True)
class Example:
    """One code block and what became of it.

    Args:
        guide: Which guide it is of.
        section: Where it stands there.
        example: Its file.
        test: Node id, without parameters, of the test that judges it.
        verdict: ``passed`` if every run of the test did.
        error: Last line of the first failure.
    """

    guide: str
    section: str
    example: str
    test: str
    verdict: Verdict
    error: str = ""


class Outcomes:
    """A pytest plugin that keeps what became of each test, by node id without parameters."""

    def __init__(self) -> None:
        self.errors: dict[str, str] = {}
        self.seen: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take one phase of one test; a test that is skipped was not run."""
        name = report.nodeid.partition("[")[0]
        if report.when == "call" and not report.skipped:
            self.seen.add(name)
        if report.failed:
            self.seen.add(name)
            self.errors.setdefault(name, _last(report.longreprtext))

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Take a file that cannot be collected."""
        if report.failed:
            self.errors.setdefault(report.nodeid, _last(report.longreprtext))


def judged(index: Sequence[Mapping[str, str]], outcomes: Outcomes) -> list[Example]:
    """Return the examples in the index's order with their verdicts.

    Args:
        index: ``file`` (guide and name), ``section`` and ``test`` of each block.
        outcomes: Of a run of all their tests.
    """
    found = []
    for block in index:
        test = block["test"]
        error = outcomes.errors.get(test) or outcomes.errors.get(test.partition("::")[0], "")
        verdict: Verdict = "failed" if error else "passed" if test in outcomes.seen else "not run"
        guide, _, name = block["file"].partition("/")
        found.append(Example(guide, block["section"], name, test, verdict, error))
    return found


def main(root: Path) -> int:
    """Run the examples, show and write what became of them; 1 unless every one passed.

    Args:
        root: The project's root.

    Raises:
        GuideError: The index cannot be read.
    """
    try:
        index = tomllib.loads((root / INDEX).read_text(encoding="utf-8"))["block"]
    except (OSError, tomllib.TOMLDecodeError, KeyError) as error:
        raise GuideError(f"{INDEX}: {error}") from error
    outcomes = Outcomes()
    # whole files, since a test that is not there would keep pytest from running any
    files = [str(root / name) for name in dict.fromkeys([TEXT, *(block["test"].partition("::")[0] for block in index)])]
    # the options of pyproject.toml are for a terminal, which shows this table instead
    # ours is a distribution with a pytest plugin: pytest would rewrite all of it, and this module is imported already
    quiet = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"
    options = ["-o", "addopts=", "-p", "no:terminal", "-W", quiet, "--rootdir", str(root)]
    pytest.main([*options, *files], plugins=[outcomes])
    found = judged(index, outcomes)
    about_text = [f"{name}: {error}" for name, error in outcomes.errors.items() if name.startswith(TEXT)]
    passed = sum(example.verdict == "passed" for example in found)
    _write(root / RESULT, {"blocks": len(found), "passed": passed, "text": about_text}, found)
    _show(found, about_text)
    return 0 if found and passed == len(found) and not about_text else 1


def _write(path: Path, head: Mapping[str, object], found: Sequence[Example]) -> None:
    path.parent.mkdir(exist_ok=True)
    body = {**head, "examples": [asdict(example) for example in found]}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _show(found: Sequence[Example], about_text: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - the sibling command is part of every lint run and has no table
    from rich.console import Console  # noqa: PLC0415
    from rich.markup import escape  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    console = Console()
    table = Table("guide", "section", "example", "verdict", box=SIMPLE_HEAD, show_edge=False)
    for example in found:
        colour = COLOURS[example.verdict]
        cells = map(escape, (example.guide, example.section, example.example))
        table.add_row(*cells, f"[{colour}]{example.verdict}")
    console.print(table)
    for example in found:
        if example.error:
            console.print(f"[red]{example.guide}/{example.example}[/]: {escape(example.error)}", soft_wrap=True)
    for sentence in about_text:
        console.print(f"[red]{escape(sentence)}", soft_wrap=True)
    console.print(f"{sum(example.verdict == 'passed' for example in found)} of {len(found)} examples passed")


def _last(text: str) -> str:
    lines = [line.removeprefix("E").strip() for line in text.splitlines() if line.startswith("E ")]
    return (lines or text.splitlines() or ["no reason given"])[0]
