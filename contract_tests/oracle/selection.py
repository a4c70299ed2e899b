"""Which tasks a filter selects: each key of the task filter set as one plain predicate over the document.

Source: contract.md 3.2 (the keys), and the rulings of the ledger where no source speaks (``ids``, ``search``,
several keys, discarded rows).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, cast

from contract_tests.oracle.document import SeedDocument, TaskRow

type Relation = Literal["labelers", "reviewers", "groups", "stages", "workshops", "tags"]


def text_of(value: object) -> str:
    """Return a filter value as a query string would carry it; a list becomes a comma list, ``None`` a blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(text_of(item) for item in value)
    return str(value)


def comma_list(text: str) -> list[str]:
    """Return the items of a comma list without the blanks and tabs around them; empty items say nothing."""
    return [item.strip() for item in text.split(",") if item.strip()]


def numbers(text: str) -> set[int]:
    """Return the whole numbers of a comma list."""
    return {int(item) for item in comma_list(text)}


def id_ranges(text: str) -> Callable[[int], bool]:
    """Return whether an id is named by a comma list of ids and inclusive ranges, as in ``1-100,205``."""
    spans = [(int(first), int(last or first)) for first, _, last in (item.partition("-") for item in comma_list(text))]
    return lambda number: any(first <= number <= last for first, last in spans)


def truth(text: str) -> bool:
    """Return a boolean filter value.

    Raises:
        ValueError: The text is none of true, false, 1 and 0.
    """
    word = text.strip().lower()
    if word not in {"true", "false", "1", "0"}:
        raise ValueError(f"{text!r} is not a boolean; true, false, 1 or 0 would be")
    return word in {"true", "1"}


def instant(text: str) -> datetime:
    """Return a moment in UTC; a value without a zone is UTC, a date alone its midnight."""
    moment = datetime.fromisoformat(text.strip())
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Lookup:
    """The document's other rows, as the predicates ask for them.

    Args:
        document: A seed document.
    """

    def __init__(self, document: SeedDocument) -> None:
        self._assignments: dict[int, list[tuple[int, bool]]] = {}
        for row in document.get("assignments", []):
            self._assignments.setdefault(row["task"], []).append((row["id"], row.get("is_discarded", False)))
        self._file_names = {
            unit["id"]: [file.get("file_name_original", "") for file in unit.get("files", {}).values()]
            for unit in document.get("data_units", [])
        }

    def assignment_ids(self, task: TaskRow) -> set[int]:
        """Return the ids of the task's assignments."""
        return {number for number, _ in self._assignments.get(task["id"], [])}

    def assignment_flags(self, task: TaskRow) -> set[bool]:
        """Return the values of ``is_discarded`` that occur among the task's assignments."""
        return {flag for _, flag in self._assignments.get(task["id"], [])}

    def file_names(self, task: TaskRow) -> list[str]:
        """Return the original names of all files of the task's data unit."""
        unit = task.get("data_unit")
        return [] if unit is None else self._file_names.get(unit, [])


type Predicate = Callable[[TaskRow, Lookup], bool]
type Rule = Callable[[str], Predicate]  # from a filter value's text


def rule[Value](parse: Callable[[str], Value], keeps: Callable[[Value, TaskRow, Lookup], bool]) -> Rule:
    """Return the rule that reads its value once and then judges each task by it."""

    def predicate(text: str) -> Predicate:
        value = parse(text)
        return lambda task, lookup: keeps(value, task, lookup)

    return predicate


def related(field: Relation) -> Rule:
    """Return the rule of a relation: the task has any of the ids."""
    return rule(numbers, lambda asked, task, _: not asked.isdisjoint(task.get(field, [])))


def discarded_flags(text: str) -> set[bool]:
    """Return which values of ``is_discarded`` a ``discarded_filter`` lets through."""
    return {"all": {True, False}, "discarded": {True}, "not_discarded": {False}, "active": {False}}[
        text.strip().lower()
    ]


