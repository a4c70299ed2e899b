"""The command line of verify, checked as a whole before anything is done."""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn
from urllib.parse import urlsplit

from contract_tests.exporting import Caller
from contract_tests.verify.foreign import Foreign
from fake_backend import KNOWN_BUGS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

USER_TOKEN = "SYNAPSE_PLUGIN_RUN_USER_TOKEN"
ACCESS_TOKEN = "SYNAPSE_ACCESS_TOKEN"
TENANT = "SYNAPSE_PLUGIN_RUN_TENANT"


class UsageError(Exception):
    """The command cannot be carried out as asked; one sentence says why."""


@dataclass(frozen=True)
class Options:
    """What to verify.

    Args:
        bug: Wrong behaviour of the embedded fake to switch on, or ``None``.
        foreign: Another backend, or ``None`` for the embedded fake.
    """

    bug: str | None = None
    foreign: Foreign | None = None


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
    parser.add_argument("--bug", choices=list(KNOWN_BUGS), help="wrong behaviour of the embedded fake")
    parser.add_argument("--backend-url", metavar="URL", help="another backend instead of the embedded fake")
    parser.add_argument("--project", type=int, metavar="ID", help="project to export from that backend")
    parser.add_argument("--storage", type=int, metavar="ID", help="storage of that backend to write to")
    parser.add_argument("--filter", metavar="JSON", help="further filter keys, as a JSON object")
    given = parser.parse_args(arguments)
    if given.backend_url is None:
        alone = [name for name in ("project", "storage", "filter") if getattr(given, name) is not None]
        if alone:
            raise UsageError(f"verify: --{alone[0]} goes with --backend-url; the embedded fake needs neither.")
        return Options(bug=given.bug)
    if given.bug is not None:
        raise UsageError("verify: --bug is for the embedded fake and does not go with --backend-url.")
    if missing := [f"--{name}" for name in ("project", "storage") if getattr(given, name) is None]:
        raise UsageError(f"verify: --backend-url needs {' and '.join(missing)} too.")
    address = urlsplit(given.backend_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        raise UsageError(f"verify: --backend-url is {given.backend_url!r}; an address such as https://host is needed.")
    scope = {"project": given.project, **_filter(given.filter, given.project)}
    return Options(
        foreign=Foreign(_caller(given.backend_url, environ), given.storage, scope, f"fake-backend-verify-{run_id}")
    )


def _filter(text: str | None, project: int) -> dict[str, object]:
    try:
        value = json.loads(text) if text else {}
    except ValueError as error:
        raise UsageError(f"verify: --filter is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f"verify: --filter is {text}; a JSON object is needed.")
    if value.get("project", project) != project:
        raise UsageError(f"verify: --filter names project {value['project']}, and --project {project}.")
    return value


def _caller(url: str, environ: Mapping[str, str]) -> Caller:
    tenant, user, access = (environ.get(name, "").strip() for name in (TENANT, USER_TOKEN, ACCESS_TOKEN))
    if not (user or access):
        raise UsageError(f"verify: {ACCESS_TOKEN} or {USER_TOKEN} must be set for --backend-url.")
    if not tenant:
        raise UsageError(f"verify: {TENANT} must be set for --backend-url.")
    return Caller(url, tenant, user or None, access or None)
