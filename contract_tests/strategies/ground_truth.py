"""Worlds of ground-truth events, and what their filter may be asked for.

Several events are of one ground truth, versions of one dataset overlap, and the numbers of events, ground truths and
tasks are drawn from the same few, so that taking one for the other shows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.strategies import values
from contract_tests.strategies.payloads import data_units, payloads
from contract_tests.strategies.surroundings import (
    FOREIGN_TASK,
    INSTANTS,
    MAIN_PROJECT,
    MAIN_TENANT,
    OTHER_TENANT,
    SURROUNDINGS,
)

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

DATASET, OTHER_DATASET, FOREIGN_DATASET = 5, 6, 9
VERSIONS = {51: DATASET, 52: DATASET, 53: DATASET, 61: OTHER_DATASET}
"""Versions of the main tenant to their dataset."""
FOREIGN_VERSION = 91
GROUND_TRUTHS = st.integers(1, 6)
CATEGORIES = ("train", "validation", "test", "")  # OpenAPI ground_truth_list
CLASSES = ("a", "b c", "고양이")

DATASETS: dict[str, Any] = {
    **SURROUNDINGS,
    "data_collections": [
        *SURROUNDINGS["data_collections"],
        {"id": 9, "tenant": OTHER_TENANT, "name": "foreign pictures"},
    ],
    "tasks": [*({"id": number, "project": MAIN_PROJECT, "created": INSTANTS[0]} for number in (1, 2, 3)), FOREIGN_TASK],
    "ground_truth_datasets": [
        {"id": DATASET, "tenant": MAIN_TENANT, "name": "main", "project": MAIN_PROJECT},
        {"id": OTHER_DATASET, "tenant": MAIN_TENANT, "name": "of no project"},
        {"id": FOREIGN_DATASET, "tenant": OTHER_TENANT, "name": "foreign"},
    ],
}
"""The surroundings with datasets, but neither versions nor what they hold."""
FOREIGN: dict[str, dict[str, Any]] = {
    "data_units": {"id": 99, "data_collection": 9, "name": "foreign unit", "files": {}},
    "ground_truths": {"id": 99, "ground_truth_dataset": FOREIGN_DATASET, "data_unit": 99},
    "ground_truth_events": {
        "pgh_id": 99,
        "ground_truth": 99,
        "data": {"of": "another tenant"},
        "created": INSTANTS[0],
        "category": "car",
        "classes": ["a"],
    },
    "ground_truth_dataset_versions": {"id": FOREIGN_VERSION, "ground_truth_dataset": FOREIGN_DATASET, "events": [99]},
}
"""What another tenant has."""

FILTERS: dict[str, SearchStrategy[Any]] = {
    "ids": values.comma_lists(values.IDS) | values.id_ranges(),
    "ids_ex": values.comma_lists(values.IDS) | values.id_ranges(),
    "search": values.SEARCHES,
    "ground_truth": values.comma_lists(GROUND_TRUTHS),
    "category": st.sampled_from([category for category in CATEGORIES if category]),
    "categories": st.lists(st.sampled_from(["train", "validation", "test"]), min_size=1, max_size=2),
    "classes": st.sampled_from(["a", "a,고양이", "b c ,\ta"]) | st.lists(st.sampled_from(CLASSES), min_size=1),
    "task": values.comma_lists(values.RELATED_IDS),
}


def scopes() -> SearchStrategy[dict[str, Any]]:
    """Return the versions of an export, by the singular key or the plural one, one of them or several."""
    one = st.sampled_from([51, 52, 53, 61])
    several = st.lists(one, min_size=2, max_size=4, unique=True) | st.sampled_from(["51,52", "52 ,\t51", "53, 61,51"])
    return st.one_of(
        st.fixed_dictionaries({"ground_truth_dataset_versions": several | several | one}),
        st.fixed_dictionaries({"ground_truth_dataset_version": one | one.map(str)}),
    )


def rows() -> SearchStrategy[dict[str, Any]]:
    """Return one event without its ``pgh_id`` and its ground truth."""
    return st.fixed_dictionaries(
        {"data": payloads(), "created": st.sampled_from(INSTANTS)},
        optional={
            "pgh_label": st.sampled_from(["insert", "update"]),
            "category": st.sampled_from(CATEGORIES),
            "classes": st.lists(st.sampled_from(CLASSES), max_size=2, unique=True),
        },
    )


@st.composite
def worlds(draw: DrawFn, most: int) -> dict[str, Any]:
    """Return a seed document of ground truth: versions of two datasets, and another tenant's.

    Args:
        draw: Supplied by Hypothesis.
        most: The most events that the document holds beside one of another tenant.
    """
    units = draw(data_units())
    truth = st.fixed_dictionaries(
        {
            "ground_truth_dataset": st.sampled_from([DATASET, DATASET, DATASET, OTHER_DATASET]),
            "data_unit": st.sampled_from([unit["id"] for unit in units]),
        },
        optional={"task": st.sampled_from([None, 1, 2, 3])},
    )
    truths = draw(st.dictionaries(GROUND_TRUTHS, truth, min_size=3, max_size=6))
    count = min(most, draw(values.COUNTS))
    drawn = draw(st.dictionaries(values.IDS, rows(), min_size=count, max_size=count))
    events, snapshots = {}, dict[int, list[int]]()
    for turn, (event, row) in enumerate(sorted(drawn.items())):
        by_turn = sorted(truths)[turn % len(truths)]  # the first choice is the likeliest: one of each before a second
        ground_truth = draw(st.sampled_from([by_turn, *sorted(truths)]))
        events[event] = {"ground_truth": ground_truth, **row}
        snapshots.setdefault(ground_truth, []).append(event)
    versions = []
    for version, dataset in VERSIONS.items():
        choices = [
            st.sampled_from([*held, None])
            for number, held in snapshots.items()
            if truths[number]["ground_truth_dataset"] == dataset
        ]
        chosen = draw(st.tuples(*choices))
        held = [event for event in chosen if event is not None]
        versions.append({"id": version, "ground_truth_dataset": dataset, "events": held})
    return {
        **DATASETS,
        "data_units": [*units, FOREIGN["data_units"]],
        "ground_truths": [*({"id": number, **row} for number, row in truths.items()), FOREIGN["ground_truths"]],
        "ground_truth_events": [
            *({"pgh_id": number, **row} for number, row in events.items()),
            FOREIGN["ground_truth_events"],
        ],
        "ground_truth_dataset_versions": [*versions, FOREIGN["ground_truth_dataset_versions"]],
    }


def listed(moments: dict[int, str]) -> dict[str, Any]:
    """Return a seed document of bare events in versions 51 and 52, and neighbours.

    Two numbers that follow each other are of one ground truth; one that stands alone lies in both versions.

    Args:
        moments: ``pgh_id`` of each event to its instant.
    """
    first = {number for number in moments if number % 2}
    second = {number for number in moments if number not in first or number + 1 not in moments}
    truths = sorted({(number + 1) // 2 for number in moments})
    return {
        **DATASETS,
        "data_units": [{"id": 1, "data_collection": 1, "name": "unit"}, FOREIGN["data_units"]],
        "ground_truths": [
            *({"id": number, "ground_truth_dataset": DATASET, "data_unit": 1} for number in truths),
            {"id": 98, "ground_truth_dataset": OTHER_DATASET, "data_unit": 1},
            FOREIGN["ground_truths"],
        ],
        "ground_truth_events": [
            *(
                {"pgh_id": number, "ground_truth": (number + 1) // 2, "created": moment}
                for number, moment in moments.items()
            ),
            {"pgh_id": 98, "ground_truth": 98, "created": INSTANTS[0]},
            FOREIGN["ground_truth_events"],
        ],
        "ground_truth_dataset_versions": [
            {"id": 51, "ground_truth_dataset": DATASET, "events": sorted(first)},
            {"id": 52, "ground_truth_dataset": DATASET, "events": sorted(second)},
            {"id": 61, "ground_truth_dataset": OTHER_DATASET, "events": [98]},
            FOREIGN["ground_truth_dataset_versions"],
        ],
    }