RULES: Mapping[str, Rule] = {
    "project": rule(int, lambda asked, task, _: task["project"] == asked),
    "id": rule(int, lambda asked, task, _: task["id"] == asked),
    "id__in": rule(numbers, lambda asked, task, _: task["id"] in asked),
    "id__gt": rule(int, lambda asked, task, _: task["id"] > asked),
    "id__gte": rule(int, lambda asked, task, _: task["id"] >= asked),
    "id__lt": rule(int, lambda asked, task, _: task["id"] < asked),
    "id__lte": rule(int, lambda asked, task, _: task["id"] <= asked),
    "ids": rule(id_ranges, lambda named, task, _: named(task["id"])),
    "ids_ex": rule(id_ranges, lambda named, task, _: not named(task["id"])),
    "search": rule(
        str.casefold, lambda asked, task, seen: any(asked in name.casefold() for name in seen.file_names(task))
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
    "labelers": related("labelers"),
    "reviewers": related("reviewers"),
    "groups": related("groups"),
    "stages": related("stages"),
    "workshops": related("workshops"),
    "tags": related("tags"),
    "created__gt": rule(instant, lambda asked, task, _: instant(task["created"]) > asked),
    "created__gte": rule(instant, lambda asked, task, _: instant(task["created"]) >= asked),
    "created__lt": rule(instant, lambda asked, task, _: instant(task["created"]) < asked),
    "created__lte": rule(instant, lambda asked, task, _: instant(task["created"]) <= asked),
}

SINGLE = frozenset({"project", "id", "search", "discarded_filter"}) | {
    key for key in RULES if key.startswith(("id__g", "id__l", "created__", "is_", "has_", "assignments__"))
}
"""The keys whose value is one value, in which a comma is a comma."""


def is_blank(key: str, text: str) -> bool:
    """Return whether a value says nothing: white space, and in a comma list commas too."""
    return not text.strip() if key in SINGLE else not comma_list(text)


FILTER_KEYS = frozenset(RULES)
"""Every key of the task filter set."""


def selected_tasks(
    document: SeedDocument, scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> list[TaskRow]:
    """Return the rows of the document that a filter selects, by descending id.

    Args:
        document: A seed document. Rows that a ``created`` key looks at must say when they were created, since the
            default is a clock that the oracle does not have.
        scope: The filter; values are scalars or lists, a blank one selects everything.
        target: What is exported; ``task`` is the one target so far.
        tenant: Whose rows exist; ``None`` leaves that to the ``project`` key.

    Raises:
        ValueError: An unknown key or target, or a value that is no number, boolean or date where one is needed.
    """
    if target != "task":
        raise ValueError(f"the oracle knows no target {target!r}; it knows task")
    if unknown := sorted(set(scope) - FILTER_KEYS):
        raise ValueError(f"no task filter: {', '.join(unknown)}; the filters are {', '.join(sorted(FILTER_KEYS))}")
    texts = {key: text_of(value) for key, value in scope.items()}
    predicates = [RULES[key](text) for key, text in texts.items() if not is_blank(key, text)]
    owners = {project["id"]: project["tenant"] for project in document.get("projects", [])}
    lookup = Lookup(document)
    rows = [
        task
        for task in document.get("tasks", [])
        if (tenant is None or owners.get(task["project"]) == tenant)
        and all(keeps(task, lookup) for keeps in predicates)
    ]
    return sorted(rows, key=lambda task: task["id"], reverse=True)


def expected_rows(
    document: Mapping[str, object], scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> list[int]:
    """Return the ids that an export of this scope contains, in the order in which exporters see them: descending.

    Args:
        document: A seed document, as ``FakeBackend(seed=...)`` takes it.
        scope: The export's filter.
        target: What is exported.
        tenant: Whose rows exist; ``None`` leaves that to the ``project`` key.

    Raises:
        ValueError: See ``selected_tasks``.
    """
    rows = selected_tasks(cast("SeedDocument", document), scope, target=target, tenant=tenant)
    return [task["id"] for task in rows]
