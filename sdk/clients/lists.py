"""The lists of rows that v1 has: where they are, what identifies a row, and which filters they take.

A list answers an unknown key with every row it has (incidents.md 1, SYN-7398), and a key without a value as well. So
what a list is not known to take is refused before anything is sent, here and in the export's filters alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import FilterError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from sdk.clients.query import Params

VERSIONS = "ground_truth_dataset_versions"
BOUNDS = ("gt", "gte", "lt", "lte")
COMMON = frozenset({"ids", "ids_ex", "search"})
IDS_ONLY = "id__in"
_NUMBER = re.compile(r"[+-]?[0-9]+(\.0*)?")  # how the backend lets a whole number be spelt
IDS = frozenset({"id", IDS_ONLY, *(f"id__{bound}" for bound in BOUNDS)})
# what a list is told besides filters (contract.md 3.1 and 3.2)
OPTIONS = frozenset(
    {"page", "page_size", "cursor", "pagination", "ordering", "fields", "expand", "response_mode", "url_host"}
)


@dataclass(frozen=True)
class RowList:
    """One list.

    Args:
        path: Its path.
        filters: Keys that it takes.
        key: Field that identifies a row, and by which the list can be ordered uniquely.
        lookup: Filter that takes a comma list of values of ``key``.
        page_size: Rows of a page that carries payloads (contract.md 3.2).
        throttle: Seconds between two such pages (contract.md 1.4).
        renamed: Keys that callers may use, to the ones that the list takes; their values are ids.
    """

    path: str
    filters: frozenset[str]
    key: str = "id"
    lookup: str = "id__in"
    page_size: int = 100
    throttle: float = 0.1
    renamed: Mapping[str, str] = field(default_factory=dict)

    @property
    def spoken(self) -> frozenset[str]:
        """Keys that a caller may use."""
        return self.filters | self.renamed.keys()

    def checked(self, params: Params) -> dict[str, Any]:
        """Return filters and options as they are sent.

        Args:
            params: Filters and options of a caller; ``None`` is left out.

        Raises:
            FilterError: A key that the list does not take, or a list of nothing: either would select every row.
        """
        unknown = sorted(set(params) - self.spoken - OPTIONS)
        if unknown:
            raise FilterError(
                f"/{self.path}/ ignores {', '.join(map(repr, unknown))} and would list more than was asked for; "
                f"it takes {', '.join(sorted(self.spoken))}."
            )
        for name, value in params.items():
            if name not in OPTIONS and is_nothing(value):
                raise FilterError(f"The filter {name!r} is {value!r}, a list of nothing; leave it out to select all.")
        try:
            return self.named({name: value for name, value in params.items() if value is not None})
        except ValueError as error:
            raise FilterError(str(error)) from error

    def named(self, filters: Mapping[str, Any]) -> dict[str, Any]:
        """Return filters under the names that the list takes; the values of renamed ones become lists of ids.

        Args:
            filters: Filters; blank values are no filters.

        Raises:
            ValueError: A value is no id or comma list of ids where one is needed, or two names of one filter say
                different things.
        """
        found: dict[str, Any] = {}
        told: dict[str, tuple[str, list[int]]] = {}
        for name, value in filters.items():
            wire = self.renamed.get(name, name)
            if name == IDS_ONLY:
                _ensure_numbers(name, value)
            if wire not in self.renamed.values():
                found[wire] = value
            elif numbers := _ids(name, value):
                first, before = told.setdefault(wire, (name, numbers))
                if set(before) != set(numbers):
                    raise ValueError(
                        f"The filter names {before} as {first!r} and {numbers} as {name!r}; both mean the same "
                        "selection, so one of them is needed."
                    )
                found[wire] = before
        return found


def is_nothing(value: object) -> bool:
    """Return whether a value is a list of nothing: a selection that was computed and came out empty.

    It has no item, or only such as say nothing: ``None``, and blank text, which is what splitting a blank text gives.
    """
    if not isinstance(value, list | tuple | set | frozenset):
        return False
    return all(item is None or (isinstance(item, str) and not item.replace(",", " ").strip()) for item in value)


def _ensure_numbers(name: str, value: object) -> None:
    """Refuse what is no comma list or list of numbers; ranges are for ``ids`` and ``ids_ex`` (contract.md 3.2)."""
    entries: Collection[object] = value if isinstance(value, list | tuple | set | frozenset) else [value]
    for entry in entries:
        for item in str("" if entry is None else entry).split(","):
            if item.strip() and not _NUMBER.fullmatch(item.strip()):
                raise ValueError(
                    f"The filter {name!r} holds {item!r}; it takes ids, and a range such as 1-3 is for 'ids'."
                )


def _ids(name: str, value: object) -> list[int]:
    """Return the ids that a scalar, a comma list or a list spells, each once; none for a blank."""
    entries: Collection[object] = value if isinstance(value, list | tuple | set | frozenset) else [value]
    found: dict[int, None] = {}
    for entry in entries:
        for item in entry.split(",") if isinstance(entry, str) else [entry]:
            text = str(item).strip()
            if item is None or not text:
                continue
            if not (text.isascii() and text.isdigit()):
                raise ValueError(
                    f"The filter {name!r} is {value!r}; ids are needed, a number or a comma list of them, and no names."
                )
            found[int(text)] = None
    return sorted(found) if isinstance(value, set | frozenset) else list(found)


def _bounds(*names: str) -> frozenset[str]:
    return frozenset(f"{name}__{bound}" for name in names for bound in BOUNDS)


# Source: contract.md 3.2 for keys, page sizes and orderings. ``has_data``, ``created_after`` and ``created_before`` are
# on none of them: the backend takes them and selects everything (incidents.md 1).
TASKS = RowList(
    "sdk/tasks",
    COMMON
    | IDS
    | {"project", "is_discarded", "schema", "has_assignment", "has_reached_max_assignments", "status_label"}
    | {"status_review", "assignments", "assignments__is_discarded", "labelers", "reviewers", "groups", "stages"}
    | {"workshops", "tags", "discarded_filter"}
    | _bounds("created"),
    page_size=50,
    throttle=0.2,
)
# ``workshop`` is singular and ``tasks`` plural: the other forms are ignored (incidents.md 1, SYN-7574)
ASSIGNMENTS = RowList(
    "sdk/assignments",
    COMMON
    | IDS
    | {"project", "workshop", "tasks", "users", "reviewers", "groups", "stages", "task_tags", "tags"}
    | {"status_label", "status_review", "is_discarded", "is_discard_confirmed", "is_confirmed"}
    | _bounds("created", "label_submitted", "last_labeled", "last_reviewed")
    | _bounds("labeler_last_action_at", "reviewer_last_action_at"),
)
# An event is identified by ``pgh_id``; its ``id`` is the ground truth's and repeats (incidents.md 1, SYN-7218). The
# list takes versions under the plural key alone (contract.md 2.2) and selects events by ``ids``.
GROUND_TRUTH_EVENTS = RowList(
    "sdk/ground_truth_events",
    COMMON | {VERSIONS, "ground_truth", "category", "categories", "classes", "task"},
    key="pgh_id",
    lookup="ids",
    page_size=200,
    renamed=dict.fromkeys((VERSIONS.removesuffix("s"), VERSIONS), VERSIONS),
)
