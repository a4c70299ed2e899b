"""Which query keys each list declares: three targets, each in the first API, in the second, and in an export job.

A key that looks as if it should be here and is not, is a trap of the real backend, kept on purpose: ``task`` and
``workshops`` of assignments (SYN-7574), ``created_after`` and ``has_data`` of the first API (SYN-7398, SYN-7545), the
singular ``ground_truth_dataset_version`` of the first API, ``pgh_id__lt`` and ``id__in`` of events (SYN-7544).

Source: contract.md 3.2 for the first API and the jobs; the OpenAPI file's declared parameters for the second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.core.filter_keys import (
    choice_of,
    choices_of,
    chosen,
    file_named,
    holding,
    moment_is,
    names_in,
    number_is,
    numbers_among,
    numbers_in,
    numbers_within,
    related_by_truth,
    related_to,
    related_to_one,
    text_is,
    truth_is,
)
from fake_backend.core.filter_values import items
from fake_backend.core.filters import Comparison, Condition, FilterSet

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.core.filters import Parser

STATUS_LABELS = ("stand_by", "in_progress", "completed", "skipped")
STATUS_REVIEWS = ("stand_by", "in_progress", "completed", "rejected", "skipped")
SCHEMAS = ("any", "dm_schema_v1")
JOB_STATUSES = ("PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED")
LOG_LEVELS = ("debug", "info", "success", "warning", "danger", "error", "critical")
CATEGORIES = ("train", "validation", "test")  # OpenAPI ground_truth_list, category
DISCARDED = ("all", "discarded", "not_discarded", "active")
SERVE_STATUSES = ("NOT_STARTED", "DEPLOYING", "RUNNING", "DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE", "DELETING")

_COMPARISONS = {"gt": Comparison.ABOVE, "gte": Comparison.AT_LEAST, "lt": Comparison.BELOW, "lte": Comparison.AT_MOST}
_TASK_RELATIONS = ("assignments", "labelers", "reviewers", "groups", "stages", "workshops", "tags")
_ASSIGNMENT_RELATIONS = ("reviewers", "groups", "stages", "tags", "task_tags")
_ASSIGNMENT_INSTANTS = (
    "created",
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)
_STATUSES: Mapping[str, Parser] = {
    "status_label": choices_of("status_label", *STATUS_LABELS),
    "status_review": choices_of("status_review", *STATUS_REVIEWS),
}


def _common(key: str) -> dict[str, Parser]:
    """Return the keys that all lists of the first API declare; ids are those of the list's primary key."""
    return {
        "ids": numbers_within(key),
        "ids_ex": numbers_within(key, Comparison.OUTSIDE),
        "search": file_named,
    }


def _by_id() -> dict[str, Parser]:
    return {
        "id": number_is("id"),
        "id__in": numbers_in("id"),  # ranges are for ids and ids_ex
        **{f"id__{name}": number_is("id", test) for name, test in _COMPARISONS.items()},
    }


def _discarded(text: str) -> Condition | None:
    choice = chosen(text, DISCARDED)
    return None if choice == "all" else Condition("is_discarded", Comparison.EQUALS, choice == "discarded")


def _of_job(first_api: FilterSet, shard_key: str, more: Mapping[str, Parser] | None = None) -> FilterSet:
    """Return what an export job takes: the export's raw filter and the two bounds that shards add (contract.md 2.2)."""
    bounds = {
        "_id_gte": number_is(shard_key, Comparison.AT_LEAST),
        "_id_lt": number_is(shard_key, Comparison.BELOW),
    }
    return FilterSet({**first_api.declared, **(more or {}), **bounds}, lists=first_api.lists)


TASKS_V1 = FilterSet(
    {
        **_common("id"),
        "project": number_is("project_id"),
        "data_collection": related_to_one("data_collection"),  # of the project: to_task guide, Task Filtering
        **_by_id(),
        "is_discarded": truth_is("is_discarded"),
        "schema": choice_of("schema", *SCHEMAS),
        "has_assignment": holding("assignments"),
        "has_reached_max_assignments": truth_is("has_reached_max_assignments"),
        **_STATUSES,
        **{relation: related_to(relation) for relation in _TASK_RELATIONS},
        "assignments__is_discarded": related_by_truth("assignments__is_discarded"),
        "discarded_filter": _discarded,
        **{f"created__{name}": moment_is("created", test) for name, test in _COMPARISONS.items()},
    },
    lists=frozenset({*_STATUSES, *_TASK_RELATIONS}),
)

TASKS_V2 = FilterSet(
    {
        "project": number_is("project_id"),
        "is_discarded": truth_is("is_discarded"),
        "has_data": truth_is("has_data"),
        "schema": choice_of("schema", *SCHEMAS),
    }
)

TASKS_JOB = _of_job(TASKS_V1, "id")

# What both APIs know of assignments: the second one's text says that it takes the first one's filters.
_ASSIGNMENTS: Mapping[str, Parser] = {
    "project": number_is("project_id"),
    **_by_id(),
    "workshop": number_is("workshop_id"),
    "tasks": numbers_among("task_id"),
    "users": numbers_among("user_id"),
    **{relation: related_to(relation) for relation in _ASSIGNMENT_RELATIONS},
    **_STATUSES,
    **{name: truth_is(name) for name in ("is_discarded", "is_discard_confirmed", "is_confirmed")},
    **{
        f"{instant}__{name}": moment_is(instant, test)
        for instant in _ASSIGNMENT_INSTANTS
        for name, test in _COMPARISONS.items()
    },
}
_ASSIGNMENT_LISTS = frozenset({"tasks", "users", *_ASSIGNMENT_RELATIONS, *_STATUSES})

