"""Where no source speaks: our rulings, each by itself, so that whoever learns better knows what to change."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.exports import Asked, run
from contract_tests.clauses.jobs import bundle
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import get_page
from contract_tests.clauses.wide import MOMENTS, WIDE, scope_with
from contract_tests.oracle import expected_rows
from contract_tests.verify.outcome import HEADS, TARGETS, Target
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Iterable

    from hypothesis.strategies import DataObject

TENANT = strategies.MAIN_TENANT
NAMES = st.text(st.sampled_from("aB%_é É고양.-"), min_size=1, max_size=6).map(lambda name: f"n{name}n")
STATUSES = ["stand_by", "in_progress", "completed", "skipped"]
WANTED = st.text(st.sampled_from("aAbB%_éÉ고양.-n"), min_size=1, max_size=3)
for_each_target = pytest.mark.parametrize("target", TARGETS)


def tasks(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a seed document of these tasks of the main project; other fields are the same for all."""
    same = {"project": strategies.MAIN_PROJECT, "created": strategies.INSTANTS[0]}
    return {**strategies.SURROUNDINGS, "tasks": [{**same, **row} for row in rows]}


def assignments(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a seed document of these assignments of one task; other fields are the same for all."""
    same = {"task": 50, "user": 1, "created": strategies.INSTANTS[0]}
    return {**tasks({"id": 50}), "assignments": [{**same, **row} for row in rows]}


def bare(target: Target, keys: Iterable[int]) -> dict[str, Any]:
    """Return a seed document of rows of one target that have a key and nothing else."""
    return strategies.listed(target, dict.fromkeys(sorted(keys), strategies.INSTANTS[0]))


def listed(backend: FakeBackend, target: Target = "task", **query: Any) -> list[int]:
    """Return the keys of a v1 list's first page in descending order."""
    held = LISTS[target]
    asked = {**held.confines, "pagination": "cursor", "ordering": f"-{held.key}", "page_size": 1000, **query}
    page = get_page(backend.url + held.first, backend.tokens[TENANT].headers, asked)
    return [row[held.key] for row in page.rows]


@for_each_target
@settings(max_examples=7)
@given(
    st.sets(strategies.IDS),
    st.sets(strategies.IDS, min_size=1),
    st.tuples(strategies.IDS, strategies.IDS),
)
def test_ids_and_ids_ex_are_lists_of_ids_and_ranges(
    target: Target, present: set[int], named: set[int], ends: tuple[int, int]
) -> None:
    """``ids`` keeps, ``ids_ex`` drops: single ids, and ranges with both ends, in one comma list; of events pgh_ids."""
    low, high = sorted(ends)
    text = ",".join([*map(str, named), f"{low}-{high}"])
    chosen = {number for number in present if number in named or low <= number <= high}
    with FakeBackend(seed=bare(target, present)) as backend:
        assert sorted(chosen, reverse=True) == listed(backend, target, ids=text)
        assert sorted(present - chosen, reverse=True) == listed(backend, target, ids_ex=text)


def of_units(target: Target, count: int) -> dict[str, Any]:
    """Return a seed document in which row n of a target shows data unit n."""
    numbers = range(1, count + 1)
    document = tasks(*({"id": number, "data_unit": number} for number in numbers))
    if target == "assignment":
        document["assignments"] = [{"id": number, "task": number, "user": 1} for number in numbers]
    if target == "ground_truth":
        document["ground_truth_datasets"] = [{"id": 5, "tenant": TENANT}]
        document["ground_truths"] = [
            {"id": 100 - number, "ground_truth_dataset": 5, "data_unit": number} for number in numbers
        ]
        document["ground_truth_events"] = [{"pgh_id": number, "ground_truth": 100 - number} for number in numbers]
        document["ground_truth_dataset_versions"] = [{"id": 51, "ground_truth_dataset": 5, "events": list(numbers)}]
    return document


@for_each_target
@settings(max_examples=7)
@given(st.lists(st.lists(NAMES, max_size=2), min_size=1, max_size=4), WANTED)
def test_search_looks_into_every_file_name_whatever_the_case(
    target: Target, units: list[list[str]], wanted: str
) -> None:
    """A substring of any original name of the row's data unit, no part of it a wildcard; a blank one is no filter."""
    document = of_units(target, len(units))
    document["data_units"] = [
        {
            "id": number,
            "data_collection": 1,
            "name": "u",
            "files": {
                specification: {"file_name_original": name, "is_primary": False, "content": 0}
                for specification, name in zip(strategies.SPECIFICATIONS, names, strict=False)
            },
        }
        for number, names in enumerate(units, 1)
    ]
    found = {number for number, names in enumerate(units, 1) if any(wanted.upper() in name.upper() for name in names)}
    with FakeBackend(seed=document) as backend:
        assert sorted(found, reverse=True) == listed(backend, target, search=wanted)
        assert list(range(len(units), 0, -1)) == listed(backend, target, search=" ")


def test_several_keys_mean_and() -> None:
    """A row has to pass every filter of the query."""
    document = tasks(
        {"id": 1, "tags": [1]}, {"id": 2, "tags": [1], "is_discarded": True}, {"id": 3, "is_discarded": True}
    )
    with FakeBackend(seed=document) as backend:
        assert [2, 1] == listed(backend, tags="1")
        assert [3, 2] == listed(backend, is_discarded="true")
        assert [2] == listed(backend, tags="1", is_discarded="true")


def test_discarded_rows_are_listed_unless_a_filter_says_otherwise() -> None:
    """Both lists show them, and ``discarded_filter`` tells the three ways of looking."""
    with FakeBackend(seed=tasks({"id": 1}, {"id": 2, "is_discarded": True})) as backend:
        slim = get_page(f"{backend.url}/v2/tasks/", backend.tokens[TENANT].headers, {"sort": "-id"})

        assert [2, 1] == slim.ids
        assert [2, 1] == listed(backend)
        assert [2, 1] == listed(backend, discarded_filter="all")
        assert [2] == listed(backend, discarded_filter="discarded")
        assert [1] == listed(backend, discarded_filter="not_discarded")


def test_discarded_assignments_are_listed_too() -> None:
    """Both lists show them; there is no ``discarded_filter``, and what looks like one changes nothing."""
    rows = ({"id": 1}, {"id": 2, "is_discarded": True, "is_discard_confirmed": True})
    with FakeBackend(seed=assignments(*rows)) as backend:
        slim = get_page(f"{backend.url}/v2/assignments/", backend.tokens[TENANT].headers, {"sort": "-id"})

        assert [2, 1] == slim.ids
        assert [2, 1] == listed(backend, "assignment")
        assert [2, 1] == listed(backend, "assignment", discarded_filter="not_discarded")
        assert [1] == listed(backend, "assignment", is_discarded="false")


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_instant_that_is_null_passes_no_bound(moment: str) -> None:
    """What has not happened is neither before nor after anything."""
    long_ago, far_off = "1970-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    rows = ({"id": 1, moment: strategies.INSTANTS[0]}, {"id": 2, moment: None}, {"id": 3})
    with FakeBackend(seed=assignments(*rows)) as backend:
        assert [3, 2, 1] == listed(backend, "assignment")
        for bound, value in (("gt", long_ago), ("gte", long_ago), ("lt", far_off), ("lte", far_off)):
            assert [1] == listed(backend, "assignment", **{f"{moment}__{bound}": value})


@for_each_target
@settings(max_examples=5)
@given(st.sets(strategies.IDS), st.integers(1, 4))
def test_a_job_scans_by_descending_key(target: Target, present: set[int], chunk: int) -> None:
    """The lines of a bundle, part after part, come in the order in which the in-process head sees the rows."""
    held = LISTS[target]
    with FakeBackend(seed=bare(target, present)) as backend:
        lines, records = bundle(backend, target, held.confines, chunk_size=chunk)

        assert sorted(present, reverse=True) == [json.loads(line)[held.key] for line in lines]
        assert records == [min(chunk, len(present) - done) for done in range(0, len(present), chunk)]


@for_each_target
@settings(max_examples=5)
@given(st.data())
def test_a_line_says_what_its_payload_must_be(target: Target, data: DataObject) -> None:
    """``size`` and ``data_digest`` are those of the payload's JSON text, in UTF-8, as it stands in the line."""
    document = data.draw(strategies.worlds(target), "document")
    resource, key = {
        "task": ("tasks", "id"),
        "assignment": ("assignments", "id"),
        "ground_truth": ("ground_truth_events", "pgh_id"),
    }[target]
    payloads = {row[key]: row.get("data") for row in document[resource]}
    with FakeBackend(seed=document) as backend:
        for line in bundle(backend, target, LISTS[target].confines)[0]:
            row = json.loads(line)
            start = line.index('"data": ') + len('"data": ')
            text = line[start : json.JSONDecoder().raw_decode(line, start)[1]].encode()

            assert payloads[row[key]] == row["data"]
            if row["data"] is not None:
                assert (len(text), hashlib.sha256(text).hexdigest()) == (row["size"], row["data_digest"])


@pytest.mark.parametrize("target", ["task", "assignment"])
@settings(max_examples=7)
@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8), st.lists(st.sampled_from(STATUSES), min_size=1))
def test_a_status_filter_takes_several(target: Target, held: list[str], asked: list[str]) -> None:
    """``status_label`` is a comma list, of which a row has any."""
    rows = [{"id": number, "status_label": status} for number, status in enumerate(held, 1)]
    with FakeBackend(seed=tasks(*rows) if target == "task" else assignments(*rows)) as backend:
        expected = [number for number, status in enumerate(held, 1) if status in asked]

        assert expected[::-1] == listed(backend, target, status_label=", ".join(asked))


NUMBERS: list[tuple[Target, str, object]] = [
    ("task", "id__in", "2.0, 3,99"),
    ("task", "id__lte", 4.0),
    ("task", "ids", [2.0, "3."]),
    ("assignment", "id__in", [2.0, 3]),
    ("assignment", "workshop", "2.00"),
]


@pytest.mark.parametrize(("target", "key", "value"), NUMBERS)
def test_a_whole_number_may_be_spelt_with_a_point(target: Target, key: str, value: object) -> None:
    """``1.0`` is the number 1 wherever a filter takes one, and ``1-3`` is none but in ``ids`` and ``ids_ex``."""
    scope = scope_with(target, key) | {key: value}
    expected = expected_rows(WIDE, scope, target=target)
    assert expected
    with FakeBackend(seed=WIDE) as backend:
        for head in HEADS:
            outcome = run(backend, head, Asked(scope, target, "sheet", originals=False))

            assert ("", len(expected)) == (outcome.error, outcome.rows), head
        with pytest.raises(requests.HTTPError, match="400"):
            listed(backend, target, **{"ground_truth" if target == "ground_truth" else "id__in": "1-3"})
