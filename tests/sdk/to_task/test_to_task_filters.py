"""Task filters select what they say, or are refused (to_task guide, Task Filtering; contract.md 3.2)."""

from __future__ import annotations

import contextlib
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from to_task_rig import COLLECTION, PROJECT

from sdk.clients.lists import TASKS
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import UnsupportedFilterError
from sdk.plugins.categories.pre_annotation.actions.to_task.filters import selection_of

GUIDE = {"status", "status__in", "assignee", "created_at__gte", "created_at__lte", "data_collection", "limit"}
NOTHING = [None, "", " ", [], (), set(), [None], [""], {}, 1j, float("nan")]


def query(**filters):
    """Return what is sent of filters, besides the project."""
    sent = dict(selection_of(filters, PROJECT).query)
    assert PROJECT == sent.pop("project")
    return sent


@pytest.mark.parametrize(
    ("filters", "sent"),
    [
        ({}, {}),
        ({"status": "pending"}, {"status_label": "stand_by"}),
        ({"status": "completed"}, {"status_label": "completed"}),
        ({"status__in": ["pending", "in_progress"]}, {"status_label": "stand_by,in_progress"}),
        ({"status__in": "in_progress,pending"}, {"status_label": "stand_by,in_progress"}),
        ({"status": "pending", "status__in": ["pending", "skipped"]}, {"status_label": "stand_by"}),
        ({"status_label": ["completed", "skipped"], "status__in": ["skipped"]}, {"status_label": "skipped"}),
        ({"data_collection": 456}, {"data_collection": 456}),
        ({"assignee": 12}, {"labelers": [12]}),
        ({"assignee": None}, {"has_assignment": False}),
        ({"assignee": None, "has_assignment": False}, {"has_assignment": False}),
        ({"created_at__gte": "2025-01-01"}, {"created__gte": "2025-01-01"}),
        ({"created_at__lte": date(2025, 1, 31)}, {"created__lte": "2025-01-31"}),
        ({"created__lt": datetime(2025, 1, 31, tzinfo=UTC)}, {"created__lt": "2025-01-31T00:00:00+00:00"}),
        ({"id__in": "3, 5,3"}, {"id__in": [3, 5]}),
        ({"ids": {7, 2}}, {"ids": [2, 7]}),
        ({"ids": "3-7, 12", "ids_ex": "5-5"}, {"ids": "3-7,12", "ids_ex": "5-5"}),
        ({"is_discarded": False}, {"is_discarded": False}),
        ({"is_discarded": "true"}, {"is_discarded": True}),
        ({"discarded_filter": "all"}, {"discarded_filter": "all"}),
        ({"search": "고양이"}, {"search": "고양이"}),
        ({"project": PROJECT}, {}),
        ({"project": str(PROJECT)}, {}),
        ({"status_review": "rejected"}, {"status_review": "rejected"}),
    ],
)
def test_each_key_is_sent_as_the_list_takes_it(filters, sent) -> None:
    """The guide's words are translated, the list's own go as they are."""
    assert sent == query(**filters)


def test_every_key_of_the_list_may_be_used() -> None:
    """Guide: "Supports all task query parameters"; the list of them is contract.md 3.2."""
    examples = {
        "project": PROJECT,
        "schema": "any",
        "status_label": "stand_by",
        "status_review": "stand_by",
        "discarded_filter": "active",
        "search": "x",
    }
    for key in TASKS.filters:
        truth = key.startswith(("is_", "has_")) or key.endswith("is_discarded")
        value = examples.get(key, "2025-01-01" if key.startswith("created") else truth or 3)
        selection_of({key: value}, PROJECT)


@given(key=st.text())
def test_any_other_key_is_refused_and_the_others_are_named(key) -> None:
    """The list would answer it with every task it has (incidents.md 1, SYN-7398)."""
    if key in TASKS.filters | GUIDE:
        return
    with pytest.raises(UnsupportedFilterError, match=r"Unsupported task filter key.*assignee.*status__in") as refusal:
        selection_of({"status": "pending", key: 1}, PROJECT)
    assert repr(key) in refusal.value.message


@pytest.mark.parametrize("key", ["has_data", "created_after", "created_before", "task", "created_at", "created_at__gt"])
def test_keys_that_the_backend_is_known_to_ignore_are_refused(key) -> None:
    """incidents.md 1, SYN-7545 and SYN-7574; and what looks like the guide's and is not."""
    with pytest.raises(UnsupportedFilterError):
        selection_of({key: "2025-01-01"}, PROJECT)


