"""What the lists of v1 take: the keys of contract.md 3.2 and no others, and nothing that selects by nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.errors import ClientError, FilterError
from sdk.clients.lists import ASSIGNMENTS, GROUND_TRUTH_EVENTS, OPTIONS, TASKS, VERSIONS

SINGULAR = "ground_truth_dataset_version"
LISTS = (TASKS, ASSIGNMENTS, GROUND_TRUTH_EVENTS)
CALLS = {
    "get_tasks": TASKS,
    "count_tasks": TASKS,
    "get_assignments": ASSIGNMENTS,
    "get_assignments_stream": ASSIGNMENTS,
    "count_assignments": ASSIGNMENTS,
    "get_ground_truth_events": GROUND_TRUTH_EVENTS,
    "list_ground_truth_events": GROUND_TRUTH_EVENTS,
}
# contract.md 3.2, "Filter allow-list", word for word
TEXT = (
    "common ids, ids_ex, search; task: project, id, id__in/gt/gte/lt/lte, is_discarded, schema, has_assignment, "
    "has_reached_max_assignments, status_label, status_review, assignments, assignments__is_discarded, labelers, "
    "reviewers, groups, stages, workshops, tags, discarded_filter, created__gt/gte/lt/lte (**not** has_data, "
    "created_after/before); assignment: project, id*, workshop (singular), tasks (plural), users, reviewers, groups, "
    "stages, task_tags, tags, status_label, status_review, is_discarded, is_discard_confirmed, is_confirmed and "
    "`__gt/gte/lt/lte` of created, label_submitted, last_labeled, last_reviewed, labeler_last_action_at, "
    "reviewer_last_action_at; GT: ground_truth, ground_truth_dataset_version(s), category, categories, classes, task."
)
BOUNDS = ("gt", "gte", "lt", "lte")


def spelt_out(line: str) -> set[str]:
    """Return the keys that a clause of the contract abbreviates."""
    plain, _, instants = line.partition(" and `__gt/gte/lt/lte` of ")
    keys = {f"{name}__{bound}" for name in instants.split(", ") if name for bound in BOUNDS}
    for word in re.sub(r" \([^)]*\)", "", plain).split(", "):
        if word.endswith("*"):
            keys |= {"id", "id__in", *(f"id__{bound}" for bound in BOUNDS)}
        elif word.endswith("(s)"):
            keys |= {word.removesuffix("(s)"), word.removesuffix("(s)") + "s"}
        elif "/" in word:
            name, _, suffixes = word.partition("__")
            keys |= {f"{name}__{suffix}" for suffix in suffixes.split("/")}
        else:
            keys.add(word)
    return keys


@pytest.mark.parametrize(("number", "source"), list(enumerate(LISTS, 1)), ids=["task", "assignment", "ground_truth"])
def test_each_list_takes_the_keys_that_the_contract_names(number: int, source) -> None:
    """Server and client write their keys apart; each is held to the contract, so they cannot drift unseen."""
    common, *clauses = (clause.strip() for clause in TEXT.rstrip(".").split("; "))
    expected = spelt_out(clauses[number - 1].split(": ", 1)[1]) | set(common.removeprefix("common ").split(", "))

    assert expected == source.spoken
    assert source.filters == source.spoken - {SINGULAR}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "wrong",
    [
        {"bogus": 1},
        {"has_data": True},
        {"created_after": "2030-01-01"},
        {"_id_gte": 1},
        {"ids": []},
        {"search": (None,)},
        {"ids": set()},
        {"ids": [""]},
        {"search": (" ", None)},
    ],
    ids=str,
)
def test_no_call_sends_what_its_list_would_ignore(v1, call: str, wrong) -> None:
    """The backend answers it with every row (incidents.md 1, SYN-7398): refused at the call, before a request."""
    client, backend = v1(lambda _: {"count": 1, "results": [], "next": None})
    (key,) = wrong

    with pytest.raises(FilterError, match=repr(key)) as refusal:
        getattr(client, call)({"search": "x", **wrong})

    assert [] == backend.asked
    assert isinstance(refusal.value, ClientError)
    assert isinstance(refusal.value, ValueError)


@pytest.mark.parametrize(
    ("source", "key"),
    [
        *((ASSIGNMENTS, key) for key in ("task", "workshops")),
        *((GROUND_TRUTH_EVENTS, key) for key in ("id", "id__in", "pgh_id__lt", "project")),
        *((TASKS, key) for key in ("tasks", "workshop")),
    ],
)
def test_a_key_in_the_wrong_number_or_of_another_list_is_unknown(source, key: str) -> None:
    """incidents.md 1, SYN-7574 and SYN-7544: ignored by the server, and named with the keys that would do."""
    with pytest.raises(FilterError, match=f"'{key}'") as refusal:
        source.checked({key: 1})

    assert all(known in str(refusal.value) for known in source.spoken)


@given(st.sampled_from(LISTS), st.data())
def test_known_keys_and_options_are_sent_as_they_are_given(source, data) -> None:
    """What a caller says is what the list is asked."""
    keys = st.sampled_from(sorted((source.filters | OPTIONS) - {VERSIONS, "id__in"}))  # of which only ids are taken
    values = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.integers(), min_size=1, max_size=3)
    params = data.draw(st.dictionaries(keys, values, max_size=5))

    assert {key: value for key, value in params.items() if value is not None} == source.checked(params)


@given(
    st.lists(st.integers(1, 2**63), min_size=1, max_size=5),
    st.sampled_from([SINGULAR, VERSIONS]),
    st.sampled_from([list, tuple, lambda ids: ",".join(map(str, ids)), lambda ids: [f" {n}\t" for n in ids]]),
)
def test_versions_are_sent_under_the_plural_key_as_a_list_of_ids(ids, key: str, spell) -> None:
    """contract.md 2.2, request 1: the v1 list ignores the singular; a value may be a scalar, a comma list or a list."""
    assert {VERSIONS: list(dict.fromkeys(ids))} == GROUND_TRUTH_EVENTS.checked({key: spell(ids)})
    assert {VERSIONS: ids[:1]} == GROUND_TRUTH_EVENTS.checked({key: ids[0]})


@pytest.mark.parametrize("value", ["v1.0", [1, "b"], True, 1.0, "-1", "1-3", {"id": 1}, "\uff11"])
def test_a_version_that_is_no_id_is_refused(value: object) -> None:
    """Export guide, SYN-7214: the id of a version, not its name."""
    with pytest.raises(FilterError, match=f"'{VERSIONS}' is .*ids are needed"):
        GROUND_TRUTH_EVENTS.checked({VERSIONS: value})


@pytest.mark.parametrize("value", ["", " , ", None])
def test_a_blank_version_is_no_filter(value: object) -> None:
    """Forms send every key they know, also empty (incidents.md 1, SYN-7519)."""
    assert {"task": 1} == GROUND_TRUTH_EVENTS.checked({SINGULAR: value, "task": 1})


def test_both_keys_of_versions_have_to_mean_the_same() -> None:
    """v1 would read one of them and v2 the other."""
    assert {VERSIONS: [1, 2]} == GROUND_TRUTH_EVENTS.checked({SINGULAR: "1,2", VERSIONS: [2, 1]})
    with pytest.raises(FilterError, match=f"'{SINGULAR}' and .2. as '{VERSIONS}'"):
        GROUND_TRUTH_EVENTS.checked({SINGULAR: 1, VERSIONS: [2]})
