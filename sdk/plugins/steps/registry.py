"""The steps of an action, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.plugins.steps.context import BaseStepContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sdk.plugins.steps.base import BaseStep


class StepRegistry[C: BaseStepContext]:
    """An ordered list of steps with unique names."""

    def __init__(self) -> None:
        self._steps: list[BaseStep[C]] = []

    def __len__(self) -> int:
        return len(self._steps)

    def __bool__(self) -> bool:
        return bool(self._steps)

    def __iter__(self) -> Iterator[BaseStep[C]]:
        return iter(tuple(self._steps))

    def __repr__(self) -> str:
        return f"<StepRegistry {' -> '.join(step.name for step in self._steps) or 'empty'}>"

    @property
    def total_weight(self) -> float:
        """Sum of the steps' weights."""
        return sum(step.progress_weight for step in self._steps)

    def get_steps(self) -> list[BaseStep[C]]:
        """Return the steps in order; changing the list changes nothing here."""
        return list(self._steps)

    def register(self, step: BaseStep[C]) -> None:
        """Put a step at the end.

        Raises:
            ValueError: A step of this name is there already.
        """
        self._insert(len(self._steps), step)

    def unregister(self, name: str) -> None:
        """Take a step out.

        Raises:
            ValueError: There is none of this name.
        """
        del self._steps[self._position(name)]

    def insert_before(self, name: str, step: BaseStep[C]) -> None:
        """Put a step before another.

        Raises:
            ValueError: There is no such other step, or the new one's name is taken.
        """
        self._insert(self._position(name), step)

    def insert_after(self, name: str, step: BaseStep[C]) -> None:
        """Put a step behind another.

        Raises:
            ValueError: There is no such other step, or the new one's name is taken.
        """
        self._insert(self._position(name) + 1, step)

    def _insert(self, position: int, step: BaseStep[C]) -> None:
        if any(known.name == step.name for known in self._steps):
            raise ValueError(f"a step named {step.name!r} is registered already")
        self._steps.insert(position, step)

    def _position(self, name: str) -> int:
        names = [step.name for step in self._steps]
        if name not in names:
            raise ValueError(f"no step is named {name!r}; there are: {', '.join(names) or 'none'}")
        return names.index(name)
