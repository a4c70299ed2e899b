"""The rules of the guides, section by section, and the tests that hold them."""

from __future__ import annotations

import ast
import itertools
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

TESTS = ("tests", "contract_tests")  # pytest's testpaths


class GuideError(Exception):
    """What a guide's rules or examples are listed in cannot be read."""


@dataclass(frozen=True)
class Guide:
    """One guide.

    Args:
        name: What the docstring of a test calls it that holds a rule of it.
        source: Where its rules are listed.
    """

    name: str
    source: str


GUIDES = (
    Guide("export guide", "contract_tests/guide/export_rules.toml"),
    Guide("to_task guide", "contract_tests/guide/to_task_rules.toml"),
)


@dataclass(frozen=True)
class Rule:
    """One promise of a guide.

    Args:
        section: Where it stands.
        rule: What is promised, in our words; a table row is named by its first cell.
        tests: Node ids, without parameters, of the tests that hold it.
        lines: First and last line of the section in the guide's text, where the list says them.
    """

    section: str
    rule: str
    tests: tuple[str, ...]
    lines: tuple[int, int] | None = None


def read(path: Path) -> list[Rule]:
    """Return the rules in the guide's order.

    Args:
        path: A TOML file of ``[[section]]`` tables: ``name``; ``rules``, each ``[rule, test, ...]``; and perhaps
            ``lines``, the first and the last.

    Raises:
        GuideError: It is no such file.
    """
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))["section"]
        return [
            Rule(section["name"], rule, tuple(tests), _lines(section.get("lines")))
            for section in sections
            for rule, *tests in section["rules"]
        ]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise GuideError(f"{path.name}: {type(error).__name__}: {error}") from error


def faults(rules: Sequence[Rule], docstrings: Mapping[str, str], guide: str) -> list[str]:
    """Return what is wrong with the rules of a guide, one sentence each.

    Args:
        rules: All of them.
        docstrings: Of every test of the project, by node id.
        guide: Its name.
    """
    repeated = [key for key, count in Counter((rule.section, rule.rule) for rule in rules).items() if count > 1]
    return [
        *(f"{section}: {rule!r} is listed twice." for section, rule in repeated),
        *_gaps(rules),
        *(sentence for rule in rules for sentence in _faults(rule, docstrings, guide)),
    ]


def _lines(given: object) -> tuple[int, int] | None:
    match given:
        case None:
            return None
        case [int(first), int(last)] if first <= last:
            return first, last
    raise ValueError(f"lines are the first and the last, not {given!r}")


def _gaps(rules: Sequence[Rule]) -> Iterator[str]:
    """Yield where sections do not follow each other line by line; a list that says no lines is not asked for them."""
    sections = [next(group) for _, group in itertools.groupby(rules, key=lambda rule: (rule.section, rule.lines))]
    if all(section.lines is None for section in sections):
        return
    due = 1
    for section in sections:
        if section.lines is None or section.lines[0] != due:
            yield f"{section.section}: it has to begin at line {due} of the guide."
        due = section.lines[1] + 1 if section.lines else due


def _faults(rule: Rule, docstrings: Mapping[str, str], guide: str) -> Iterator[str]:
    where = f"{rule.section}: {rule.rule!r}"
    if not rule.tests:
        yield f"{where} has no test."
    for test in rule.tests:
        if test not in docstrings:
            yield f"{where}: there is no test {test}."
        elif guide not in docstrings[test].lower():
            yield f"{where}: {test} does not cite the {guide}."


def docstrings_of_tests(root: Path) -> dict[str, str]:
    """Return the docstring of every test of the project by node id, read without importing anything.

    Args:
        root: The project's root.
    """
    found: dict[str, str] = {}
    for folder in TESTS:
        for path in sorted((root / folder).rglob("test_*.py")):
            for statement in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(statement, ast.FunctionDef) and statement.name.startswith("test_"):
                    node = f"{path.relative_to(root).as_posix()}::{statement.name}"
                    found[node] = ast.get_docstring(statement) or ""
    return found
