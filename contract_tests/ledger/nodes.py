"""Which tests exist, read from the source without running it: a check of the ledger must not cost an import."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def test_nodes(root: Path, folder: str) -> set[str]:
    """Return the node ids, without parameters, of all tests below a folder.

    Args:
        root: The project's root, which node ids are relative to.
        folder: Path below the root, with ``/``; files named ``test_*.py`` count.

    Not supported: tests that are not written as ``def test_...`` in a module or a ``Test...`` class, such as
    a state machine's ``TestCase``; wrap those in a function.
    """
    return {
        f"{path.relative_to(root).as_posix()}::{name}"
        for path in sorted((root / folder).rglob("test_*.py"))
        for name in _names(ast.parse(path.read_text(encoding="utf-8")).body, "")
    }


test_nodes.__test__ = False  # type: ignore[attr-defined]  # pytest would take the function for a test


def _names(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for statement in body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_"):
            yield prefix + statement.name
        elif isinstance(statement, ast.ClassDef) and statement.name.startswith("Test"):
            yield from _names(statement.body, f"{prefix}{statement.name}::")
