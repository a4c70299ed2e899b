"""Worlds of assignments, and what their filter may be asked for.

Ids of assignments and of tasks are drawn from the same few numbers, so that taking one for the other shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.strategies import values
from contract_tests.strategies.payloads import data_units, payloads
from contract_tests.strategies.surroundings import FOREIGN_TASK, INSTANTS, MAIN_PROJECT, STATUSES, SURROUNDINGS

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

RELATIONS = ("reviewers", "groups", "stages", "tags")
MOMENTS = ("label_submitted", "last_labeled", "last_reviewed", "labeler_last_action_at", "reviewer_last_action_at")
FLAGS = ("is_discarded", "is_discard_confirmed", "is_confirmed")
FOREIGN = {"id": 99, "task": 99, "user": 9, "data": {"of": "another tenant"}, "created": INSTANTS[0]}

FILTERS: dict[str, SearchStrategy[Any]] = {
    "id": values.IDS,
    "id__in": values.comma_lists(values.IDS),
    **{f"id__{lookup}": values.IDS for lookup in values.BOUNDS},
    "ids": values.comma_lists(values.IDS) | values.id_ranges(),
    "ids_ex": values.comma_lists(values.IDS) | values.id_ranges(),
    "search": values.SEARCHES,
    "workshop": values.RELATED_IDS,
    "tasks": values.comma_lists(values.IDS),
    "users": values.comma_lists(values.RELATED_IDS),
    "task_tags": values.comma_lists(values.RELATED_IDS),
    **{relation: values.comma_lists(values.RELATED_IDS) for relation in RELATIONS},
    "status_label": values.statuses(),
    "status_review": values.statuses("rejected"),
    **{flag: values.booleans() for flag in FLAGS},
    **{f"{moment}__{lookup}": values.instants() for moment in ("created", *MOMENTS) for lookup in values.BOUNDS},
}


def rows(tasks: list[int]) -> SearchStrategy[dict[str, Any]]:
    """Return one assignment row without its id; any instant but ``created`` may be null or absent.

    Args:
        tasks: The tasks that it may be of.
    """
    related = st.lists(values.RELATED_IDS, max_size=2, unique=True)
    return st.fixed_dictionaries(
        {
            "task": st.sampled_from(tasks),
            "user": values.RELATED_IDS,
            "data": payloads(),
            "created": st.sampled_from(INSTANTS),
        },
        optional={
            **{flag: st.booleans() for flag in FLAGS},
            "status_label": st.sampled_from(STATUSES),
            "status_review": st.sampled_from([*STATUSES, "rejected"]),
            "workshop": st.none() | values.RELATED_IDS,
            **dict.fromkeys(RELATIONS, related),
            **{moment: st.sampled_from([None, *INSTANTS]) for moment in MOMENTS},
        },
    )


@st.composite
def worlds(draw: DrawFn, most: int) -> dict[str, Any]:
    """Return a seed document of assignments of a few tasks, most of which lie in the project that is exported.

    Args:
        draw: Supplied by Hypothesis.
        most: The most assignments that the document holds beside one of another tenant.
    """
    units = draw(data_units())
    task = st.fixed_dictionaries(
        {
            "project": st.sampled_from([MAIN_PROJECT, MAIN_PROJECT, MAIN_PROJECT, 2]),
            "data_unit": st.sampled_from([*(unit["id"] for unit in units), None]),
            "data": st.just({"of": "the task"}),
            "created": st.sampled_from(INSTANTS),
            "tags": st.lists(values.RELATED_IDS, max_size=2, unique=True),
            "reviewers": st.lists(values.RELATED_IDS, max_size=1),
        }
    )
    tasks = draw(st.dictionaries(values.IDS, task, min_size=1, max_size=5))
    count = min(most, draw(values.COUNTS))
    drawn = draw(st.dictionaries(values.IDS, rows(sorted(tasks)), min_size=count, max_size=count))
    return {
        **SURROUNDINGS,
        "data_units": units,
        "tasks": [*({"id": number, **row} for number, row in tasks.items()), FOREIGN_TASK],
        "assignments": [*({"id": number, **row} for number, row in drawn.items()), FOREIGN],
    }


def listed(moments: dict[int, str]) -> dict[str, Any]:
    """Return a seed document of bare assignments of one task, and neighbours.

    Args:
        moments: Id of each assignment of the main project to when it was created.
    """
    return {
        **SURROUNDINGS,
        "tasks": [
            {"id": number, "project": project, "created": INSTANTS[0]}
            for number, project in ((97, MAIN_PROJECT), (98, 2), (99, 9))
        ],
        "assignments": [
            *({"id": number, "task": 97, "user": 1, "created": moment} for number, moment in moments.items()),
            {"id": 98, "task": 98, "user": 1, "created": INSTANTS[0]},
            {"id": 99, "task": 99, "user": 9, "created": INSTANTS[0]},
        ],
    }
