"""What the journal proves about a run: every request that it must hold, and no other."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from contract_tests.conformance.journal import Doubt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contract_tests.conformance.journal import Entry

type Kind = Literal[
    "agent",
    "cluster",
    "data collection",
    "data unit",
    "feasibility",
    "file",
    "job",
    "list",
    "project",
    "release",
    "report",
    "run",
    "serve applications",
    "task",
    "write",
    "unknown",
]

KINDS: Mapping[str, Kind] = {  # contract.md 4
    r"GET /projects/\d+/": "project",
    r"GET /data_collections/\d+/": "data collection",
    r"GET /plugin_releases/\d+/": "release",
    r"GET /serve_applications/": "serve applications",
    r"GET /agents/": "agent",
    r"POST /__agents__/\d+/resources/feasibility/": "feasibility",
    r"GET /__agents__/\d+/resources/cluster/": "cluster",
    r"POST /plugins/[^/]+/run/": "run",
    r"GET /jobs/[^/]+/": "job",
    r"PATCH /jobs/[^/]+/|POST /logs/": "report",
    r"GET /sdk/tasks/": "list",
    r"GET /tasks/\d+/": "task",
    r"GET /data_units/\d+/": "data unit",
    r"PUT /tasks/\d+/annotate_task_data/": "write",
}


@dataclass(frozen=True)
class Due:
    """What a journal must show of one run; what is named in neither of the first two must not be there.

    Args:
        times: Kind of request to how many there are, where that is known.
        least: Kind to how many there are at least, where the rest depends on how fast the machine is.
        written: Ids of the tasks that were written, each once.
        ignored: Query keys that the backend ignored.
        refusals: Status to how many requests were answered with it; all others were 2xx.
    """

    times: Mapping[Kind, int]
    least: Mapping[Kind, int]
    written: Sequence[int]
    ignored: AbstractSet[str]
    refusals: Mapping[int, int]


def kind_of(entry: Entry) -> Kind:
    """Return what a request asks for."""
    if entry["party"] == "storage":
        return "file" if entry["method"] == "GET" else "unknown"
    line = f"{entry['method']} {entry['path']}"
    return next((kind for pattern, kind in KINDS.items() if re.fullmatch(pattern, line)), "unknown")


def doubts(entries: Sequence[Entry], forgotten: int, due: Due) -> list[Doubt]:
    """Return what keeps the journal from proving that a run went as it should.

    Args:
        entries: The requests of the client, and of the model.
        forgotten: How many more there were.
        due: What they must show.
    """
    return list(_doubts(entries, forgotten, due))


def _doubts(entries: Sequence[Entry], forgotten: int, due: Due) -> Iterator[Doubt]:
    if forgotten:
        yield Doubt("journal", "all requests", f"{forgotten} forgotten")
    got = Counter(map(kind_of, entries))
    for kind in sorted(got.keys() | due.times.keys() | due.least.keys()):
        if kind in due.least:
            if got[kind] < due.least[kind]:
                yield Doubt(f"journal, {kind}", f"at least {due.least[kind]}", str(got[kind]))
        elif got[kind] != due.times.get(kind, 0):
            yield Doubt(f"journal, {kind}", str(due.times.get(kind, 0)), str(got[kind]))
    written = sorted(_task(entry) for entry in entries if kind_of(entry) == "write")
    if written != sorted(due.written):
        yield Doubt("journal, tasks written", _listed(due.written), _listed(written))
    if (unknown := {key for entry in entries for key in entry["ignored"]}) != due.ignored:
        yield Doubt("journal, ignored query keys", _listed(due.ignored), _listed(unknown))
    refused = Counter(entry["status"] for entry in entries if not 200 <= entry["status"] < 300)
    if refused != Counter(due.refusals):
        yield Doubt("journal, refusals", _times(due.refusals), _times(refused))


def _task(entry: Entry) -> int:
    return int(entry["path"].split("/")[2])


def _times(statuses: Mapping[int, int]) -> str:
    return ", ".join(f"{times} x {status}" for status, times in sorted(statuses.items())) or "none"


def _listed(names: Sequence[int] | AbstractSet[str]) -> str:
    return ", ".join(map(str, sorted(names))) or "none"
