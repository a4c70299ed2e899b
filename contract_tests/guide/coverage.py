"""``docs/guide-coverage.md``: each section and table row of the export guide with the test that holds it."""

from __future__ import annotations

import sys
from itertools import groupby
from typing import TYPE_CHECKING

from contract_tests.guide.rules import SOURCE, Rule, docstrings_of_tests, faults, read

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PAGE = "docs/guide-coverage.md"
HEAD = """# The export guide, rule by rule

Each section, table row and list entry of the export guide, in its order and in our words, with the test that holds it.
Written by `make guide-coverage` from `contract_tests/guide/rules.toml`; `make lint` says when it is out of date, and
refuses a rule without a test, a test that does not exist, and one that does not cite the guide. The guide's code blocks
are files in `tests/guide/export/` and are run by `make examples`. What the guide announces as future work, a
streamed list and snapshots made at release, is no promise and is not listed.

{rules} rules in {sections} sections, held by {tests} tests.
"""


def page(rules: Sequence[Rule]) -> str:
    """Return the page.

    Args:
        rules: All of them, in the guide's order.
    """
    sections = [(name, list(group)) for name, group in groupby(rules, key=lambda rule: rule.section)]
    tests = {test for rule in rules for test in rule.tests}
    lines = [HEAD.format(rules=len(rules), sections=len(sections), tests=len(tests))]
    for name, group in sections:
        lines += [f"## {name}\n", "| rule | held by |", "|---|---|"]
        lines += [f"| {rule.rule} | {'<br>'.join(f'`{test}`' for test in rule.tests)} |" for rule in group]
        lines.append("")
    return "\n".join(lines)


def main(root: Path, *, check: bool = False) -> int:
    """Write the page, or say whether it is up to date; return the exit status.

    Args:
        root: The project's root.
        check: Write nothing.

    Raises:
        GuideError: The rules cannot be read.
    """
    rules = read(root / SOURCE)
    found = faults(rules, docstrings_of_tests(root))
    target = root / PAGE
    text = page(rules)
    if not found and not check:
        target.write_text(text, encoding="utf-8")
    elif not found and (not target.exists() or target.read_text(encoding="utf-8") != text):
        found = [f"{PAGE} is out of date; run `make guide-coverage`."]
    for sentence in found:
        sys.stderr.write(f"{SOURCE}: {sentence}\n")
    return 1 if found else 0
