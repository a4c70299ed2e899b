"""Tasks, and what each key of their filter means.

Source: contract.md 3.2, and the rulings of the ledger where no source speaks (``ids``, ``search``, discarded rows).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from contract_tests.oracle.tables import Rule, Selected, Table, bounds, rule
from contract_tests.oracle.values import capitals, comma_list, discarded_flags, id_ranges, numbers, truth, whole, words

if TYPE_CHECKING:
    from contract_tests.oracle.document import TaskRow

type Relation = Literal["labelers", "reviewers", "groups", "stages", "workshops", "tags"]


def _related(field: Relation) -> Rule[TaskRow]:
    """Return the rule of a relation: the task has any of the ids."""
    return rule(numbers, lambda asked, task, _: not asked.isdisjoint(task.get(field, [])))


RULES: dict[str, Rule[TaskRow]] = {
    "project": rule(whole, lambda asked, task, _: task["project"] == asked),
    "id": rule(whole, lambda asked, task, _: task["id"] == asked),
    "id__in": rule(numbers, lambda asked, task, _: task["id"] in asked),
    "id__gt": rule(whole, lambda asked, task, _: task["id"] > asked),
    "id__gte": rule(whole, lambda asked, task, _: task["id"] >= asked),
    "id__lt": rule(whole, lambda asked, task, _: task["id"] < asked),
    "id__lte": rule(whole, lambda asked, task, _: task["id"] <= asked),
    "ids": rule(id_ranges, lambda named, task, _: named(task["id"])),
    "ids_ex": rule(id_ranges, lambda named, task, _: not named(task["id"])),
    "search": rule(
        words,
        lambda asked, task, seen: any(
            all(word in capitals(name) for word in asked) for name in seen.file_names(task.get("data_unit"))
        ),
    ),
    "is_discarded": rule(truth, lambda asked, task, _: task.get("is_discarded", False) is asked),
    "discarded_filter": rule(discarded_flags, lambda asked, task, _: task.get("is_discarded", False) in asked),
    "schema": rule(comma_list, lambda asked, task, _: task.get("schema", "any") in asked),
    "has_assignment": rule(truth, lambda asked, task, seen: bool(seen.assignment_ids(task)) is asked),
    "has_reached_max_assignments": rule(
        truth, lambda asked, task, _: task.get("has_reached_max_assignments", False) is asked
    ),
    "status_label": rule(comma_list, lambda asked, task, _: task.get("status_label", "stand_by") in asked),
    "status_review": rule(comma_list, lambda asked, task, _: task.get("status_review", "stand_by") in asked),
    "assignments": rule(numbers, lambda asked, task, seen: not asked.isdisjoint(seen.assignment_ids(task))),
    "assignments__is_discarded": rule(truth, lambda asked, task, seen: asked in seen.assignment_flags(task)),
    "labelers": _related("labelers"),
    "reviewers": _related("reviewers"),
    "groups": _related("groups"),
    "stages": _related("stages"),
    "workshops": _related("workshops"),
    "tags": _related("tags"),
    **bounds("created", lambda task: task["created"]),
}

TASKS: Table[TaskRow] = Table(
    name="task",
    rows=lambda document: document.get("tasks", []),
    tenant=lambda task, seen: seen.tenant(task["project"]),
    selected=lambda task, _: Selected(task["id"], task.get("data"), task.get("data_unit")),
    rules=RULES,
    single=frozenset({"project", "id", "search", "discarded_filter"})
    | {key for key in RULES if key.startswith(("id__g", "id__l", "created__", "is_", "has_", "assignments__"))},
)