ASSIGNMENTS_V1 = FilterSet({**_common("id"), **_ASSIGNMENTS}, lists=_ASSIGNMENT_LISTS)

# ``_after`` and ``_before`` include their instant and are refused by the name of both, as of one
# ``IsoDateTimeFromToRangeFilter``.
ASSIGNMENTS_V2 = FilterSet(
    {
        **_ASSIGNMENTS,
        **{f"{instant}_after": moment_is(instant, Comparison.AT_LEAST) for instant in _ASSIGNMENT_INSTANTS},
        **{f"{instant}_before": moment_is(instant, Comparison.AT_MOST) for instant in _ASSIGNMENT_INSTANTS},
    },
    lists=_ASSIGNMENT_LISTS,
    called={f"{instant}_{end}": instant for instant in _ASSIGNMENT_INSTANTS for end in ("after", "before")},
)

ASSIGNMENTS_JOB = _of_job(ASSIGNMENTS_V1, "id")

GROUND_TRUTH_V1 = FilterSet(
    {
        **_common("pgh_id"),
        "ground_truth": numbers_among("ground_truth_id"),
        "ground_truth_dataset_versions": related_to("versions"),
        "category": choice_of("category", *CATEGORIES),
        "categories": choices_of("category", *CATEGORIES),
        "classes": names_in("classes"),
        "task": numbers_among("task_id"),
    },
    lists=frozenset({"ground_truth", "ground_truth_dataset_versions", "categories", "task"}),
)

GROUND_TRUTH_V2 = FilterSet(
    {
        "ground_truth_dataset": number_is("ground_truth_dataset_id"),
        "ground_truth_dataset_version": related_to_one("versions"),
        "project": related_to_one("projects"),
        "pgh_obj_id__in": numbers_in("ground_truth_id"),
    }
)

GROUND_TRUTH_JOB = _of_job(GROUND_TRUTH_V1, "ground_truth_id", {"ground_truth_dataset_version": related_to("versions")})

AGENTS_V1 = FilterSet({"id": number_is("id")})

SERVE_APPLICATIONS_V1 = FilterSet(
    {
        "id": number_is("id"),
        "plugin_code": text_is("plugin_code"),
        "job__agent": number_is("agent_id"),
        "status": choices_of("status", *SERVE_STATUSES),
    },
    lists=frozenset({"status"}),
)

GROUND_TRUTH_DATASETS_V2 = FilterSet({"project": number_is("project_id")})


def _triggered_by(text: str) -> Condition | None:
    if text not in {"user", "system"}:
        raise ValueError(f"Select a valid choice. {text} is not one of the available choices.")
    return None if text == "user" else Condition("id", Comparison.ANY_OF, ())  # a user is behind every job here


ASYNC_JOBS_V2 = FilterSet(
    {
        "ids": lambda text: Condition("id", Comparison.ANY_OF, tuple(items(text))),
        "ids_ex": lambda text: Condition("id", Comparison.OUTSIDE, tuple(items(text))),
        "triggered_by": _triggered_by,
    },
    lists=frozenset({"ids", "ids_ex"}),
)

JOBS_V1 = FilterSet({"status": choices_of("status", *JOB_STATUSES)}, lists=frozenset({"status"}))

JOBS_V2 = FilterSet({**JOBS_V1.declared, "action": text_is("action")}, lists=JOBS_V1.lists)

JOB_LOGS_V2 = FilterSet(
    {"job": text_is("job_id"), "event": text_is("event"), "level": choices_of("level", *LOG_LEVELS)},
    lists=frozenset({"level"}),
)

DATA_UNITS_V1 = FilterSet({"data_collection": number_is("data_collection_id")})

DATASET_VERSIONS_V1 = FilterSet({"ground_truth_dataset": number_is("ground_truth_dataset_id")})

PLUGIN_RELEASES_V1 = FilterSet({"plugin": text_is("code")})

STORAGES_V1 = FilterSet({"category": choices_of("category", "internal", "external")}, lists=frozenset({"category"}))

PLACES: Mapping[str, Mapping[str, FilterSet]] = {
    "task": {"GET /sdk/tasks/": TASKS_V1, "GET /v2/tasks/": TASKS_V2, "an export job": TASKS_JOB},
    "assignment": {
        "GET /sdk/assignments/": ASSIGNMENTS_V1,
        "GET /v2/assignments/": ASSIGNMENTS_V2,
        "an export job": ASSIGNMENTS_JOB,
    },
    "ground_truth": {
        "GET /sdk/ground_truth_events/": GROUND_TRUTH_V1,
        "GET /v2/ground-truth-events/": GROUND_TRUTH_V2,
        "an export job": GROUND_TRUTH_JOB,
    },
}
"""Target to every place where its rows are filtered."""

PAGING = frozenset(
    {"page", "page_size", "pagination", "cursor", "ordering", "fields", "expand", "response_mode", "url_host"}
    | {"per_page", "sort"}
)
"""Keys of lists that are no filters, of either API: clients leave them in the filter of a job."""
