"""``fake-backend``: serve a backend on this machine until it is told to stop."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from dataclasses import fields
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path  # noqa: TC003 (typer reads annotations as it runs)
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fake_backend import incident_commands
from fake_backend.backend import FakeBackend
from fake_backend.core.errors import Refusal
from fake_backend.demo.errors import PillowMissing
from fake_backend.faults import NeverFired
from fake_backend.http.control.policy import ControlPolicy, is_loopback
from fake_backend.ready import ReadyFile, UnwritableReadyFile, ready_line
from fake_backend.seeding import SeedInvalid
from fake_backend.settings import Settings
from fake_backend.store.database import DatabaseUnusable
from fake_backend.transports.refusals import CannotListen

if TYPE_CHECKING:
    from types import FrameType

    from fake_backend.incidents.staging import Stage

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
incident_commands.add_to(app)

REFUSED = 2  # exit status of a start that was refused
DEFAULTS = Settings()
DEMO = "demo"
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


class ClockKind(StrEnum):
    """Whose time the backend lives by."""

    system = "system"
    virtual = "virtual"


class InlineTarget(StrEnum):
    """Whose payloads can be told to go inline."""

    task = "task"
    assignment = "assignment"
    ground_truth = "ground_truth"


class NextCursor(StrEnum):
    """What the second API calls the next page by."""

    url = "url"
    token = "token"  # noqa: S105 (a form of cursor)


class CursorKind(StrEnum):
    """What a cursor is made of."""

    drf = "drf"
    sealed = "sealed"


class CannotStart(Exception):  # noqa: N818 (a refusal)
    """An option that cannot be met, in one sentence."""


COMMANDS = "fake_backend.commands"  # entry points of what another package brings to this command line
NEVER_FIRED = 1  # exit status of a run that asked for faults and met none

REFUSALS = (CannotStart, CannotListen, SeedInvalid, DatabaseUnusable, PillowMissing, UnwritableReadyFile, Refusal)


@app.callback()
def about() -> None:
    """A fake of the Synapse backend on this machine."""


@app.command()
def serve(  # noqa: PLR0917 (typer makes each an option)
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port of the API; 0 for any that is free.")] = 0,
    storage_port: Annotated[int, typer.Option(help="Port of objects (S3); 0 for any that is free.")] = 0,
    public_storage_url: Annotated[
        str | None, typer.Option(help="Where clients reach objects, if something stands in between.")
    ] = None,
    seed: Annotated[str, typer.Option(help="demo, empty, or the path of a seed document.")] = DEMO,
    incident: Annotated[
        str | None,
        typer.Option(help="Stage this incident: its world, settings, faults, bugs and pace (docs/incidents.md)."),
    ] = None,
    clock: Annotated[ClockKind, typer.Option(help="virtual time moves through /_fake/clock alone.")] = ClockKind.system,
    autojump: Annotated[bool, typer.Option("--autojump", help="A read that waits moves a virtual clock.")] = False,  # noqa: FBT002
    speed: Annotated[float, typer.Option(help="Seconds of the world in one second of the machine's clock.")] = 1.0,
    database: Annotated[
        str | None,
        typer.Option(help="sqlite:///FILE or postgresql://USER@HOST/DATABASE; a restart finds the same world."),
    ] = None,
    storage_root: Annotated[
        Path | None, typer.Option(help="Directory of the storages; beside the database's file, else temporary.")
    ] = None,
    faults: Annotated[
        list[Path] | None, typer.Option(help="Put the fault plan of this file in force (docs/faults.md).")
    ] = None,
    bug: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Switch a wrong behaviour on; repeatable (docs/bugs.md).")
    ] = None,
    ready_file: Annotated[Path | None, typer.Option(help="Write the ready line here too, mode 0600.")] = None,
    bulk_files_manifest: Annotated[  # noqa: FBT002
        bool, typer.Option("--bulk-files-manifest", help="Fill files_manifest in bulk answers.")
    ] = False,
    inline_target: Annotated[
        list[InlineTarget] | None,
        typer.Option(help="Send this target's payloads inline in v1 lists, whatever they are asked (SYN-7535)."),
    ] = None,
    next_cursor: Annotated[
        NextCursor, typer.Option(help="v2 names the next page by a whole URL, or by an opaque token.")
    ] = NextCursor.url,
    cursor_count: Annotated[bool, typer.Option("--cursor-count", help="v1 counts in cursor mode too.")] = False,  # noqa: FBT002
    empty_last_page: Annotated[  # noqa: FBT002
        bool, typer.Option("--empty-last-page", help="An empty page follows a last one that ended exactly full.")
    ] = False,
    empty_every: Annotated[
        int, typer.Option(help="N: every Nth page of a cursor walk is empty, with a next; 0 for none.")
    ] = 0,
    cursor: Annotated[
        CursorKind, typer.Option(help="Tokens of Django REST framework, or opaque ones that are good for one walk.")
    ] = CursorKind.drf,
    streams: Annotated[int, typer.Option(help="Progress streams at once; one more is 503.")] = DEFAULTS.streams,
    streams_per_member: Annotated[
        int, typer.Option(help="Progress streams of one user at once; one more is 429.")
    ] = DEFAULTS.streams_per_member,
    stream_seconds: Annotated[
        float, typer.Option(help="Age at which the server ends a progress stream.")
    ] = DEFAULTS.stream_seconds,
    stream_retry_after: Annotated[
        int, typer.Option(help="Seconds in the Retry-After of these 503 and 429; -1 leaves it out.")
    ] = DEFAULTS.stream_retry_after or 0,
    strict: Annotated[  # noqa: FBT002
        bool, typer.Option("--strict", help="Refuse filter keys that mean nothing, and say what was probably meant.")
    ] = False,
    no_control: Annotated[bool, typer.Option("--no-control", help="Have no /_fake/ at all.")] = False,  # noqa: FBT002
    control_token_env: Annotated[
        str | None, typer.Option(help="Environment variable with the token that /_fake/ then requires.")
    ] = None,
) -> None:
    """Serve until SIGTERM or Ctrl-C; one JSON line on stdout says when, where and with which tokens."""
    try:
        status = _serve(
            place={
                "host": host,
                "port": port,
                "storage_port": storage_port,
                "public_storage_url": public_storage_url,
                "control": _control(host, enabled=not no_control, variable=control_token_env),
                "autojump": _autojump(autojump, clock),
            },
            ready_file=ready_file,
            faults=faults or [],
            bugs=bug or [],
            stage=None if incident is None else _stage(incident),
            backend={
                "seed": seed,
                "clock": clock.value,
                "speed": speed,
                "database": database,
                "storage_root": storage_root,
                "settings": Settings(
                    bulk_files_manifest=bulk_files_manifest,
                    presigned_targets=frozenset(InlineTarget) - frozenset(inline_target or ()),
                    next_cursor=next_cursor.value,
                    cursor_count=cursor_count,
                    empty_last_page=empty_last_page,
                    empty_every=empty_every,
                    cursor=cursor.value,
                    streams=streams,
                    streams_per_member=streams_per_member,
                    stream_seconds=stream_seconds,
                    stream_retry_after=None if stream_retry_after == -1 else stream_retry_after,
                    strict=strict,
                ),
            },
        )
    except NeverFired as complaint:
        typer.echo(f"fake-backend: {complaint}", err=True)
        raise typer.Exit(NEVER_FIRED) from complaint
    except REFUSALS as refusal:
        typer.echo(f"fake-backend: {refusal}", err=True)
        raise typer.Exit(REFUSED) from refusal
    raise typer.Exit(status)


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
    add_help_option=False,
)
def capsule(context: typer.Context) -> None:
    """Run a failing run again, make it smaller, or make a test of it: run, shrink, to-test (docs/capsules.md)."""
    found = next(iter(entry_points(group=COMMANDS, name="capsule")), None)
    if found is None:
        typer.echo(
            "fake-backend: capsules are run by the contract tests, which are not installed here; "
            "pip install -e . in a checkout of the project brings them.",
            err=True,
        )
        raise typer.Exit(REFUSED)
    found.load()(context.args)


def main() -> None:
    """Run the command line."""
    app()


def _serve(
    *,
    place: dict[str, Any],
    ready_file: Path | None,
    faults: list[Path],
    bugs: list[str],
    backend: dict[str, Any],
    stage: Stage | None,
) -> int:
    """Serve until told to stop; return the exit status, which is 1 when a fault was asked for and never fired."""
    told = _Told()
    if stage is not None:
        backend = _staged(backend, stage)
    with FakeBackend(**backend) as running, contextlib.ExitStack() as stack:
        running.bugs.on(*bugs)
        for plan in faults:
            stack.enter_context(running.faults.during(plan))
        if stage is not None:
            stage.begin(running)  # its faults may wait for a client that never comes: they need not fire
        served = stack.enter_context(running.serve(**place))
        line = ready_line(running, served)
        with ReadyFile(ready_file, line):
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            return told.wait()


def _stage(name: str) -> Stage:
    """Return the stage of an incident."""
    # the catalogue takes 100 ms to import, and few who serve ask for it
    from fake_backend.incidents.reading import incident  # noqa: PLC0415
    from fake_backend.incidents.staging import Stage  # noqa: PLC0415

    return Stage(incident(name))


def _staged(backend: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """Return the arguments of a backend with an incident's world, settings and pace in their places.

    Raises:
        CannotStart: Another world or another setting was asked for, which would be lost.
    """
    if backend["seed"] != DEMO:
        raise CannotStart(f"--incident brings a world of its own; leave --seed {backend['seed']} out.")
    told = [
        one.name for one in fields(Settings) if getattr(backend["settings"], one.name) != getattr(DEFAULTS, one.name)
    ]
    if told:
        raise CannotStart(f"--incident brings settings of its own; leave out what sets {', '.join(told)}.")
    pace = stage.incident.clock.speed if backend["clock"] == "system" and backend["speed"] == 1 else backend["speed"]
    return {**backend, "seed": stage.recipe.document(), "settings": stage.settings, "speed": pace}


class _Told:
    """What the process was told by signal: SIGTERM ends with 0, SIGINT with 130."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._status = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._hear)

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        self._status = INTERRUPTED if number == signal.SIGINT else 0
        self._event.set()

    def wait(self) -> int:
        """Wait for a signal; return the exit status that it asks for."""
        self._event.wait()
        return self._status


def _control(host: str, *, enabled: bool, variable: str | None) -> ControlPolicy:
    """Return the guard of ``/_fake/``, or refuse to open it to a network without a token."""
    if variable is not None:
        token = os.environ.get(variable)
        if not token:
            raise CannotStart(f"--control-token-env names {variable}, which is not set; put the token there.")
        return ControlPolicy(enabled=enabled, token=token)
    if enabled and not is_loopback(host):
        raise CannotStart(
            f"--host {host} is not loopback, so /_fake/ needs a guard: give --control-token-env NAME, or --no-control."
        )
    return ControlPolicy(enabled=enabled)


def _autojump(wanted: bool, clock: ClockKind) -> bool:  # noqa: FBT001 (private)
    if wanted and clock is ClockKind.system:
        raise CannotStart("--autojump moves a virtual clock; give --clock virtual with it.")
    return wanted
