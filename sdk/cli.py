"""``synapse``: run an action of the plugin in the current directory, against the backend of the environment.

    synapse plugin run --mode local export --params '{"storage": 1, "name": "My Export", ...}'

The result goes to stdout, everything else to stderr. Exit status: 0 done, 1 the run failed, 2 it was refused before
anything was requested, 130 interrupted. Source: export guide, Running Locally; contract.md 1.1 for the environment.
"""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.errors import ConfigurationError
from sdk.clients.redaction import redact_urls
from sdk.errors import SdkError
from sdk.loggers.console import QuietConsoleLogger
from sdk.plugins.actions.export.errors import STANDS, ExportError
from sdk.plugins.config import PluginConfig
from sdk.plugins.context import PluginEnvironment, RuntimeContext
from sdk.plugins.errors import ParamsError, PluginConfigError

if TYPE_CHECKING:
    from sdk.plugins.action import BaseAction

FAILED, REFUSED, INTERRUPTED = 1, 2, 130
CELL = 300  # characters of a value that a table shows

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
plugin = typer.Typer(no_args_is_help=True, help="Work with the plugin in this directory.")
app.add_typer(plugin, name="plugin")


class Mode(StrEnum):
    """Where an action runs."""

    local = "local"


class CommandRefused(SdkError):  # noqa: N818 (a refusal)
    """Options that cannot be met, in one sentence."""


@app.callback()
def about() -> None:
    """The command line of plugins."""


@plugin.command()
def run(
    action: Annotated[str, typer.Argument(help="Name of the action in config.yaml.")],
    params: Annotated[str, typer.Option(help="Parameters of the action, a JSON object.")] = "{}",
    mode: Annotated[Mode, typer.Option(help="Where to run: in this process.")] = Mode.local,
    discard: Annotated[  # noqa: FBT002
        bool, typer.Option("--discard", help="Throw away what an interrupted run has saved, and begin again.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Run one action of the plugin in this directory.

    SYNAPSE_HOST says which backend; SYNAPSE_ACCESS_TOKEN or SYNAPSE_PLUGIN_RUN_USER_TOKEN, and
    SYNAPSE_PLUGIN_RUN_TENANT, who asks.
    """
    del mode  # there is one
    goes_on = False
    try:
        found = _action(action)
        goes_on = "discard" in found.params_model.model_fields
        given = _params(params, discard=discard, can_discard=goes_on)
        result = _run(found, given)
    except (CommandRefused, ConfigurationError, ExportError, ParamsError, PluginConfigError) as refusal:
        raise _ended(REFUSED, str(refusal)) from refusal
    except SdkError as error:
        if error.__cause__ is not None and not isinstance(error.__cause__, SdkError | OSError):
            # a fault of the plugin's own code: its author needs the place
            sys.stderr.write(redact_urls("".join(traceback.format_exception(error.__cause__))))
        raise _ended(FAILED, str(error)) from error
    except KeyboardInterrupt as interrupt:
        then = "the same command goes on from what is saved" if goes_on else "the same command begins again"
        stands = [note for note in getattr(interrupt, "__notes__", ()) if note.startswith(STANDS)]
        sentence = f"Interrupted. {stands[0]}" if stands else f"Interrupted; {then}."
        raise _ended(INTERRUPTED, sentence) from interrupt
    _show(result, as_json=as_json)
    if isinstance(result, Mapping) and result.get("status") == "FAILED":
        raise typer.Exit(FAILED)


def main() -> None:
    """Run the command line."""
    app()


def _action(name: str) -> type[BaseAction[Any]]:
    here = Path.cwd()
    config = PluginConfig.read(here)
    if str(here) not in sys.path:
        sys.path.insert(0, str(here))  # the plugin's own packages, as ``python -m`` has them
    return config.action(name).load()


def _params(text: str, *, discard: bool, can_discard: bool) -> dict[str, Any]:
    try:
        params = json.loads(text)
    except json.JSONDecodeError as error:
        raise CommandRefused(f"--params is no JSON: {error}; a JSON object in single quotes is needed.") from error
    if not isinstance(params, dict):
        raise CommandRefused(f"--params is {text!r}; a JSON object such as '{{\"storage\": 1}}' is needed.")
    if discard and not can_discard:
        raise CommandRefused("--discard does nothing for this action: it keeps nothing of an interrupted run.")
    return {**params, "discard": True} if discard else params


def _run(action: type[BaseAction[Any]], params: Mapping[str, Any]) -> Any:
    with BackendClient.from_environment() as client, BackendV2Client.from_environment() as v2_client:
        logger = QuietConsoleLogger(sys.stderr, redact=client.redact)
        context = RuntimeContext(
            logger=logger, env=PluginEnvironment.from_environ(), client=client, v2_client=v2_client
        )
        try:
            return action.dispatch(params, context)
        finally:
            logger.finish()


def _ended(status: int, sentence: str) -> typer.Exit:
    typer.echo(f"synapse: {redact_urls(sentence)}", err=True)
    return typer.Exit(status)


def _show(result: Any, *, as_json: bool) -> None:
    if as_json or not isinstance(result, Mapping):
        typer.echo(_json(result))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 (half of the runs print no table)
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table("result", "value", box=SIMPLE_HEAD, show_edge=False)
    for name, value in result.items():
        text = value if isinstance(value, str) else _json(value)
        shown = text if len(text) <= CELL else f"{text[:CELL]}… (--json shows all)"
        table.add_row(Text(str(name)), Text(shown, overflow="fold"))  # a long path goes on in the next line, whole
    Console().print(table)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


if __name__ == "__main__":
    main()