@pytest.mark.parametrize("value", NOTHING, ids=repr)
def test_no_value_vanishes(value) -> None:
    """A value that the query would lose, or the list could not read, widens the run to everything."""
    for key in sorted((TASKS.filters | GUIDE) - {"assignee"}):
        with pytest.raises(UnsupportedFilterError) as refusal:
            selection_of({key: value}, PROJECT)

        assert f"'{key}' is " in refusal.value.message
        assert ("None would vanish" in refusal.value.message) == (value is None)


JUNK = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.lists(st.integers() | st.none() | st.text())
)


@given(key=st.sampled_from(sorted(TASKS.filters | GUIDE)), value=JUNK)
def test_whatever_is_given_is_sent_or_refused(key, value) -> None:
    """There is no third way: the selection holds a key for every key of the filter."""
    with contextlib.suppress(UnsupportedFilterError):
        selection = selection_of({key: value}, PROJECT)
        held = [name for name, found in selection.query.items() if found not in (None, [], "") or found is False]
        assert (len(held) > 1) != (key in {"limit", "project"})
        assert (selection.limit is not None) == (key == "limit")


@pytest.mark.parametrize(
    "filters",
    [
        {"status": "done"},
        {"status": ["pending"]},
        {"status__in": ["pending", "done"]},
        {"status__in": ["pending", 3]},
        {"status": "pending,completed"},
        {"status": "pending", "status_label": "completed"},
        {"assignee": "me"},
        {"assignee": True},
        {"assignee": [12]},
        {"assignee": 0},
        {"assignee": 12, "labelers": 13},
        {"assignee": None, "has_assignment": True},
        {"assignee": None, "labelers": 12},
        {"has_assignment": 1},
        {"has_assignment": "no"},
        {"created_at__gte": "yesterday"},
        {"created_at__gte": "2025-01-01", "created__gte": "2025-01-02"},
        {"data_collection": True},
        {"data_collection": "photos"},
        {"id": -1},
        {"id__in": [1, None]},
        {"id__in": "1,,2"},
        {"project": PROJECT + 1},
        {"search": "\ud800"},
        {"limit": 0},
        {"limit": 2.5},
        {"limit": True},
        {"id__in": list(range(10**6, 10**6 + 2000))},
    ],
    ids=lambda filters: str(filters)[:60],
)
def test_what_means_nothing_or_two_things_is_refused(rig, filters) -> None:
    """Before anything is requested; the sentence shows what was given."""
    with pytest.raises(UnsupportedFilterError) as refusal:
        rig.start(task_filters=filters)

    assert [] == rig.world.asked
    assert len(str(refusal.value)) < 600


def test_a_limit_takes_the_first_ids(rig) -> None:
    """Guide, Test with small batch first; ids are in ascending order, and those behind are not even asked about."""
    assert 2 == rig.start(task_filters={"status": "pending", "limit": 2})["total"]
    assert [1, 2] == [number for number, _ in rig.world.writes]
    assert {"ordering": ["id"], "status_label": ["stand_by"], "project": [str(PROJECT)]}.items() <= (
        next(asked.query for asked in rig.world.asked if asked.path == "/sdk/tasks/").items()
    )


@pytest.mark.parametrize("found", [{"status_label": "completed"}, {"project": PROJECT + 1}, {"id": "1"}, {"id": True}])
def test_a_list_that_has_not_understood_is_refused(rig, found) -> None:
    """A task outside of the filter is not touched even when the backend lists it (incidents.md 1, SYN-7438)."""
    row = {"id": 1, "project": PROJECT, "status_label": "stand_by"} | found
    rig.world.override = lambda asked: {"results": [row], "next": None} if asked.path == "/sdk/tasks/" else None
    before = rig.world.state()
    with pytest.raises(Exception, match=r"The backend listed (a )?task") as refusal:
        rig.start()

    assert "selection" == refusal.value.code
    assert before == rig.world.state()


def test_another_collection_is_not_left_to_the_backend(rig) -> None:
    """One that does not know the key would list all tasks of the project; the project says what its tasks show."""
    with pytest.raises(Exception, match=r"No tasks found matching filters: .*show data collection 456, not 457"):
        rig.start(task_filters={"data_collection": COLLECTION + 1})
    assert 3 == rig.start(task_filters={"data_collection": COLLECTION})["success"]
