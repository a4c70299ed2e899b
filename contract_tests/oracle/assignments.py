"""Assignments, and what each key of their filter means.

An assignment's project, tenant and data unit are its task's; ``reviewers``, ``groups``, ``stages`` and ``tags`` are its
own, and ``task_tags`` are the tags of its task. Source: contract.md 3.2, and the rulings of the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from contract_tests.oracle.tables import Rule, Selected, Table, bounds, rule
from contract_tests.oracle.values import capitals, comma_list, id_ranges, numbers, truth, whole, words

if TYPE_CHECKING:
    from contract_tests.oracle.document import AssignmentRow
    from contract_tests.oracle.lookup import Lookup

type Relation = Literal["reviewers", "groups", "stages", "tags"]


def _related(field: Relation) -> Rule[AssignmentRow]:
    """Return the rule of a relation: the assignment has any of the ids."""
    return rule(numbers, lambda asked, row, _: not asked.isdisjoint(row.get(field, [])))


def _unit(row: AssignmentRow, seen: Lookup) -> int | None:
    return seen.task(row["task"]).get("data_unit")


RULES: dict[str, Rule[AssignmentRow]] = {
    "project": rule(whole, lambda asked, row, seen: seen.task(row["task"])["project"] == asked),
    "id": rule(whole, lambda asked, row, _: row["id"] == asked),
    "id__in": rule(numbers, lambda asked, row, _: row["id"] in asked),
    "id__gt": rule(whole, lambda asked, row, _: row["id"] > asked),
    "id__gte": rule(whole, lambda asked, row, _: row["id"] >= asked),
    "id__lt": rule(whole, lambda asked, row, _: row["id"] < asked),
    "id__lte": rule(whole, lambda asked, row, _: row["id"] <= asked),
    "ids": rule(id_ranges, lambda named, row, _: named(row["id"])),
    "ids_ex": rule(id_ranges, lambda named, row, _: not named(row["id"])),
    "search": rule(
        words,
        lambda asked, row, seen: any(
            all(word in capitals(name) for word in asked) for name in seen.file_names(_unit(row, seen))
        ),
    ),
    "workshop": rule(whole, lambda asked, row, _: row.get("workshop") == asked),
    "tasks": rule(numbers, lambda asked, row, _: row["task"] in asked),
    "users": rule(numbers, lambda asked, row, _: row["user"] in asked),
    "task_tags": rule(numbers, lambda asked, row, seen: not asked.isdisjoint(seen.task(row["task"]).get("tags", []))),
    "reviewers": _related("reviewers"),
    "groups": _related("groups"),
    "stages": _related("stages"),
    "tags": _related("tags"),
    "status_label": rule(comma_list, lambda asked, row, _: row.get("status_label", "stand_by") in asked),
    "status_review": rule(comma_list, lambda asked, row, _: row.get("status_review", "stand_by") in asked),
    "is_discarded": rule(truth, lambda asked, row, _: row.get("is_discarded", False) is asked),
    "is_discard_confirmed": rule(truth, lambda asked, row, _: row.get("is_discard_confirmed", False) is asked),
    "is_confirmed": rule(truth, lambda asked, row, _: row.get("is_confirmed", False) is asked),
    **bounds("created", lambda row: row["created"]),
    **bounds("label_submitted", lambda row: row.get("label_submitted")),
    **bounds("last_labeled", lambda row: row.get("last_labeled")),
    **bounds("last_reviewed", lambda row: row.get("last_reviewed")),
    **bounds("labeler_last_action_at", lambda row: row.get("labeler_last_action_at")),
    **bounds("reviewer_last_action_at", lambda row: row.get("reviewer_last_action_at")),
}

ASSIGNMENTS: Table[AssignmentRow] = Table(
    name="assignment",
    rows=lambda document: document.get("assignments", []),
    tenant=lambda row, seen: seen.tenant(seen.task(row["task"])["project"]),
    selected=lambda row, seen: Selected(row["id"], row.get("data"), _unit(row, seen)),
    rules=RULES,
    single=frozenset({"project", "id", "search", "workshop"})
    | {key for key in RULES if key.startswith("is_") or key.endswith(("__gt", "__gte", "__lt", "__lte"))},
)
