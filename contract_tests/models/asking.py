"""One run of the client's process against a served backend, and what the backend's journal says of it."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract_tests.conformance.cases import Backend
from contract_tests.conformance.driven import reaching
from contract_tests.conformance.served import served
from contract_tests.models.stated import ARGUMENTS, MISSING, SILENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.journal import Entry

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 120  # seconds; a run takes some ten
LAST_LINES = 5  # of what the client wrote, shown when it broke off
MARK = "mark="


class CannotAsk(Exception):  # noqa: N818 - a refusal
    """The client's process broke off, in its last words."""


@dataclass(frozen=True)
class Asked:
    """What a run left.

    Args:
        findings: What became of every method, as the client's process told it.
        requests: By mark of a call, the requests that the backend saw of it.
        secrets: Tokens that no report may hold.
    """

    findings: Sequence[Mapping[str, Any]]
    requests: Mapping[str, Sequence[Entry]]
    secrets: frozenset[str]


def ask(environment: Environment, seed: Mapping[str, Any], api: str) -> Asked:
    """Seed a backend, let the client make every call, and read the journal.

    Args:
        environment: Of the version that asks.
        seed: The backend's document.
        api: Which client, ``v1`` or ``v2``.

    Raises:
        CannotAsk: The client's process broke off.
        CannotServe: The backend did not start.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "seed.json")
        file.write_text(json.dumps(seed, ensure_ascii=False), encoding="utf-8")
        Path(folder, "picture.txt").write_text("a picture", encoding="utf-8")  # for methods that upload one
        # No proxy, no credentials, no configuration of a user's; our root, for the driver's own modules.
        own = {"PATH": os.defpath, "HOME": folder, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
        with served(file, Backend()) as backend:
            done = subprocess.run(  # noqa: S603 - no shell, our words
                [str(environment.python), "-B", "-m", "contract_tests.models.client"],
                input=json.dumps(
                    {
                        "api": api,
                        "seed": seed,
                        "silent": dict(SILENT),
                        "missing": dict(MISSING),
                        "arguments": dict(ARGUMENTS),
                    }
                ),
                capture_output=True,
                text=True,
                check=False,
                timeout=TIME_LIMIT,
                env={**own, **reaching(backend)},
                cwd=folder,
            )
            if done.returncode:
                raise CannotAsk(" ".join(done.stderr.strip().splitlines()[-LAST_LINES:]))
            journal = backend.journal()
    if journal["dropped"]:
        raise CannotAsk(f"the journal has forgotten {journal['dropped']} requests")
    findings = [json.loads(line) for line in done.stdout.splitlines()]
    return Asked(findings, by_mark(journal["entries"]), backend.secrets)


def by_mark(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """Return the requests of each call: those between its mark and the next one.

    Args:
        entries: A journal, in order of arrival.
    """
    found: dict[str, list[Entry]] = {}
    current = ""
    for entry in entries:
        if entry["path"].startswith("/_fake/"):
            current = entry["query"].removeprefix(MARK) if entry["query"].startswith(MARK) else current
        elif entry["party"] == "api":
            found.setdefault(current, []).append(entry)
    return found
