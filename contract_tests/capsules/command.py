"""``fake-backend capsule``, also ``python -m contract_tests.capsules``: run, shrink and to-test.

Exit status: 0 when it is as the capsule says, 1 when it is not, 2 for a file that is no capsule.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract_tests.capsules.capsule import PROMISES, Capsule, CapsuleInvalid, rows_in
from contract_tests.capsules.replaying import replay
from contract_tests.capsules.shrinking import shrink
from contract_tests.capsules.testing import test_of
from contract_tests.simulation.campaign import many_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="One failing run in one file: run it again, make it smaller, make a test of it.",
)

File = Annotated[Path, typer.Argument(help="the capsule")]
Out = Annotated[Path | None, typer.Option("--out", "-o", help="file to write")]


@app.command("run")
def run(
    file: File,
    bugs: Annotated[str | None, typer.Option(help="bugs of the backend instead of the capsule's, by commas")] = None,
) -> None:
    """Run a capsule again and say whether it does what it did."""
    capsule = _read(file)
    try:
        with many_runs():
            told = replay(capsule, bugs=None if bugs is None else [name for name in bugs.split(",") if name])
    except CapsuleInvalid as refusal:
        raise _refused(refusal) from refusal
    typer.echo(f"{capsule.recipe!r}")
    typer.echo(f"promised: {PROMISES[capsule.replay]}")
    typer.echo(f"replay: {'as promised' if told.is_same else told.difference}")
    for law in told.broken:
        typer.echo(f"broken: {law}")
    first = told.broken[0].law if told.broken else None
    as_said = first == (capsule.law.law if capsule.law is not None else None)
    typer.echo(f"law: {first or 'all hold'}{'' if as_said else ', which is not what the capsule says'}")
    raise typer.Exit(0 if as_said and told.is_same else 1)


@app.command("shrink")
def smaller(file: File, out: Out = None) -> None:
    """Take away what the broken law does not need."""
    capsule = _read(file)
    path = _writable(out or file.with_name(f"{file.stem}.small.json"))
    try:
        with many_runs():
            small = shrink(capsule, lambda sentence: typer.echo(sentence, err=True))
    except ValueError as refusal:
        raise _refused(refusal, 1) from refusal
    path.write_text(small.text(), encoding="utf-8")
    count, faults = rows_in(small.recipe.document), len(small.recipe.rules)
    typer.echo(f"{path}: {count} row(s), {faults} fault(s), {len(small.requests)} request(s); {small.law}")


@app.command("to-test")
def to_test(file: File, out: Out = None) -> None:
    """Write a test that is red while the law is broken."""
    text = test_of(_read(file))
    if out is None:
        typer.echo(text)
    else:
        _writable(out).write_text(text, encoding="utf-8")
        typer.echo(f"{out}")


def _read(file: Path) -> Capsule:
    try:
        return Capsule.read(file)
    except CapsuleInvalid as refusal:
        raise _refused(refusal) from refusal


def _writable(path: Path) -> Path:
    """Return a path that can be written to, which is better known before the work is done than after it."""
    was_there = path.exists()
    try:
        path.open("a", encoding="utf-8").close()
        if not was_there:
            path.unlink()
    except OSError as error:
        raise _refused(CapsuleInvalid(f"{path} cannot be written: {error.strerror}.")) from error
    return path


def _refused(refusal: Exception, status: int = 2) -> typer.Exit:
    """Say why not, and return the end of the command."""
    typer.echo(f"fake-backend capsule: {refusal}", err=True)
    return typer.Exit(status)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line.

    Args:
        arguments: Those after the name; those of the process when absent.
    """
    name = "python -m contract_tests.capsules" if arguments is None else "fake-backend capsule"
    app(args=None if arguments is None else list(arguments), prog_name=name)
