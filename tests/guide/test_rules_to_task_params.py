"""Rules of the to_task guide about parameters and filters: what each takes, and that the rest is refused unasked."""

from __future__ import annotations

import math
from urllib.parse import parse_qs

import pytest
from guide_to_task_world import COLLECTION, PROJECT, USER, opened
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction, ToTaskParams
from sdk.plugins.categories.pre_annotation.actions.to_task.filters import selection_of
from sdk.plugins.run import Run

REQUIRED = {"name": "x", "project": 123, "agent": 1, "task_filters": {}, "method": "file"}
BY_FILE = REQUIRED | {"target_specification_name": "annotation_data"}
BY_INFERENCE = REQUIRED | {"method": "inference", "pre_processor": 789}
EXAMPLES = [  # the guide's own, in its order
    ("name", "File_Annotation_Job"),
    ("project", 123),
    ("agent", 1),
    ("task_filters", {"status": "pending", "data_collection": 456}),
    ("method", "file"),
    ("method", "inference"),
    ("target_specification_name", "annotation_data"),
    ("pre_processor", 789),
    ("description", "Annotate all pending tasks with model v2 predictions"),
]


def taken(**params) -> bool:
    """Return whether parameters are taken."""
    try:
        ToTaskParams.model_validate(params)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_the_examples_of_parameters_are_taken(name, example) -> None:
    """To_task guide, Parameter Reference: each example as it stands."""
    base = BY_INFERENCE if example in ("inference", 789) else BY_FILE
    assert example == getattr(ToTaskParams.model_validate(base | {name: example}), name)


@given(st.text("aZ_-7 \t\n\u00a0\u3000\u200b가", min_size=1, max_size=8))
def test_a_name_has_no_whitespace(name) -> None:
    """To_task guide, name: any text of one word, and no other."""
    assert taken(**BY_FILE | {"name": name}) == (not any(character.isspace() for character in name))


WRONG = [
    *[({key: None}, key) for key in REQUIRED],
    ({"name": "two words"}, "'two words' contains whitespace"),
    ({"project": "123"}, "project"),
    ({"agent": 1.5}, "agent"),
    ({"task_filters": ["pending"]}, "task_filters"),
    ({"method": "guess"}, "'file' or 'inference'"),
    ({"target_specification_name": None}, "target_specification_name is required for file method"),
    ({"target_specification_name": 7}, "target_specification_name"),
    ({"method": "inference"}, "pre_processor is required for inference method"),
    ({"method": "inference", "pre_processor": "shapes"}, "pre_processor"),
    ({"pre_processor_params": [1]}, "pre_processor_params"),
    ({"description": 7}, "description"),
    ({"task_filtres": {}}, "task_filtres"),
]


@pytest.fixture(scope="module")
def world():
    """A world that nothing is asked of."""
    with opened() as world:
        world.backend.journal.clear()
        yield world


@pytest.mark.parametrize(("change", "words"), WRONG, ids=[str(change) for change, _ in WRONG])
def test_other_parameters_are_refused_before_anything_is_asked(world, change, words) -> None:
    """To_task guide, Required and Method-Specific Parameters: missing or of another kind, it is said which, and nothing
    was requested.
    """  # noqa: D205 (one sentence)
    params = {key: value for key, value in (BY_FILE | change).items() if value is not None}
    with pytest.raises(CriticalError) as refusal:
        ToTaskAction(run=Run(world.client), params=params).start()
    assert words in refusal.value.message
    assert [] == world.requests()


def test_optional_parameters_are_optional() -> None:
    """To_task guide, Optional Parameters: without description and pre_processor_params a run is complete."""
    for base in (BY_FILE, BY_INFERENCE):
        params = ToTaskParams.model_validate(base)
        assert (None, {}) == (params.description, params.pre_processor_params)


@given(st.floats(), st.sampled_from(["confidence_threshold", "nms_threshold"]), st.booleans())
def test_thresholds_are_reasonable(value, name, is_nested) -> None:
    """To_task guide, Input validation: thresholds lie in [0, 1], at any depth; others are refused."""
    given_ = {"post_processing": {name: value}} if is_nested else {name: value}
    wanted = not math.isnan(value) and 0 <= value <= 1
    assert wanted == taken(**BY_INFERENCE | {"pre_processor_params": given_})


QUERY_PARAMETERS = {  # contract.md 3.2, tasks; and the guide's own words
    **{name: [7, 8] for name in ("ids", "ids_ex", "id__in", "assignments", "labelers", "reviewers", "groups")},
    **{name: [7] for name in ("stages", "workshops", "tags")},
    **dict.fromkeys(["id", "id__gt", "id__gte", "id__lt", "id__lte"], 7),
    **dict.fromkeys(["is_discarded", "has_assignment"], True),
    **dict.fromkeys(["has_reached_max_assignments", "assignments__is_discarded"], False),
    **dict.fromkeys(["created__gt", "created__gte", "created__lt", "created__lte"], "2025-01-01"),
    "search": "a.png",
    "project": PROJECT,
    "schema": "any",
    "status_label": "stand_by",
    "status_review": "rejected",
    "discarded_filter": "all",
    "data_collection": COLLECTION,
}
GUIDES_OWN = {
    ("status", "pending"): ("status_label", "stand_by"),
    ("status__in", ("pending", "in_progress")): ("status_label", "stand_by,in_progress"),
    ("assignee", USER): ("labelers", [USER]),
    ("assignee", None): ("has_assignment", False),
    ("created_at__gte", "2025-01-01"): ("created__gte", "2025-01-01"),
    ("created_at__lte", "2025-01-31"): ("created__lte", "2025-01-31"),
}


@pytest.mark.parametrize("name", QUERY_PARAMETERS)
def test_all_task_query_parameters_are_supported(name) -> None:
    """To_task guide, task_filters: what the list of tasks takes is handed on as it is."""
    assert QUERY_PARAMETERS[name] == selection_of({name: QUERY_PARAMETERS[name]}, PROJECT).query[name]


def test_the_guides_filters_reach_the_list_by_the_lists_names() -> None:
    """To_task guide, Task Filtering: together in one query, and nothing vanishes from it on the way."""
    for (key, value), (wire, sent) in GUIDES_OWN.items():
        assert {"project": PROJECT, wire: sent} == selection_of({key: value}, PROJECT).query
    filters = {"status__in": ["pending", "in_progress"], "assignee": None, "created_at__gte": "2025-01-01"}
    with opened() as world:
        world.start(task_filters=filters | {"data_collection": COLLECTION})
        [query] = [parse_qs(entry.query) for entry in world.backend.journal if entry.path == "/sdk/tasks/"]
        wanted = {"status_label": ["stand_by,in_progress"], "has_assignment": ["false"], "project": [str(PROJECT)]}
        wanted |= {"created__gte": ["2025-01-01"], "data_collection": [str(COLLECTION)]}
        assert wanted.items() <= query.items()
        assert [()] == [entry.ignored for entry in world.backend.journal if entry.path == "/sdk/tasks/"]


@pytest.mark.parametrize(
    "filters",
    [{"created_at": "2025-01-01"}, {"status": None}, {"status": "done"}, {"created_at__gte": None}, {"has_data": True}],
    ids=str,
)
def test_a_filter_never_selects_more_than_it_says(world, filters) -> None:
    """To_task guide, task_filters: a key or value that the list would ignore is refused before anything is asked."""
    with pytest.raises(CriticalError, match="nothing was requested"):
        ToTaskAction(run=Run(world.client), params=BY_FILE | {"task_filters": filters}).start()
    assert [] == world.requests()
