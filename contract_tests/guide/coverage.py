"""``docs/guide-coverage.md``: each section and table row of the guides with the test that holds it."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

from contract_tests.guide.rules import GUIDES, Guide, Rule, docstrings_of_tests, faults, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

PAGE = "docs/guide-coverage.md"
HEAD = """# The guides, rule by rule

Each section, table row and list entry of the two guides, in their order and in our words, with the test that holds it.
Written by `make guide-coverage` from the lists in `contract_tests/guide/`; `make lint` says when it is out of date, and
refuses a rule without a test, a test that does not exist, one that does not cite its guide, and a line of the to_task
guide that no section has. The guides' code blocks are files in `tests/guide/export/` and `tests/guide/to_task/` and
are run by `make examples`. What the export guide announces as future work, a streamed list and snapshots made at
release, is no promise and is not listed. Where the to_task guide is overruled, `docs/to-task.md` says so.
"""


def page(guides: Mapping[Guide, Sequence[Rule]]) -> str:
    """Return the page.

    Args:
        guides: All rules of each guide, in its order.
    """
    return "\n".join([HEAD, *(line for guide, rules in guides.items() for line in _chapter(guide, rules))])


def main(root: Path, *, check: bool = False) -> int:
    """Write the page, or say whether it is up to date; return the exit status.

    Args:
        root: The project's root.
        check: Write nothing.

    Raises:
        GuideError: The rules of a guide cannot be read.
    """
    guides = {guide: read(root / guide.source) for guide in GUIDES}
    docstrings = docstrings_of_tests(root)
    found = [
        f"{guide.source}: {sentence}"
        for guide, rules in guides.items()
        for sentence in faults(rules, docstrings, guide.name)
    ]
    target = root / PAGE
    text = page(guides)
    if not found and not check:
        target.write_text(text, encoding="utf-8")
    elif not found and (not target.exists() or target.read_text(encoding="utf-8") != text):
        found = [f"{PAGE} is out of date; run `make guide-coverage`."]
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    return 1 if found else 0


def _chapter(guide: Guide, rules: Sequence[Rule]) -> Iterator[str]:
    sections = [(key, list(group)) for key, group in groupby(rules, key=lambda rule: (rule.section, rule.lines))]
    tests = {test for rule in rules for test in rule.tests}
    yield f"## The {guide.name}\n"
    yield f"{len(rules)} rules in {len(sections)} sections, held by {len(tests)} tests.\n"
    for (name, lines), group in sections:
        yield f"### {name}{_place(lines)}\n\n| rule | held by |\n|---|---|"
        for rule in group:
            yield f"| {rule.rule} | {'<br>'.join(f'`{test}`' for test in rule.tests)} |"
        yield ""


def _place(lines: tuple[int, int] | None) -> str:
    if lines is None:
        return ""
    first, last = lines
    return f" (line {first})" if first == last else f" (lines {first} to {last})"
