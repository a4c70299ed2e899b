"""The rules of the export guide, section by section, and the tests that hold them."""

from __future__ import annotations

import ast
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

SOURCE = "contract_tests/guide/rules.toml"
TESTS = ("tests", "contract_tests")  # pytest's testpaths
CITED = "export guide"


class GuideError(Exception):
    """What the guide's rules or examples are listed in cannot be read."""


@dataclass(frozen=True)
class Rule:
    """One promise of the guide.

    Args:
        section: Where it stands.
        rule: What is promised, in our words; a table row is named by its first cell.
        tests: Node ids, without parameters, of the tests that hold it.
    """

    section: str
    rule: str
    tests: tuple[str, ...]


def read(path: Path) -> list[Rule]:
    """Return the rules in the guide's order.

    Args:
        path: A TOML file of ``[[section]]`` tables: ``name``, and ``rules``, each ``[rule, test, ...]``.

    Raises:
        GuideError: It is no such file.
    """
    try:
        sections = tomllib.loads(path.read_text(encoding="utf-8"))["section"]
        return [Rule(section["name"], rule, tuple(tests)) for section in sections for rule, *tests in section["rules"]]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise GuideError(f"{path.name}: {type(error).__name__}: {error}") from error


def faults(rules: Sequence[Rule], docstrings: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the rules, one sentence each.

    Args:
        rules: All of them.
        docstrings: Of every test of the project, by node id.
    """
    repeated = [key for key, count in Counter((rule.section, rule.rule) for rule in rules).items() if count > 1]
    return [
        *(f"{section}: {rule!r} is listed twice." for section, rule in repeated),
        *(sentence for rule in rules for sentence in _faults(rule, docstrings)),
    ]


def _faults(rule: Rule, docstrings: Mapping[str, str]) -> Iterator[str]:
    where = f"{rule.section}: {rule.rule!r}"
    if not rule.tests:
        yield f"{where} has no test."
    for test in rule.tests:
        if test not in docstrings:
            yield f"{where}: there is no test {test}."
        elif CITED not in docstrings[test].lower():
            yield f"{where}: {test} does not cite the {CITED}."


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
