"""What a run has fetched, by the backend's journal; bodies, which it does not keep, by the relay."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.interruptions.relay import Seen

_PAYLOAD = re.compile(r"/payloads/[^/]+/(\d+)/")
_UNIT = re.compile(r"/data-units/(\d+)/|/\.async_jobs/.*/files/(\d+)-")
_BULK = re.compile(r"/v2/[^/]+/bulk-[a-z]+/")
_LIST = re.compile(r"/sdk/[a-z_]+/")
_ENQUEUE = "/v2/plugin_exports/"
KEYS = ("id", "id__in", "ids")  # by which single rows are asked for
SLIM = {"id", "pgh_id", "created"}  # fields that are no row


@dataclass
class Fetched:
    """What was fetched.

    Args:
        payloads: Rows whose payload object was asked for.
        rows: Rows that were asked for by key, in bulk or from a list.
        units: How often the file of each data unit was asked for.
        jobs: Export jobs that were asked for.
        uploads: How often each object was sent.
    """

    payloads: set[int] = field(default_factory=set)
    rows: set[int] = field(default_factory=set)
    units: Counter[int] = field(default_factory=Counter)
    jobs: int = 0
    uploads: Counter[str] = field(default_factory=Counter)


def fetched(journal: Iterable[Mapping[str, Any]], relayed: Iterable[Seen]) -> Fetched:
    """Return what a run has fetched.

    Args:
        journal: The run's entries.
        relayed: The run's requests; their bodies tell which rows a bulk call named.

    Raises:
        AssertionError: Journal and relay do not know of the same bulk calls.
    """
    found = Fetched()
    bulk = 0
    for entry in journal:
        method, path = entry["method"], entry["path"]
        if method == "GET" and (payload := _PAYLOAD.search(path)):
            found.payloads.add(int(payload[1]))
        elif method == "GET" and (unit := _UNIT.search(path)):
            found.units[int(unit[1] or unit[2])] += 1
        elif method == "GET" and _LIST.fullmatch(path):
            found.rows |= _looked_up(entry["query"])
        elif method == "POST" and path == _ENQUEUE:
            found.jobs += 1
        elif method == "PUT" and entry["party"] == "storage" and entry["status"] == 200:
            found.uploads[path] += 1
        bulk += method == "POST" and _BULK.fullmatch(path) is not None
    asked = [seen for seen in relayed if seen.method == "POST" and _BULK.fullmatch(seen.path)]
    assert bulk == len(asked), f"the journal knows of {bulk} bulk calls, the relay of {len(asked)}"
    for seen in asked:
        body = json.loads(seen.body)
        found.rows |= set(body.get("ids") or body.get("pgh_ids") or ())
    return found


def _looked_up(query: str) -> set[int]:
    """Return the rows that a list was asked for by key, unless it was only asked whether they are there."""
    pairs = parse_qs(query)
    fields = {name for value in pairs.get("fields", []) for name in value.split(",")}
    if fields and fields <= SLIM and "expand" not in pairs:
        return set()
    keys: set[int] = set()
    for name in KEYS:
        for value in pairs.get(name, []):
            for part in value.split(","):
                first, _, last = part.partition("-")
                keys |= set(range(int(first), int(last or first) + 1))
    return keys
