"""Worlds of tasks, and what their filter may be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.strategies import values
from contract_tests.strategies.payloads import data_units, payloads
from contract_tests.strategies.surroundings import FOREIGN_TASK, INSTANTS, MAIN_PROJECT, STATUSES, SURROUNDINGS

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

ASSIGNMENT_IDS = st.integers(101, 112)
RELATIONS = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")

FILTERS: dict[str, SearchStrategy[Any]] = {
    "id": values.IDS,
    "id__in": values.comma_lists(values.IDS),
    **{f"id__{lookup}": values.IDS for lookup in values.BOUNDS},
    "ids": values.comma_lists(values.IDS) | values.id_ranges(),
    "ids_ex": values.comma_lists(values.IDS) | values.id_ranges(),
    "search": values.SEARCHES,
    "is_discarded": values.booleans(),
    "discarded_filter": st.sampled_from(["all", "discarded", "not_discarded", "active"]),
    "schema": st.sampled_from(["any", "dm_schema_v1"]),
    "has_assignment": values.booleans(),
    "has_reached_max_assignments": values.booleans(),
    "status_label": values.statuses(),
    "status_review": values.statuses("rejected"),
    "assignments": values.comma_lists(ASSIGNMENT_IDS),
    "assignments__is_discarded": values.booleans(),
    **{relation: values.comma_lists(values.RELATED_IDS) for relation in RELATIONS},
    **{f"created__{lookup}": values.instants() for lookup in values.BOUNDS},
}


def rows(projects: SearchStrategy[int], units: list[int]) -> SearchStrategy[dict[str, Any]]:
    """Return one task row without its id.

    Args:
        projects: Where the task lies.
        units: The data units that it may show.
    """
    related = st.lists(values.RELATED_IDS, max_size=2, unique=True)
    return st.fixed_dictionaries(
        {
            "project": projects,
            "data_unit": st.sampled_from([*units, None]),
            "data": payloads(),
            "created": st.sampled_from(INSTANTS),
        },
        optional={
            "is_discarded": st.booleans(),
            "status_label": st.sampled_from(STATUSES),
            "status_review": st.sampled_from([*STATUSES, "rejected"]),
            "schema": st.sampled_from(["any", "dm_schema_v1"]),
            "has_reached_max_assignments": st.booleans(),
            **dict.fromkeys(RELATIONS, related),
        },
    )


@st.composite
def worlds(draw: DrawFn, most: int) -> dict[str, Any]:
    """Return a seed document of tasks: one project that is exported, and neighbours that must never show.

    Args:
        draw: Supplied by Hypothesis.
        most: The most tasks that the document holds beside one of another tenant.
    """
    units = draw(data_units())
    projects = st.sampled_from([MAIN_PROJECT, MAIN_PROJECT, MAIN_PROJECT, MAIN_PROJECT, 2])
    count = min(most, draw(values.COUNTS))  # drawn by itself: a dictionary's own size is mostly close to none
    one = rows(projects, [unit["id"] for unit in units])
    drawn = draw(st.dictionaries(values.IDS, one, min_size=count, max_size=count))
    held = draw(st.dictionaries(ASSIGNMENT_IDS, st.tuples(st.sampled_from([*drawn, 99]), st.booleans()), max_size=6))
    return {
        **SURROUNDINGS,
        "data_units": units,
        "tasks": [*({"id": number, **row} for number, row in drawn.items()), FOREIGN_TASK],
        "assignments": [
            {"id": number, "task": task, "user": 9 if task == 99 else 1, "is_discarded": flag}
            for number, (task, flag) in held.items()
        ],
    }


def listed(moments: dict[int, str]) -> dict[str, Any]:
    """Return a seed document of bare tasks, and neighbours.

    Args:
        moments: Id of each task of the main project to when it was created.
    """
    return {
        **SURROUNDINGS,
        "tasks": [
            *({"id": number, "project": MAIN_PROJECT, "created": moment} for number, moment in moments.items()),
            {"id": 98, "project": 2, "created": INSTANTS[0]},
            {"id": 99, "project": 9, "created": INSTANTS[0]},
        ],
    }
