"""What the fake's journal proves about an export: which head did it, and that the fake understood it all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.conformance.cases import Case
    from contract_tests.verify.outcome import Head

CONTROL = "/_fake/"


class Entry(TypedDict):
    """One request, as far as it is read here."""

    method: str
    path: str
    query: str
    status: int
    ignored: list[str]


class JournalFile(TypedDict):
    """The answer of ``/_fake/journal/``."""

    arrived: int
    dropped: int
    entries: list[Entry]


@dataclass(frozen=True)
class Doubt:
    """Something that the journal should say and does not.

    Args:
        about: What it is about.
        expected: What the journal should say.
        got: What it says.
    """

    about: str
    expected: str
    got: str


def requests_of(journal: JournalFile) -> list[Entry]:
    """Return the client's requests; what was asked of ``/_fake/`` is the run's own."""
    return [entry for entry in journal["entries"] if not entry["path"].startswith(CONTROL)]


def jobs_of(entries: Sequence[Entry]) -> int:
    """Return how many export jobs were enqueued."""
    return sum(entry["method"] == "POST" and entry["path"] == "/v2/plugin_exports/" for entry in entries)


def heads_of(entries: Sequence[Entry]) -> set[Head]:
    """Return the acquisition heads that have left their mark.

    Delegated is a job that was enqueued; in process is rows that were listed with or for their payloads: the v2 list,
    or the v1 list with ``expand=data_unit``. A count probe and a scan for shard bounds are neither.

    Source: contract.md 2.2, 3.1, 3.2.
    """
    heads: set[Head] = set()
    if jobs_of(entries):
        heads.add("delegated")
    for entry in entries:
        expanded = "data_unit" in parse_qs(entry["query"]).get("expand", [])
        if entry["path"] == "/v2/tasks/" or (entry["path"] == "/sdk/tasks/" and expanded):
            heads.add("in-process")
    return heads


def doubts(journal: JournalFile, case: Case, ignored: frozenset[str]) -> list[Doubt]:
    """Return what keeps the journal from proving that the export went as it should.

    Args:
        journal: Of a backend that served this export alone.
        case: The export.
        ignored: Query keys that the backend must have ignored.
    """
    entries = requests_of(journal)
    found: list[Doubt] = []
    if journal["dropped"]:
        found.append(Doubt("journal", "all requests", f"{journal['dropped']} forgotten"))
    if (heads := heads_of(entries)) != {case.head}:
        found.append(Doubt("journal, head", case.head, " and ".join(sorted(heads)) or "no head"))
    if (jobs := jobs_of(entries)) < case.jobs:
        found.append(Doubt("journal, export jobs", f"at least {case.jobs}", str(jobs)))
    if (unknown := {key for entry in entries for key in entry["ignored"]}) != ignored:
        found.append(Doubt("journal, ignored query keys", _listed(ignored), _listed(unknown)))
    refused = [entry for entry in entries if not 200 <= entry["status"] < 300]
    found.extend(Doubt(f"journal, {entry['method']} {entry['path']}", "2xx", str(entry["status"])) for entry in refused)
    return found


def _listed(keys: set[str] | frozenset[str]) -> str:
    return ", ".join(sorted(keys)) or "none"
