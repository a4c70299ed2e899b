"""``fake-backend incidents`` and ``fake-backend incident ID``: what is known, and one of it as it happens.

The catalogue takes 100 ms to import, so that only these two commands do it.
"""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend.incidents import Ended, Incident, Staging

REFUSED: Final = 2
SHOWS: Final = 1
RUNNER: Final = "contract_tests.incidents.thin"  # beside this package, and not always installed with it


def add_to(app: typer.Typer) -> None:
    """Give the two commands to the command line."""
    app.command("incidents")(list_incidents)
    app.command("incident")(run_incident)


def list_incidents(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON list instead of a table.")] = False,  # noqa: FBT002 (typer)
) -> None:
    """List the production incidents that can be staged."""
    from fake_backend.incidents import catalogue, out_of_scope  # noqa: PLC0415 - see the module

    found = list(catalogue().values())
    if as_json:
        typer.echo(json.dumps([_row(one) for one in found], ensure_ascii=False, indent=1))
        return
    width = max(len(one.id) for one in found)
    for one in found:
        typer.echo(f"{one.id:{width}}  {one.title}")
    for name, reason in out_of_scope().items():
        typer.echo(f"{name:{width}}  (out of scope) {reason}")


def run_incident(
    name: Annotated[str, typer.Argument(metavar="ID", help="Such as SYN-7542 (fake-backend incidents).")],
    calm: Annotated[bool, typer.Option("--calm", help="The same world with nothing wrong.")] = False,  # noqa: FBT002 (typer)
) -> None:
    """Stage an incident against the thin SDK, in virtual time, and print what happens; 1 where the symptom shows."""
    from fake_backend.incidents import UnknownIncident, holds, staged, timeline  # noqa: PLC0415 - see the module
    from fake_backend.incidents.timeline import verdict_line  # noqa: PLC0415

    try:
        run: Callable[[Staging], Ended] = import_module(RUNNER).run
    except ModuleNotFoundError as error:
        typer.echo(
            f"fake-backend: the thin SDK's runner is not installed ({error.name} is missing); run this from the "
            f"project's own checkout, or stage it for a client of yours: fake-backend serve --incident {name}",
            err=True,
        )
        raise typer.Exit(REFUSED) from None
    try:
        with staged(name, troubled=not calm) as staging:
            one, start = staging.incident, staging.backend.clock.now()
            seen = staging.seen(run(staging))
    except UnknownIncident as refusal:
        typer.echo(f"fake-backend: {refusal}", err=True)
        raise typer.Exit(REFUSED) from refusal
    typer.echo(f"{one.id}: {one.title}\n{one.cause}\n")
    for line in timeline(seen, start):
        typer.echo(line)
    shows = holds(one.symptom, seen) and not seen.ended.error  # an error that says what is wrong is an answer
    typer.echo(verdict_line(one, seen, shows=shows, troubled=not calm))
    if shows:
        raise typer.Exit(SHOWS)


def _row(one: Incident) -> dict[str, Any]:
    """Return an incident as JSON has it."""
    return {
        "id": one.id,
        "tickets": list(one.tickets),
        "section": one.section,
        "symptom": one.title,
        "cause": one.cause,
        "thin_sdk": {"state": one.thin.state, "reason": one.thin.reason},
        "versions": {
            version: {"state": claim.state, "reason": claim.reason} for version, claim in one.claims().items()
        },
    }
