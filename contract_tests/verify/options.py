"""The command line of verify, checked as a whole before anything is done."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from contract_tests.exporting import Caller
from contract_tests.verify.embedded import Demo
from contract_tests.verify.foreign import Foreign
from contract_tests.verify.outcome import SUBJECTS, TARGETS, Subject
from contract_tests.verify.scopes import UsageError, confined, narrowed
from fake_backend import KNOWN_BUGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USER_TOKEN = "SYNAPSE_PLUGIN_RUN_USER_TOKEN"
ACCESS_TOKEN = "SYNAPSE_ACCESS_TOKEN"
NOT_OURS = "it would write to the tasks of that backend, of which nobody knows what they show"
EMBEDDED = "embedded"
TENANT = "SYNAPSE_PLUGIN_RUN_TENANT"


@dataclass(frozen=True)
class Options:
    """What to verify.

    Args:
        targets: What to export from the embedded fake; ``to_task`` annotates.
        bug: Wrong behaviour of the embedded fake to switch on, or ``None``.
        demo: Which demo the embedded fake has.
        foreign: Another backend, or ``None`` for the embedded fake.
        database: Where the embedded fake keeps its rows: ``postgresql://...``, ``embedded`` for a server that is
            started for it, or ``None`` for memory.
    """

    targets: tuple[Subject, ...] = SUBJECTS
    bug: str | None = None
    demo: Demo = field(default_factory=Demo)
    foreign: Foreign | None = None
    database: str | None = field(default=None, repr=False)  # may hold a password


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"verify: {message}.")


def parse(arguments: Sequence[str] | None, environ: Mapping[str, str], run_id: str) -> Options:
    """Return what the command line and the environment ask for.

    Args:
        arguments: Command line without the program; ``None`` reads ``sys.argv``.
        environ: Where the credentials are.
        run_id: Names the directory on a foreign storage.

    Raises:
        UsageError: An option is unknown, missing or malformed, or credentials are missing.
    """
    parser = _Parser(prog="verify", description="Export both ways and compare.", allow_abbrev=False)
    parser.add_argument(
        "--target", choices=SUBJECTS, action="append", help="what to export; repeat it for several (default: all)"
    )
    parser.add_argument("--bug", choices=list(KNOWN_BUGS), help="wrong behaviour of the embedded fake")
    parser.add_argument("--seed", type=int, metavar="N", help="seed number of the embedded fake's demo")
    parser.add_argument("--hard", action="store_true", help="overlaps and noise in the pictures that to_task annotates")
    parser.add_argument(
        "--database", metavar="URL", help="postgresql://... for the embedded fake's rows; embedded starts a server"
    )
    parser.add_argument("--backend-url", metavar="URL", help="another backend instead of the embedded fake")
    parser.add_argument("--storage", type=int, metavar="ID", help="storage of that backend to write to")
    parser.add_argument("--project", type=int, metavar="ID", help="project to export tasks and assignments from")
    parser.add_argument("--versions", metavar="IDS", help="ground-truth dataset versions to export, such as 3,4")
    parser.add_argument(
        "--filter",
        metavar="[TARGET=]JSON",
        action="append",
        help="further filter keys, as a JSON object, for every target or for the one that is named; repeatable",
    )
    given = parser.parse_args(arguments)
    targets = tuple(target for target in SUBJECTS if not given.target or target in given.target)
    if given.backend_url is None:
        alone = [name for name in ("project", "versions", "storage", "filter") if getattr(given, name) is not None]
        if alone:
            raise UsageError(f"verify: --{alone[0]} goes with --backend-url; the embedded fake needs none of it.")
        seed = Demo().seed if given.seed is None else given.seed
        database = None if given.database is None else _database(given.database)
        return Options(targets, bug=given.bug, demo=Demo(seed, hard=given.hard), database=database)
    ours = (("bug", given.bug), ("seed", given.seed), ("hard", given.hard or None), ("database", given.database))
    for name, value in ours:
        if value is not None:
            raise UsageError(f"verify: --{name} is for the embedded fake and does not go with --backend-url.")
    if "to_task" in (given.target or ()):
        raise UsageError("verify: --target to_task is for the embedded fake and does not go with --backend-url.")
    if given.storage is None:
        raise UsageError("verify: --backend-url needs --storage too.")
    address = urlsplit(given.backend_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise UsageError(f"verify: --backend-url is {given.backend_url!r}; an address such as https://host is needed.")
    exported = tuple(target for target in TARGETS if target in targets)
    scopes, skipped = confined(exported, given.project, given.versions, every=bool(given.target))
    caller = _caller(given.backend_url, environ)
    folder = f"fake-backend-verify-{run_id}"
    left_out: dict[Subject, str] = {target: skipped[target] for target in skipped}
    if "to_task" in targets:
        left_out["to_task"] = NOT_OURS
    return Options(
        targets, foreign=Foreign(caller, given.storage, narrowed(scopes, given.filter or []), folder, left_out)
    )


def _database(url: str) -> str:
    """Return what ``--database`` names; a file of SQLite would hold one world, and there are several."""
    if url != EMBEDDED and urlsplit(url).scheme not in {"postgresql", "postgresql+psycopg"}:
        raise UsageError(f"verify: --database takes postgresql://user@host/database or {EMBEDDED}.")
    return url


def _caller(url: str, environ: Mapping[str, str]) -> Caller:
    tenant, user, access = (environ.get(name, "").strip() for name in (TENANT, USER_TOKEN, ACCESS_TOKEN))
    if not (user or access):
        raise UsageError(f"verify: {ACCESS_TOKEN} or {USER_TOKEN} must be set for --backend-url.")
    if not tenant:
        raise UsageError(f"verify: {TENANT} must be set for --backend-url.")
    return Caller(url, tenant, user or None, access or None)
