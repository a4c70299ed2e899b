"""What was measured: numbers with a target, numbers beside them, the file and the table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.console import Console


@dataclass(frozen=True)
class Result:
    """One number.

    Args:
        name: Letter of the case and what was measured.
        value: The median.
        unit: Of the value.
        target: What it should be, as in ``<= 1.2``; blank for a number that only stands beside others.
        holds: Whether it is; ``None`` without a target.
    """

    name: str
    value: float
    unit: str
    target: str = ""
    holds: bool | None = None

    @classmethod
    def at_most(cls, name: str, value: float, unit: str, limit: float) -> Result:
        """Return a number that should not exceed ``limit``."""
        return cls(name, value, unit, f"<= {limit:g}", value <= limit)

    @classmethod
    def at_least(cls, name: str, value: float, unit: str, limit: float) -> Result:
        """Return a number that should reach ``limit``."""
        return cls(name, value, unit, f">= {limit:g}", value >= limit)

    def as_dict(self) -> dict[str, object]:
        """Return what the file holds: ``name, value, unit``, and ``target, holds`` where there is a target."""
        number: dict[str, object] = {"name": self.name, "value": round(self.value, 4), "unit": self.unit}
        return {**number, "target": self.target, "holds": self.holds} if self.target else number


def write(results: Sequence[Result], file: Path) -> None:
    """Write ``{results, information}``: the numbers with a target, and those without.

    Args:
        results: Everything measured.
        file: Where; its directory is made.
    """
    body = {
        "results": [result.as_dict() for result in results if result.target],
        "information": [result.as_dict() for result in results if not result.target],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def show(results: Sequence[Result], console: Console) -> None:
    """Print the table."""
    table = Table(box=None, pad_edge=False)
    table.add_column("measured", overflow="fold")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("target", no_wrap=True)
    table.add_column("holds")
    words = {True: "[green]yes[/]", False: "[red]no[/]", None: ""}
    for result in results:
        table.add_row(result.name, figure(result.value), result.unit, result.target, words[result.holds])
    console.print(table)


def figure(value: float) -> str:
    """Return a number with three digits that matter, and no fewer than the whole ones."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
