"""Settings that a plugin gets from its surroundings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


class PluginEnvironment:
    """Named values, read with the type that is wanted; ``repr`` shows names only, since values may be secrets.

    Args:
        data: Names and values.
    """

    def __init__(self, data: Mapping[str, Any] | None = None) -> None:
        self._data = dict(data or {})

    @classmethod
    def from_environ(cls, prefix: str = "", environ: Mapping[str, str] | None = None) -> PluginEnvironment:
        """Read the process's environment.

        Args:
            prefix: Only variables that begin so, named without it.
            environ: Another mapping to read from.
        """
        source = os.environ if environ is None else environ
        return cls({name.removeprefix(prefix): value for name, value in source.items() if name.startswith(prefix)})

    def __repr__(self) -> str:
        return f"PluginEnvironment({', '.join(sorted(self._data))})"

    def __contains__(self, key: object) -> bool:
        return key in self._data

    def __getitem__(self, key: str) -> Any:
        return self._data[key]

    def get(self, key: str, default: Any = None) -> Any:
        """Return the value as it is."""
        return self._data.get(key, default)

    def get_str(self, key: str, default: str | None = None) -> str | None:
        """Return the value as text."""
        return str(self._data[key]) if key in self._data else default

    def get_int(self, key: str, default: int | None = None) -> int | None:
        """Return the value as a whole number.

        Raises:
            ValueError: It is none.
        """
        return int(self._data[key]) if key in self._data else default

    def get_float(self, key: str, default: float | None = None) -> float | None:
        """Return the value as a number.

        Raises:
            ValueError: It is none.
        """
        return float(self._data[key]) if key in self._data else default

    def get_bool(self, key: str, default: bool | None = None) -> bool | None:  # noqa: FBT001  (a default value)
        """Return the value as a truth: 1, true, yes, on; 0, false, no, off or blank, in any case.

        Raises:
            ValueError: It is none of these.
        """
        if key not in self._data:
            return default
        word = str(self._data[key]).strip().lower()
        if word in _TRUE or word in _FALSE:
            return word in _TRUE
        raise ValueError(f"{key} is {self._data[key]!r}; true or false is needed")

    def to_dict(self) -> dict[str, Any]:
        """Return a copy of all names and values."""
        return dict(self._data)
