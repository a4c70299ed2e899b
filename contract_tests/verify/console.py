"""What a run shows on the terminal: the table, and the first differing rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from contract_tests.verify.redact import Redact
    from contract_tests.verify.report import Judgement, Report

COLOURS = {"equal": "green", "differs": "yellow", "error": "red"}
SHOWN = 4  # differences of one export on the terminal; report.html shows more
FIELDS = ("target", "head", "exporter", "rows", "files", "bytes", "requests", "seconds", "digest", "verdict")
NUMBERS = ("rows", "files", "bytes", "requests", "seconds")
SHORT = {"seconds": "time"}  # with this, and six places of the digest, the table fits eighty columns


def show(report: Report, console: Console, redact: Redact) -> None:
    """Print the table of a run, and for each export that is not equal why.

    Args:
        report: A finished run.
        console: Where to print.
        redact: Applied to everything that comes from an answer.
    """
    table = Table(*(SHORT.get(name, name) for name in FIELDS), box=SIMPLE_HEAD, show_edge=False, padding=0)
    for column, name in zip(table.columns, FIELDS, strict=True):
        column.no_wrap = True
        column.justify = "right" if name in NUMBERS else "left"
    for row in report.rows():
        cells = {**row, "digest": row["digest"][:6], "seconds": f"{row['seconds']:.2f}", "bytes": f"{row['bytes']:,}"}
        verdict = row["verdict"]
        table.add_row(*(str(cells[name]) for name in FIELDS[:-1]), f"[{COLOURS[verdict]}]{verdict}")
    for target in report.skipped:
        table.add_row(target, *("" for _ in FIELDS[1:-1]), "skipped")
    console.print(table)
    for target, reason in report.skipped.items():
        console.print(f"{target}: skipped: {escape(redact(reason))}", soft_wrap=True)
    for judgement in report.judgements:
        if judgement.score:
            console.print(f"{judgement.outcome.title}: {judgement.score}", soft_wrap=True)
        if judgement.verdict != "equal":
            _explain(judgement, console, redact)


def _explain(judgement: Judgement, console: Console, redact: Redact) -> None:
    outcome = judgement.outcome
    heading = f"[{COLOURS[judgement.verdict]}]{outcome.title}: {judgement.verdict}[/]"
    if outcome.error:
        console.print(f"{heading}\n  {escape(redact(outcome.error))}", soft_wrap=True)
        return
    if judgement.fault:
        console.print(f"{heading}: below the bound", soft_wrap=True)
        if not judgement.differences:
            return
    console.print(f"{heading}: {len(judgement.differences)} differences from {judgement.against}")
    for found in judgement.differences[:SHOWN]:
        row = "" if found.row is None else f"row {found.row}, "
        console.print(f"  {row}{escape(redact(found.where))}", soft_wrap=True)
        console.print(f"    expected {escape(redact(found.expected))}", soft_wrap=True, highlight=False)
        console.print(f"    got      {escape(redact(found.got))}", soft_wrap=True, highlight=False)
