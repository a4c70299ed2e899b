"""``task_filters``: the guide's words, translated to what the list of tasks takes, and nothing lost on the way.

The list answers a key that it does not know, and a value that it cannot read, with every task it has (incidents.md 1,
SYN-7398), and a ``None`` does not even reach it. Here each of these is refused before anything is requested.

Source: to_task guide, Task Filtering; contract.md 3.2 for the list's own keys.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sdk.clients.query import MAX_QUERY_BYTES, query_bytes
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import UnsupportedFilterError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

type Scalar = str | int | bool
type Query = dict[str, Scalar | list[int] | list[str]]

PENDING = "stand_by"
STATUS_LABELS = (PENDING, "in_progress", "completed", "skipped")
STATUS_REVIEWS = (*STATUS_LABELS, "rejected")
OWN_QUERY_BYTES = 400  # what the run's own keys and a page's cursor add, generously
_BOUNDS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class TaskSelection:
    """Which tasks a run is about.

    Args:
        query: Keys and values as the list takes them; ``project`` is one.
        limit: How many of the ordered ids are taken; ``None`` for all.
    """

    query: Query
    limit: int | None = None

    @property
    def statuses(self) -> frozenset[str] | None:
        """Label statuses that tasks may have; ``None`` for any."""
        found = self.query.get("status_label")
        return None if found is None else frozenset(str(found).split(","))

    @property
    def data_collection(self) -> int | None:
        """The data collection that tasks have to show, if the filter names one."""
        found = self.query.get("data_collection")
        return found if isinstance(found, int) else None


def selection_of(filters: Mapping[str, object], project: int) -> TaskSelection:
    """Return what a run's filters select.

    Args:
        filters: ``task_filters``.
        project: Id of the project; it confines the selection in any case.

    Raises:
        UnsupportedFilterError: A key that the list does not take; a value that it would not read as it is meant,
            ``None`` among them (but for ``assignee``); two keys that contradict each other; or too many ids.
    """
    unknown = sorted(map(repr, set(filters) - _KEYS.keys() - {"limit"}))
    if unknown:
        raise UnsupportedFilterError(
            f"Unsupported task filter key(s) {', '.join(unknown)}: the backend would ignore them and select more; "
            f"supported are {', '.join(sorted({*_KEYS, 'limit'}))}"
        )
    query: Query = {"project": project}
    told = {"project": "project"}
    for key, value in filters.items():
        if key == "limit":
            continue
        wire, read = _KEYS[key]
        found = read(key, value)
        if key == "assignee" and value is None:
            wire, found = "has_assignment", False
        query[wire] = _both(told.setdefault(wire, key), query.get(wire), key, found)
    _ensure_no_contradiction(query)
    size = query_bytes(query)
    if size > MAX_QUERY_BYTES - OWN_QUERY_BYTES:
        raise UnsupportedFilterError(
            f"The task filters are {size} bytes long as a query; up to {MAX_QUERY_BYTES - OWN_QUERY_BYTES} bytes are "
            "taken: name fewer ids, or a range"
        )
    limit = filters.get("limit")
    return TaskSelection(query, None if "limit" not in filters else _positive("limit", limit))


def _both(first: str, before: object, key: str, found: Scalar | list[int]) -> Scalar | list[int]:
    """Return what two keys that mean the same filter select together (guide: AND)."""
    if before is None or before == found:
        return found
    if isinstance(before, str) and isinstance(found, str) and key in {"status", "status__in", "status_label"}:
        shared = [status for status in before.split(",") if status in found.split(",")]
        if shared:
            return ",".join(shared)
    raise UnsupportedFilterError(f"The task filters {first!r} and {key!r} exclude each other: {before!r}, {found!r}")


def _ensure_no_contradiction(query: Query) -> None:
    if query.get("has_assignment") is False and "labelers" in query:
        raise UnsupportedFilterError("The task filters ask for unassigned tasks of an assignee; there are none")


def _refused(key: str, value: object, needed: str) -> UnsupportedFilterError:
    why = "; None would vanish from the query and select everything" if value is None else ""
    return UnsupportedFilterError(f"The task filter {key!r} is {value!r}; {needed} is needed{why}")


def _positive(key: str, value: object) -> int:
    if type(value) is str and value.strip().isascii() and value.strip().isdigit():
        value = int(value)
    if type(value) is int and value >= 1:
        return value
    raise _refused(key, value, "a whole number of at least 1")


def _ids(key: str, value: object) -> list[int]:
    items = value if isinstance(value, list | tuple | set | frozenset) else [value]
    split = itertools.chain.from_iterable(item.split(",") if isinstance(item, str) else [item] for item in items)
    try:
        found = [_positive(key, item) for item in split]
    except UnsupportedFilterError:
        found = []
    if not found:
        raise _refused(key, value, "an id or a list of ids")
    return sorted(set(found)) if isinstance(value, set | frozenset) else list(dict.fromkeys(found))


def _id_ranges(key: str, value: object) -> str | list[int]:
    """Return ids as the list takes them, where ``3-7`` names five."""
    if not isinstance(value, str) or "-" not in value:
        return _ids(key, value)
    parts = [part.partition("-") for part in value.split(",")]
    try:
        spans = [(_positive(key, first), _positive(key, last) if dash else None) for first, dash, last in parts]
    except UnsupportedFilterError:
        spans = []
    if not spans or any(last is not None and last < first for first, last in spans):
        raise _refused(key, value, "an id, a list of ids, or ranges such as '3-7,12'")
    return ",".join(str(first) if last is None else f"{first}-{last}" for first, last in spans)


def _assignee(key: str, value: object) -> list[int]:
    if value is None or (type(value) is int and value >= 1):
        return [] if value is None else [value]
    raise _refused(key, value, "the id of a user, or None for unassigned tasks,")


def _truth(key: str, value: object) -> bool:
    word = value.strip().lower() if isinstance(value, str) else value
    if word is True or word == "true":
        return True
    if word is False or word == "false":
        return False
    raise _refused(key, value, "true or false")


def _choices(*words: str, several: bool = True, renamed: Mapping[str, str] | None = None) -> Callable[..., str]:
    known = dict(zip(words, words, strict=True)) | dict(renamed or {})

    def read(key: str, value: object) -> str:
        items = list(value) if several and isinstance(value, list | tuple | set | frozenset) else [value]
        split = [part.strip() for item in items if isinstance(item, str) for part in item.split(",")]
        strange = not split or len(split) < len(items) or not set(split) <= known.keys()
        if strange or (len(split) > 1 and not several):
            raise _refused(key, value, f"one of {', '.join(sorted(known))}{', or a list of them,' if several else ''}")
        chosen = {known[word] for word in split}
        return ",".join(word for word in words if word in chosen)

    return read


def _text(key: str, value: object) -> str:
    try:
        if isinstance(value, str) and value.strip() and value.encode():
            return value
    except UnicodeEncodeError:
        pass
    raise _refused(key, value, "text")


def _instant(key: str, value: object) -> str:
    if isinstance(value, date):  # a datetime is a date
        return value.isoformat()
    if isinstance(value, str):
        try:
            datetime.fromisoformat(value.strip())
        except ValueError:
            pass
        else:
            return value.strip()
    raise _refused(key, value, "a date or an instant such as '2025-01-31' or '2025-01-31T09:00:00Z'")


_STATUS = _choices(*STATUS_LABELS, renamed={"pending": PENDING})
_KEYS: Mapping[str, tuple[str, Callable[[str, object], Scalar | list[int]]]] = {
    # the guide's words
    "status": ("status_label", _choices(*STATUS_LABELS, renamed={"pending": PENDING}, several=False)),
    "status__in": ("status_label", _STATUS),
    "assignee": ("labelers", _assignee),
    "created_at__gte": ("created__gte", _instant),
    "created_at__lte": ("created__lte", _instant),
    "data_collection": ("data_collection", _positive),
    # the list's own
    "project": ("project", _positive),
    "status_label": ("status_label", _choices(*STATUS_LABELS)),
    "status_review": ("status_review", _choices(*STATUS_REVIEWS)),
    "schema": ("schema", _choices("any", "dm_schema_v1")),
    "discarded_filter": (
        "discarded_filter",
        _choices("active", "all", "discarded", "not_discarded", several=False),
    ),
    "search": ("search", _text),
    **{
        name: (name, _truth)
        for name in ("has_assignment", "has_reached_max_assignments", "is_discarded", "assignments__is_discarded")
    },
    **{name: (name, _ids) for name in ("id__in", "assignments", "labelers", "reviewers", "groups", "stages")},
    **{name: (name, _ids) for name in ("workshops", "tags")},
    **{name: (name, _id_ranges) for name in ("ids", "ids_ex")},
    **{name: (name, _positive) for name in ("id", *(f"id__{bound}" for bound in _BOUNDS))},
    **{f"created__{bound}": (f"created__{bound}", _instant) for bound in _BOUNDS},
}
