"""Filters: an unknown key never reaches the backend, a blank one selects nothing away."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sdk.plugins.actions.export import ExportAction, TaskExportTargetHandler
from sdk.plugins.actions.export.errors import UnsupportedFilterError
from sdk.plugins.actions.export.filters import blank_keys, checked_filters, is_blank
from sdk.plugins.actions.export.targets import GROUND_TRUTH, LIST_KEYS, NAME_KEYS, TARGETS, TASK

SINGULAR = "ground_truth_dataset_version"
PLURAL = f"{SINGULAR}s"
targets = st.sampled_from(list(TARGETS.values()))
keys = st.text(st.characters(codec="ascii", categories=["Ll", "Pc"]), min_size=1, max_size=20)


@given(targets, keys, st.data())
def test_an_unknown_key_is_refused_by_name_with_the_keys_that_would_do(target, unknown: str, data) -> None:
    """The backend answers an unknown key with everything (incidents.md 1, SYN-7398)."""
    assume(unknown not in target.filters)
    known = data.draw(st.sampled_from(sorted(target.filters)))

    with pytest.raises(UnsupportedFilterError) as refusal:
        checked_filters(target, {known: 1, unknown: 1})

    assert repr(unknown) in str(refusal.value)
    assert repr(target.name) in str(refusal.value)
    assert all(key in str(refusal.value) for key in target.filters)


@pytest.mark.parametrize(
    ("target", "key"),
    [
        *((name, key) for name in TARGETS for key in ("has_data", "created_after", "created_before")),
        *((name, key) for name in TARGETS for key in ("_id_gte", "page_size", "ordering")),
        *(("task", key) for key in ("task", "tasks", "workshop", "users")),
        *(("assignment", key) for key in ("task", "workshops", "labelers", "schema", "last_labeled")),
        *(("ground_truth", key) for key in ("id", "id__in", "pgh_id__lt", "project", "created__gt", "tags")),
    ],
)
def test_keys_that_the_backend_only_pretends_to_know_are_unknown(target: str, key: str) -> None:
    """contract.md 3.2 names the first three; the others belong to another target, to jobs, to pages (SYN-7574)."""
    with pytest.raises(UnsupportedFilterError, match=f"{target!r}: {key!r};"):
        checked_filters(TARGETS[target], {key: "1"})


@pytest.mark.parametrize("value", ["", "  ", "\t", ",", " , ", None])
def test_a_blank_value_is_no_filter(value: object) -> None:
    """Forms send every key they know, also empty (incidents.md 1, SYN-7519)."""
    given_filter = {"project": 1, "ids": value}

    assert {"project": 1} == checked_filters(TASK, given_filter)
    assert ["ids"] == blank_keys(given_filter)


@given(targets, st.data(), st.text(" \t\n\u3000,", max_size=4))
def test_a_comma_is_blank_only_where_it_separates(target, data, value: str) -> None:
    """``search`` looks for it; a list between whose commas nothing stands asks for nothing."""
    key = data.draw(st.sampled_from(sorted(target.filters)))
    expected = not value.strip() or (key in LIST_KEYS and "".join(value.split(",")).strip() == "")

    assert ({} if expected else {key: value}) == checked_filters(target, {key: value})
    assert ([key] if expected else []) == blank_keys({key: value})


@pytest.mark.parametrize("value", [[], (), set(), frozenset(), [None], (None, None), [""], [" ", None], {"\t"}, [","]])
@pytest.mark.parametrize(
    ("target", "key"),
    [
        *(("task", key) for key in ("ids", "ids_ex", "tags", "project")),
        *(("assignment", key) for key in ("tasks", "users", "workshop")),
        *(("ground_truth", key) for key in (SINGULAR, PLURAL, "classes", "ground_truth")),
    ],
)
def test_a_list_of_nothing_is_refused(target: str, key: str, value: object) -> None:
    """A computed selection that came out empty must not widen to everything (incidents.md 1, SYN-7438)."""
    with pytest.raises(UnsupportedFilterError, match=f"'{key}' is .*a list of nothing; leave the key out to select"):
        checked_filters(TARGETS[target], {key: value})


@given(st.lists(st.integers(1, 9), min_size=1, unique=True), st.sampled_from([SINGULAR, PLURAL]), st.booleans())
def test_versions_go_under_the_plural_key_as_a_list_of_ids(ids, key: str, text) -> None:
    """contract.md 2.2: what both heads send, and what the gate reads the scope from."""
    value = ", ".join(map(str, ids)) if text else set(ids)

    assert {PLURAL: ids if text else sorted(ids)} == checked_filters(GROUND_TRUTH, {key: value, "category": " "})


@pytest.mark.parametrize(
    ("sentence", "filters"),
    [
        (f"export filter '{PLURAL}' is 'v1.0'; ids are needed", {PLURAL: "v1.0"}),
        (f"export filter '{SINGULAR}' is 1.5; ids are needed", {SINGULAR: 1.5}),
        ("both mean the same selection, so one of them is needed", {SINGULAR: 1, PLURAL: 2}),
    ],
)
def test_versions_that_are_no_ids_or_disagree_are_refused(sentence: str, filters) -> None:
    """Export guide, SYN-7214: ids of versions, not their names; v1 and v2 read different keys."""
    with pytest.raises(UnsupportedFilterError, match=re.escape(sentence)):
        checked_filters(GROUND_TRUTH, filters)


@pytest.mark.parametrize("key", sorted(NAME_KEYS))
def test_a_name_with_a_comma_cannot_be_told_in_a_list_of_names(key: str) -> None:
    """The backend would read it as two; a comma list that is given as text means what it says."""
    with pytest.raises(UnsupportedFilterError, match=f"'{key}' holds 'cat, small'; the backend takes a comma list"):
        checked_filters(GROUND_TRUTH, {key: ["dog", "cat, small"]})

    assert {key: "dog,cat"} == checked_filters(GROUND_TRUTH, {key: "dog,cat"})
    assert {"category": "cat, small"} == checked_filters(GROUND_TRUTH, {"category": "cat, small"})


@given(
    st.sampled_from([float("nan"), float("inf"), float("-inf")])
    | st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2).map(lambda half: f"a{half}"),
    st.booleans(),
)
def test_what_neither_a_query_nor_json_carries_is_refused_with_key_and_value(value: object, listed) -> None:
    """Halves of characters and numbers that are none; the sentence itself can be logged."""
    with pytest.raises(UnsupportedFilterError) as refusal:
        checked_filters(TASK, {"search": [value] if listed else value})

    assert f"'search' is {value!r}" in str(refusal.value)
    assert str(refusal.value).encode()


@given(st.integers() | st.booleans() | st.text("0ab", min_size=1) | st.lists(st.integers(), min_size=1))
def test_a_value_that_says_something_is_kept_as_it_is(value: object) -> None:
    """Zero and false are values."""
    assert not is_blank("ids", value)
    assert {"ids": value} == checked_filters(TASK, {"ids": value})


@pytest.mark.parametrize("value", ["1-3", "7, 1-3", ["1-3"], [1, "x"], True, 1.5])
@pytest.mark.parametrize("target", ["task", "assignment"])
def test_a_range_is_for_ids_and_not_for_a_list_of_ids(target: str, value: object) -> None:
    """contract.md 3.2: ``ids`` and ``ids_ex`` take ranges; the backend refuses one in ``id__in``."""
    with pytest.raises(UnsupportedFilterError, match=r"'id__in' holds .*; it takes ids, and a range such as 1-3 is"):
        checked_filters(TARGETS[target], {"id__in": value})


@pytest.mark.parametrize("value", [7, "7", " 7 ,\t8,", [7, "8"], {7}, "7.0", [7.0], ["7", ""]])
def test_a_list_of_ids_is_kept(value: object) -> None:
    """In every spelling that the backend takes."""
    expected = sorted(value) if isinstance(value, set) else value

    assert {"id__in": expected} == checked_filters(TASK, {"id__in": value})


def test_dates_and_sets_become_what_a_query_and_json_both_carry() -> None:
    """Both heads send the same filter, one as a query and one as JSON."""
    instant = datetime(2026, 1, 15, 9, tzinfo=UTC)
    expected = {"created__gte": "2026-01-15T09:00:00+00:00", "created__lt": "2026-02-01", "ids": [1, 2], "tags": [3]}
    filters = {"created__gte": instant, "created__lt": date(2026, 2, 1), "ids": {2, 1}, "tags": (3, None)}

    assert expected == checked_filters(TASK, filters)


@pytest.mark.parametrize("value", [{"gte": 1}, [[1]], object()])
def test_a_value_that_no_query_carries_is_refused_by_key_and_kind(value: object) -> None:
    """A filter that cannot be sent must not be dropped."""
    with pytest.raises(UnsupportedFilterError, match="filter 'id' is of type"):
        checked_filters(TASK, {"id": value})


def test_a_filter_that_is_too_long_is_refused_before_it_is_sent() -> None:
    """contract.md 3.2: 10,000 bytes; both heads have the same limit, since either may have to list the scope."""
    with pytest.raises(UnsupportedFilterError, match=r"mostly by 'ids'; up to 9600 bytes"):
        checked_filters(TASK, {"project": 1, "ids": list(range(10_000, 12_000))})


@pytest.mark.parametrize(
    "refused",
    [{"bogus": 1}, {"ids": []}, {"search": "\ud800"}, {"id__gt": float("nan")}],
    ids=lambda one: next(iter(one)),
)
@pytest.mark.parametrize("disabled", [True, False])
@pytest.mark.parametrize("target", TARGETS)
def test_a_refused_filter_costs_no_request(rig, target, disabled, refused) -> None:
    """Not even the count probe, and no log line, carries the key (contract.md 3.2, last line)."""
    rig.requests()
    key = "ground_truth_dataset_versions" if target == "ground_truth" else "project"
    if "id__gt" in refused and target == "ground_truth":
        refused = {"task": float("nan")}
    params = rig.params(target=target, filter={key: 1} | refused, disable_async_delegate=disabled)

    with pytest.raises(UnsupportedFilterError, match=repr(next(iter(refused)))):
        ExportAction.dispatch(params, rig.context())

    assert [] == rig.requests()
    assert [] == rig.logger.entries


def test_the_handler_is_where_a_filter_is_checked() -> None:
    """Export guide, target handlers: ``validate_filter`` answers with the filter as it is used."""
    assert {"project": 1} == TaskExportTargetHandler().validate_filter({"project": 1, "search": " "}, None)
