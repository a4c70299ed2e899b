"""Calls of methods whose resource is said not to be there: with whatever arguments, since nobody may answer."""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so pydantic's base class is another one there)

from __future__ import annotations

import inspect
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Blank(BaseModel):
    """A body that the client sends as it is: instances of any model pass its own check of requests."""


def arguments(method: Callable[..., Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return an argument for every parameter that has no default.

    Args:
        method: Of a client.
        told: Arguments by parameter, where the type alone does not say what will do.
    """
    wanted = inspect.signature(method).parameters.values()
    needed = [
        one.name for one in wanted if one.default is one.empty and one.kind not in {one.VAR_KEYWORD, one.VAR_POSITIONAL}
    ]
    types = {one.name: str(one.annotation) for one in wanted}
    given = {name: _read(value, types[name]) for name, value in told.items()}
    return {**{name: _some(types[name]) for name in needed}, **given}


def _read(value: Any, annotation: str) -> Any:
    """Return a told argument as the parameter wants it: a path as one."""
    if isinstance(value, list) and "list[Path]" in annotation:
        return [Path(item) for item in value]
    return Path(value) if isinstance(value, str) and "Path" in annotation else value


def _some(annotation: str) -> Any:
    if "Request" in annotation or "dict" in annotation:
        return Blank()
    if annotation.startswith("list"):
        return [1]
    return 1 if "int" in annotation and "str" not in annotation else "11111111-2222-4333-8444-555555555555"
