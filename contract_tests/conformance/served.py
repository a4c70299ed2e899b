"""A backend in a process of its own, as anybody would start it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contract_tests.conformance.cases import Backend
    from contract_tests.conformance.journal import JournalFile

STOPS_WITHIN = 10  # seconds after SIGTERM; a backend that takes longer is killed
ANSWERS_WITHIN = 30  # seconds that the journal may take


class CannotServe(Exception):  # noqa: N818 - a refusal
    """The backend did not start, in its own words."""


@dataclass(frozen=True)
class Served:
    """A backend that is ready.

    Args:
        url: Base URL of the API.
        tenant: Code of the main tenant.
        token: Its user's token.
        secrets: Every token that the ready line names.
    """

    url: str
    tenant: str
    token: str = field(repr=False)
    secrets: frozenset[str] = field(repr=False)

    def journal(self) -> JournalFile:
        """Return every request so far."""
        answer = requests.get(f"{self.url}/_fake/journal/", timeout=ANSWERS_WITHIN)
        answer.raise_for_status()
        return cast("JournalFile", answer.json())


def options(wanted: Backend) -> list[str]:
    """Return how a backend is told on its command line what is wanted of it."""
    told = []
    if wanted.bulk_files_manifest:
        told.append("--bulk-files-manifest")
    if wanted.virtual_clock:
        told += ["--clock", "virtual"]
    for target in wanted.inline:
        told += ["--inline-target", target]
    return [*told, *wanted.paging]


@contextmanager
def served(seed: Path, wanted: Backend) -> Iterator[Served]:
    """Serve a seed document until the block ends.

    Args:
        seed: The document's path.
        wanted: How to start.

    Raises:
        CannotServe: The backend ended before it was ready.
    """
    command = [str(Path(sys.executable).with_name("fake-backend")), "serve", "--seed", str(seed), *options(wanted)]
    with (seed.with_name("backend.log")).open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)  # noqa: S603 - our own words
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                process.wait()
                log.seek(0)
                raise CannotServe(log.read().strip() or f"fake-backend ended with status {process.returncode}")
            yield _served(json.loads(line))
        finally:
            _stop(process)


def _served(ready: dict[str, object]) -> Served:
    other = ready["other_tenant"]
    tokens = [ready["user_token"], ready["access_token"], *([other["user_token"]] if isinstance(other, dict) else [])]
    secrets = frozenset(token for token in tokens if isinstance(token, str))
    return Served(str(ready["url"]), str(ready["tenant"]), str(ready["user_token"]), secrets)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.communicate(timeout=STOPS_WITHIN)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
