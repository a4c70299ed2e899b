"""Who holds functions of ``time`` that are not the dispatcher's.

They are looked for by name in a module, in its classes and instances, its lists and dicts, in partials, and in the
defaults, closures and wrapped functions of its functions, some steps deep.
"""

from __future__ import annotations

import contextlib
import sys
import sysconfig
from functools import partial
from pathlib import Path
from types import FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from fake_backend.virtual_time.dispatcher import is_ignored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LIBRARY = tuple(Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib"))
THEIRS = frozenset({"site-packages", "dist-packages"})  # below the standard library's folder, and no part of it
# Known to take them by name for waits and measurements of their own, in real time rightly.
HARMLESS = frozenset(
    {
        "urllib3",
        "requests",
        "dateutil",
        "numpy",
        "cv2",
        "PIL",
        "rich",
        "click",
        "typer",
        "sqlalchemy",
        "botocore",
        "coverage",
    }
)

DEPTH: Final = (
    5  # steps from a module: a class in a class, its method, its decorator's closure, the function, its default
)
MOST: Final = 1000  # items of a list that are looked at
PLAIN: Final = frozenset(
    {str, bytes, int, float, bool, type(None), ModuleType}
)  # hold nothing, or are looked at themselves


def holders(originals: Mapping[str, object], modules: Iterable[ModuleType] | None = None) -> list[str]:
    """Return where originals are held, such as ``client.retry.wait(sleep=)``, in the order of the alphabet.

    Args:
        originals: Functions of ``time`` by name.
        modules: Where to look; all that are loaded and no part of the standard library when left out.
    """
    search = _Search(originals)
    looked_at = _foreign() if modules is None else modules
    return sorted({place for module in looked_at for place in search.of_module(module)})


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


class _Search:
    """One search; what it has seen it does not look into again.

    Args:
        originals: Functions of ``time`` by name.
    """

    def __init__(self, originals: Mapping[str, object]) -> None:
        self._wanted = frozenset(id(function) for function in originals.values())
        self._seen = {id(originals)}

    def of_module(self, module: ModuleType) -> Iterator[str]:
        for name, value in list(vars(module).items()):
            yield from self._of(value, f"{module.__name__}.{name}", module.__name__, DEPTH)

    def _of(self, value: object, place: str, home: str, depth: int) -> Iterator[str]:
        """Yield where a value holds any.

        Args:
            value: Anything; its own code is not asked, as it may be a proxy.
            place: Where it is.
            home: The module where the search is.
            depth: How many steps are left.
        """
        if id(value) in self._wanted:
            yield place
            return
        kind = type(value)
        if not depth or id(value) in self._seen or kind in PLAIN or is_ignored(str(kind.__module__)):
            return
        if issubclass(kind, FunctionType | type) and not self._is_at_home(value, home):
            return
        self._seen.add(id(value))
        for inner, of in list(_parts(value, place, home)):
            yield from self._of(inner, of, home, depth - 1)

    def _is_at_home(self, value: object, home: str) -> bool:
        module = getattr(
            value, "__module__", None
        )  # dataclasses write methods of no module, namedtuple of one of its own
        return module in {home, None} or str(module).startswith("namedtuple_")


def _parts(value: Any, place: str, home: str) -> Iterator[tuple[object, str]]:
    """Yield what a value consists of, and where that is."""
    kind = type(value)
    if issubclass(kind, FunctionType):
        yield from _parts_of_function(value, home)
    elif issubclass(kind, staticmethod | classmethod):
        yield value.__func__, place
    elif issubclass(kind, MethodType):
        yield value.__self__, place
    elif issubclass(kind, property):
        yield value.fget, place
    elif issubclass(kind, partial):
        yield value.func, place
        yield (*value.args, *value.keywords.values()), place
    elif issubclass(kind, dict):
        yield from (
            (inner, f"{place}[{key!r}]") for key, inner in dict.items(value) if issubclass(type(key), str | int)
        )
    elif issubclass(kind, list | tuple):
        yield from ((inner, f"{place}[{at}]") for at, inner in enumerate(value[:MOST]))
    else:
        yield from ((inner, f"{place}.{name}") for name, inner in sorted(_attributes(value).items(), key=_rank))


def _rank(attribute: tuple[str, object]) -> bool:
    return attribute[0].startswith("_")  # an enum's member is named before what the enum keeps of it


def _attributes(value: object) -> dict[str, object]:
    try:
        return dict(object.__getattribute__(value, "__dict__"))
    except AttributeError:
        return {}


def _parts_of_function(function: FunctionType, home: str) -> Iterator[tuple[object, str]]:
    place = f"{home}.{function.__qualname__}"
    names = function.__code__.co_varnames[: function.__code__.co_argcount]
    positional = function.__defaults__ or ()
    given = dict(zip(names[len(names) - len(positional) :], positional, strict=True))
    for name, inner in {**given, **(function.__kwdefaults__ or {})}.items():
        yield inner, f"{place}({name}=)"
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with contextlib.suppress(ValueError):  # it is empty yet
            yield cell.cell_contents, f"{place}.{name}"
    yield _attributes(function).get("__wrapped__"), place
