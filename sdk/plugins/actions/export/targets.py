"""What differs from target to target: where its rows are listed, what identifies one, which filters they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdk.clients.lists import ASSIGNMENTS, BOUNDS, GROUND_TRUTH_EVENTS, IDS, TASKS, VERSIONS, RowList

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.clients.backend_v2.slim import BulkList
    from sdk.plugins.actions.export.filters import Filters, FilterValue

# Keys whose value is a comma list (contract.md 3.2); in any other value a comma is a comma. No key is a list for one
# target and a scalar for another.
LIST_KEYS = frozenset({"ids", "ids_ex", "id__in", "schema", "status_label", "status_review", "assignments"}) | {
    *("labelers", "reviewers", "groups", "stages", "workshops", "tags"),
    *("tasks", "users", "task_tags"),
    *("ground_truth", VERSIONS, VERSIONS.removesuffix("s"), "categories", "classes", "task"),
}
NAME_KEYS = frozenset({"categories", "classes"})
"""Comma lists of names, in which a name cannot hold a comma itself."""
# what is so of a row for as long as it exists
_LASTING = frozenset({"project", "ids", "ids_ex", *IDS, *(f"created__{bound}" for bound in BOUNDS)})


@dataclass(frozen=True)
class Target:
    """One kind of row that can be exported.

    Args:
        name: As in ``ExportParams.target`` and the enqueue body.
        rows: Its v1 list, which takes every filter.
        bundle_file: The one file of a bundle without parts, relative to the bundle's prefix.
        v2_rows: Its slim list and bulk call of v2.
        v2_filters: Filters that the v2 list declares, and what it calls them; it ignores all others in silence.
        lasting: Filters that a row passes or fails for good; by any other a row may come in or go while it exists.
        created: Field that says when a row came into being.
    """

    name: str
    rows: RowList
    bundle_file: str
    v2_rows: Callable[[BackendV2Client], BulkList]
    v2_filters: Mapping[str, str] = field(default_factory=dict)
    lasting: frozenset[str] = _LASTING
    created: str = "created"

    @property
    def list_path(self) -> str:
        """Path of the v1 list."""
        return self.rows.path

    @property
    def filters(self) -> frozenset[str]:
        """Keys that the export's filter may have."""
        return self.rows.spoken

    @property
    def key(self) -> str:
        """Field that identifies a row: what an item is called by, and what rows are ordered by."""
        return self.rows.key

    def v2_query(self, filters: Filters) -> Filters | None:
        """Return a checked filter as the v2 list takes it; ``None`` when it would select more there."""
        query: dict[str, FilterValue] = {}
        for key, value in filters.items():
            name = self.v2_filters.get(key)
            single = value[0] if isinstance(value, list) and len(value) == 1 else value
            if name is None or isinstance(single, list):  # v2 spells lists in ways of its own
                return None
            query[name] = single
        return query


# Source: contract.md 2.5 for the single file, contract.md 6 for what v2 lists declare. A key counts as declared where
# each of the two published OpenAPI files has it, since either backend may be the one that answers: ``project`` of
# assignments and ``schema`` of tasks came with the later one, and the earlier would list the whole tenant.
TASK = Target(
    name="task",
    rows=TASKS,
    bundle_file="tasks.jsonl",
    v2_rows=lambda client: client.tasks,
    v2_filters={"project": "project", "is_discarded": "is_discarded"},
)
ASSIGNMENT = Target(
    name="assignment",
    rows=ASSIGNMENTS,
    bundle_file="assignments.jsonl",
    v2_rows=lambda client: client.assignments,
    v2_filters={"is_discarded": "is_discarded", "is_confirmed": "is_confirmed"},
    lasting=_LASTING | {"tasks"},
)
# An event is a snapshot and never changes; which events a version holds may, as long as it is not released. The list
# of events came into being with the later OpenAPI file as a whole, and takes one version.
GROUND_TRUTH = Target(
    name="ground_truth",
    rows=GROUND_TRUTH_EVENTS,
    bundle_file="ground_truths.jsonl",
    v2_rows=lambda client: client.ground_truth_events,
    v2_filters={VERSIONS: VERSIONS.removesuffix("s")},
    lasting=frozenset({"ids", "ids_ex", "ground_truth", "category", "categories", "classes"}),
)
TARGETS = {target.name: target for target in (TASK, ASSIGNMENT, GROUND_TRUTH)}
