"""The guides' code blocks, and how a block that is no whole module is put where it can run, its text untouched.

A block that leaves names to its reader gets them from the test. Annotations are not evaluated, since the guide's own
``TYPE_CHECKING`` imports would stop them.
"""

from __future__ import annotations
import __future__

import ast
import hashlib
import sys
import tomllib
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Block:
    """One code block of a guide.

    Args:
        file: The guide's folder and its name in there.
        section: Where it stands in the guide.
        sha256: Of the guide's own text, as ``digest`` counts it.
        test: Node id of the test that runs it.
    """

    file: str
    section: str
    sha256: str
    test: str


def blocks() -> list[Block]:
    """Return the index, each guide in its order."""
    return [Block(**row) for row in tomllib.loads((HERE / "blocks.toml").read_text(encoding="utf-8"))["block"]]


def digest(text: str) -> str:
    """Return the SHA-256 of a block: lines without indentation and blank ones left out, the package by our name."""
    lines = [line.strip() for line in text.splitlines()]
    return hashlib.sha256("\n".join(filter(None, lines)).replace("synapse_sdk", "sdk").encode()).hexdigest()


def path(file: str) -> Path:
    """Return where a block is."""
    return HERE / file


@contextmanager
def running(file: str, **names: Any) -> Iterator[ModuleType]:
    """Run a block as a module and yield it.

    Args:
        file: The block.
        **names: What the guide's reader has defined or imported before.
    """
    module = ModuleType(f"guide_{Path(file).stem}")
    module.__dict__.update(names)
    sys.modules[module.__name__] = module  # dataclasses and pydantic look there
    try:
        exec(_compiled(file), module.__dict__)  # noqa: S102 (the guide's own code)
        yield module
    finally:
        del sys.modules[module.__name__]


def statements(file: str, **names: Any) -> Iterator[dict[str, Any]]:
    """Run a block statement by statement and yield its names after each."""
    space = dict(names)
    for statement in ast.parse(path(file).read_text(encoding="utf-8")).body:
        exec(compile(ast.Module([statement], []), file, "exec"), space)  # noqa: S102 (as above)
        yield space


def with_methods(file: str, base: type, attributes: dict[str, Any] | None = None, /, **names: Any) -> type:
    """Return a subclass that has a block's functions as methods.

    Args:
        file: The block, nothing but functions.
        base: What to inherit from.
        attributes: Of the class, besides.
        **names: What the functions refer to.
    """
    space = dict(names)
    exec(_compiled(file), space)  # noqa: S102 (as above)
    methods = {name: value for name, value in space.items() if isinstance(value, FunctionType) and name not in names}
    return type("Fragment", (base,), {**(attributes or {}), **methods})


def _compiled(file: str) -> Any:
    source = path(file)
    return compile(
        source.read_text(encoding="utf-8"), str(source), "exec", __future__.annotations.compiler_flag, dont_inherit=True
    )
