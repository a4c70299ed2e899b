"""What can be exported, and which keys of its filter each list of the backend declares; facts of the wire alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

type TargetName = Literal["task", "assignment", "ground_truth"]

VERSION, VERSIONS = "ground_truth_dataset_version", "ground_truth_dataset_versions"
BOUNDS = ("gt", "gte", "lt", "lte")
INSTANTS = (
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)


@dataclass(frozen=True)
class Target:
    """A target's lists.

    Args:
        name: As the client's parameter has it.
        v1: Path of the list of whole rows.
        v2: Path of the list of slim rows.
        bulk: Path of the payloads to those.
        declared_by_v2: Keys of the filter that the v2 list knows; it ignores all others.
    """

    name: TargetName
    v1: str
    v2: str
    bulk: str
    declared_by_v2: frozenset[str]


TARGETS: Mapping[TargetName, Target] = {
    target.name: target
    for target in (
        Target(
            name="task",
            v1="/sdk/tasks/",
            v2="/v2/tasks/",
            bulk="/v2/tasks/bulk-fetch/",
            declared_by_v2=frozenset({"project", "is_discarded", "has_data", "schema"}),  # contract.md 6
        ),
        Target(
            name="assignment",
            v1="/sdk/assignments/",
            v2="/v2/assignments/",
            bulk="/v2/assignments/bulk-fetch/",
            # contract.md 6, from the OpenAPI file of 2026.2.17, GET /v2/assignments/: no ids, ids_ex, search
            declared_by_v2=frozenset(
                {
                    *("project", "id", "id__in", *(f"id__{bound}" for bound in BOUNDS)),
                    *("workshop", "tasks", "users", "reviewers", "groups", "stages", "task_tags", "tags"),
                    *("status_label", "status_review", "is_discarded", "is_discard_confirmed", "is_confirmed"),
                    *(f"{name}__{bound}" for name in INSTANTS for bound in BOUNDS),
                    *(f"{name}_{end}" for name in INSTANTS for end in ("after", "before")),
                }
            ),
        ),
        Target(
            name="ground_truth",
            v1="/sdk/ground_truth_events/",
            v2="/v2/ground-truth-events/",
            bulk="/v2/ground-truth-events/bulk-data/",
            declared_by_v2=frozenset({"ground_truth_dataset", VERSION, "project", "pgh_obj_id__in"}),  # contract.md 6
        ),
    )
}
