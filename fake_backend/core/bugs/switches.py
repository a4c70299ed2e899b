"""Which bugs of a world are on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.core.bugs.known import KNOWN
from fake_backend.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bugs:
    """The set of bugs that are on."""

    def __init__(self) -> None:
        self._active: set[str] = set()

    def __repr__(self) -> str:
        return f"<Bugs on={sorted(self._active)}>"

    def __contains__(self, name: object) -> bool:
        if name not in KNOWN:
            raise KeyError(name)
        return name in self._active

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._active))

    def on(self, *names: str) -> None:
        """Switch bugs on.

        Raises:
            BadRequest: There is no such bug; the sentence names those that there are.
        """
        for name in names:
            if name not in KNOWN:
                raise BadRequest(f"There is no bug called {name!r}.", received=name, expected=", ".join(KNOWN))
        self._active.update(names)

    def off(self, *names: str) -> None:
        """Switch bugs off; all of them when none is named."""
        self._active.difference_update(names or tuple(self._active))
