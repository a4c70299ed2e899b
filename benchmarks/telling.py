"""What is under way: a bar on a terminal, a line for each thing elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console


class Tell(Protocol):
    """Takes what is under way, how much of it is done, and how much there is."""

    def __call__(self, what: str, done: int, total: int, /) -> None:
        """Take it."""
        ...


@contextmanager
def telling(console: Console) -> Iterator[Tell]:
    """Yield what shows progress until the block ends.

    Args:
        console: Where.
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        bar = progress.add_task("starting", total=1)
        shown = ""

        def tell(what: str, done: int, total: int) -> None:
            nonlocal shown
            progress.update(bar, description=what, completed=done, total=total)
            if what != shown and not console.is_terminal:
                console.print(what)
            shown = what

        yield tell
