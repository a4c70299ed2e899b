"""Who holds functions of ``time`` that are not the dispatcher's: by name in a module, or as a default of a function."""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING

from fake_backend.virtual_time.dispatcher import is_ignored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LIBRARY = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
THEIRS = frozenset({"site-packages", "dist-packages"})  # below the standard library's folder, and no part of it
# Known to take them by name for waits and measurements of their own, in real time rightly.
HARMLESS = frozenset(
    {"urllib3", "dateutil", "numpy", "cv2", "PIL", "rich", "click", "typer", "sqlalchemy", "botocore", "coverage"}
)


def holders(originals: Mapping[str, object], modules: Iterable[ModuleType] | None = None) -> list[str]:
    """Return where originals are held, such as ``client.retry.wait(sleep=)``, in the order of the alphabet.

    Args:
        originals: Functions of ``time`` by name.
        modules: Where to look; all that are loaded and no part of the standard library when left out.
    """
    wanted = {id(function): name for name, function in originals.items()}
    looked_at = _foreign() if modules is None else modules
    return sorted({place for module in looked_at for place in _of_module(module, wanted)})


def _foreign() -> Iterator[ModuleType]:
    for name, module in list(sys.modules.items()):
        top = name.partition(".")[0]
        if isinstance(module, ModuleType) and not is_ignored(name) and top not in HARMLESS and not _is_library(module):
            yield module


def _is_library(module: ModuleType) -> bool:
    file = getattr(module, "__file__", None)
    if file is None:
        return module.__name__ in sys.builtin_module_names or module.__name__ in sys.stdlib_module_names
    parents = Path(file).parents
    return any(place in parents for place in LIBRARY) and not any(part in THEIRS for part in Path(file).parts)


def _of_module(module: ModuleType, wanted: Mapping[int, str]) -> Iterator[str]:
    for name, value in list(vars(module).items()):
        if id(value) in wanted:
            yield f"{module.__name__}.{name}"
        elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
            yield from _of_function(value, wanted)
        elif isinstance(value, type) and value.__module__ == module.__name__:
            for attribute in list(vars(value).values()):
                function = attribute.__func__ if isinstance(attribute, staticmethod | classmethod) else attribute
                if isinstance(function, FunctionType):
                    yield from _of_function(function, wanted)


def _of_function(function: FunctionType, wanted: Mapping[int, str]) -> Iterator[str]:
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    positional = function.__defaults__ or ()
    given = dict(zip(names[len(names) - len(positional) :], positional, strict=True))
    for name, value in {**given, **(function.__kwdefaults__ or {})}.items():
        if id(value) in wanted:
            yield f"{function.__module__}.{function.__qualname__}({name}=)"
