"""What differs from target to target on the wire: where its rows are listed and which filters they take."""

from __future__ import annotations

from dataclasses import dataclass

_COMMON = frozenset({"ids", "ids_ex", "search"})
# Keys whose value is a comma list (contract.md 3.2); in any other value a comma is a comma.
LIST_KEYS = frozenset({"ids", "ids_ex", "id__in", "schema", "status_label", "status_review", "assignments"}) | {
    *("labelers", "reviewers", "groups", "stages", "workshops", "tags"),
}
_BOUNDS = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class Target:
    """One kind of row that can be exported.

    Args:
        name: As in ``ExportParams.target`` and the enqueue body.
        list_path: Path of the v1 list.
        bundle_file: The one file of a bundle without parts, relative to the bundle's prefix.
        filters: Keys that the export's filter may have.
        v2_filters: Those of them that the v2 list declares; it ignores all others in silence.
    """

    name: str
    list_path: str
    bundle_file: str
    filters: frozenset[str]
    v2_filters: frozenset[str]


# Source: contract.md 3.2 for the keys (``has_data`` and ``created_after/_before`` are not among them, incidents.md 1),
# contract.md 6 for what the v2 list declares, contract.md 2.5 for the single file.
TASK = Target(
    name="task",
    list_path="sdk/tasks",
    bundle_file="tasks.jsonl",
    filters=_COMMON
    | {"project", "id", "id__in", "is_discarded", "schema", "has_assignment", "has_reached_max_assignments"}
    | {"status_label", "status_review", "assignments", "assignments__is_discarded", "labelers", "reviewers"}
    | {"groups", "stages", "workshops", "tags", "discarded_filter"}
    | {f"{key}__{bound}" for key in ("id", "created") for bound in _BOUNDS},
    v2_filters=frozenset({"project", "is_discarded", "schema"}),
)
