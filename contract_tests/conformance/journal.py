"""What the fake's journal proves about an export: what the client did, and that the fake understood it all."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict
from urllib.parse import parse_qs

from contract_tests.conformance.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contract_tests.conformance.expectations import Mark
    from contract_tests.conformance.targets import Target, TargetName

CONTROL = "/_fake/"
ENQUEUE = "/v2/plugin_exports/"


class Entry(TypedDict):
    """One request, as far as it is read here."""

    number: int
    party: str
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


@dataclass(frozen=True)
class Due:
    """What a journal must show of one export.

    Args:
        target: What is exported.
        marks: What the client did, no more and no less.
        jobs: Fewest export jobs.
        ignored: Query keys that the backend ignored.
        refusals: Status to how many requests were answered with it; all others were 2xx.
        beside: Names of the files that were downloaded and are no row's original.
        others: Names of all files of the document that are no row's original.
    """

    target: TargetName
    marks: AbstractSet[Mark]
    jobs: int
    ignored: AbstractSet[str]
    refusals: Mapping[int, int]
    beside: AbstractSet[str]
    others: AbstractSet[str]


def requests_of(entries: Sequence[Entry]) -> list[Entry]:
    """Return the client's requests; what was asked of ``/_fake/`` is the run's own."""
    return [entry for entry in entries if not entry["path"].startswith(CONTROL)]


def since(journal: JournalFile, mark: int) -> tuple[list[Entry], int]:
    """Return the client's requests after a point in the journal, and how many of them are forgotten.

    Args:
        journal: As the backend gives it.
        mark: How many requests had arrived at that point.
    """
    entries = [entry for entry in journal["entries"] if entry["number"] > mark]
    return requests_of(entries), journal["arrived"] - mark - len(entries)


def jobs_of(entries: Sequence[Entry]) -> int:
    """Return how many export jobs were enqueued."""
    return sum(entry["method"] == "POST" and entry["path"] == ENQUEUE for entry in entries)


def marks_of(entries: Sequence[Entry], target: Target) -> set[Mark]:
    """Return what the client did, by what it asked for.

    The v1 list is asked for a count (one row, nothing expanded), for ids alone, for one row by its id when a URL has
    expired, or walked for whole rows (something expanded), by cursor or by page. Lists of other targets mean nothing.

    Source: contract.md 2.2, 3.1, 3.2, 3.3.
    """
    return {mark for entry in entries for mark in _marks(entry, target)}


def _marks(entry: Entry, target: Target) -> Iterator[Mark]:
    path = entry["path"]
    paths: dict[str, Mark] = {target.v2: "v2 list", target.bulk: "bulk", ENQUEUE: "job"}
    if path == target.v1:
        yield from _of_v1(parse_qs(entry["query"]))
    elif path in paths:
        yield paths[path]
    elif path.startswith("/projects/"):
        yield "project"
    elif path.startswith("/v2/async_jobs/") and path.endswith("/progress/"):
        yield "stream"
    elif entry["party"] == "storage" and "/payloads/" in path:
        yield "payload"


def _of_v1(query: Mapping[str, list[str]]) -> Iterator[Mark]:
    if "id" in query:
        yield "reissue"
    elif query.get("fields") == ["id"]:
        yield "id scan"
    elif "expand" in query:
        yield "cursor walk" if query.get("pagination") == ["cursor"] else "page walk"
    elif query.get("page_size") == ["1"]:
        yield "count probe"


def doubts(entries: Sequence[Entry], forgotten: int, due: Due) -> list[Doubt]:
    """Return what keeps the journal from proving that the export went as it should.

    Args:
        entries: The client's requests.
        forgotten: How many more there were.
        due: What they must show.
    """
    found: list[Doubt] = []
    if forgotten:
        found.append(Doubt("journal", "all requests", f"{forgotten} forgotten"))
    if (done := marks_of(entries, TARGETS[due.target])) != due.marks:
        found.append(Doubt("journal, what the client did", _listed(due.marks), _listed(done)))
    if (jobs := jobs_of(entries)) < due.jobs:
        found.append(Doubt("journal, export jobs", f"at least {due.jobs}", str(jobs)))
    if (unknown := {key for entry in entries for key in entry["ignored"]}) != due.ignored:
        found.append(Doubt("journal, ignored query keys", _listed(due.ignored), _listed(unknown)))
    stored = {entry["path"].rpartition("/")[2] for entry in entries if entry["party"] == "storage"}
    if (beside := stored & due.others) != due.beside:
        found.append(Doubt("journal, files beside originals", _counted(due.beside), _counted(beside)))
    refused = [entry for entry in entries if not 200 <= entry["status"] < 300]
    if Counter(entry["status"] for entry in refused) != Counter(due.refusals):
        found.extend(_refusals(refused, due.refusals))
    return found


def _refusals(refused: Sequence[Entry], due: Mapping[int, int]) -> Iterator[Doubt]:
    """Yield a doubt for each refused request where none should be, else one that counts."""
    if not due:
        for entry in refused:
            yield Doubt(f"journal, {entry['method']} {entry['path']}", "2xx", str(entry["status"]))
        return
    got = Counter(entry["status"] for entry in refused)
    yield Doubt("journal, refusals", _times(due), _times(got))


def _times(statuses: Mapping[int, int]) -> str:
    return ", ".join(f"{times} x {status}" for status, times in sorted(statuses.items())) or "none"


def _counted(names: AbstractSet[str]) -> str:
    return f"{len(names)}: {_listed(set(sorted(names)[:3]))}" if names else "none"


def _listed(names: AbstractSet[str]) -> str:
    return ", ".join(sorted(names)) or "none"
