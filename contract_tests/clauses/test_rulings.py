"""Where no source speaks: our rulings, each by itself, so that whoever learns better knows what to change."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.walking import get_page
from fake_backend import FakeBackend

TENANT = strategies.MAIN_TENANT
NAMES = st.text(st.sampled_from("aB%_é É고양.-"), min_size=1, max_size=6).map(lambda name: f"n{name}n")
STATUSES = ["stand_by", "in_progress", "completed", "skipped"]
WANTED = st.text(st.sampled_from("aAbB%_éÉ고양.-n"), min_size=1, max_size=3)


def tasks(*rows: dict[str, Any]) -> dict[str, Any]:
    """Return a seed document of these tasks of the main project; other fields are the same for all."""
    same = {"project": strategies.MAIN_PROJECT, "created": strategies.INSTANTS[0]}
    return {**strategies.SURROUNDINGS, "tasks": [{**same, **row} for row in rows]}


def listed(backend: FakeBackend, **query: Any) -> list[int]:
    """Return the ids of a v1 list's first page, by descending id."""
    asked = {"project": strategies.MAIN_PROJECT, "pagination": "cursor", "ordering": "-id", "page_size": 1000, **query}
    return get_page(f"{backend.url}/sdk/tasks/", backend.tokens[TENANT].headers, asked).ids


@settings(max_examples=30)
@given(
    st.sets(strategies.IDS),
    st.sets(strategies.IDS, min_size=1),
    st.tuples(strategies.IDS, strategies.IDS),
)
def test_ids_and_ids_ex_are_lists_of_ids_and_ranges(present: set[int], named: set[int], ends: tuple[int, int]) -> None:
    """``ids`` keeps, ``ids_ex`` drops: single ids, and ranges with both ends, in one comma list."""
    low, high = sorted(ends)
    text = ",".join([*map(str, named), f"{low}-{high}"])
    chosen = {number for number in present if number in named or low <= number <= high}
    with FakeBackend(seed=tasks(*({"id": number} for number in present))) as backend:
        assert sorted(chosen, reverse=True) == listed(backend, ids=text)
        assert sorted(present - chosen, reverse=True) == listed(backend, ids_ex=text)


@settings(max_examples=30)
@given(st.lists(st.lists(NAMES, max_size=2), min_size=1, max_size=4), WANTED)
def test_search_looks_into_every_file_name_whatever_the_case(units: list[list[str]], wanted: str) -> None:
    """A substring of any original name of the row's data unit, no part of it a wildcard; a blank one is no filter."""
    document = tasks(*({"id": number, "data_unit": number} for number in range(1, len(units) + 1)))
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
    found = {number for number, names in enumerate(units, 1) if any(wanted.lower() in name.lower() for name in names)}
    with FakeBackend(seed=document) as backend:
        assert sorted(found, reverse=True) == listed(backend, search=wanted)
        assert list(range(len(units), 0, -1)) == listed(backend, search=" ")


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


def bundle(backend: FakeBackend, **changes: Any) -> tuple[list[str], list[int]]:
    """Return the lines of an export job's bundle, part after part, and the records that each part declares."""
    headers = backend.tokens[TENANT].headers
    body = {
        "storage_id": strategies.STORAGE,
        "path": "exports/a",
        "targets": ["task"],
        "project_id": strategies.MAIN_PROJECT,
        **changes,
    }
    queued = requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=headers, timeout=30).json()["data"]
    job = f"{backend.url}/v2/async_jobs/{queued['job_id']}/"
    requests.get(f"{job}progress/", headers=headers, timeout=30)  # its end is the job's
    manifest = requests.get(job, headers=headers, timeout=30).json()["data"]["data"]["manifest"]
    folder = Path(str(backend.storage_root(strategies.STORAGE)), manifest["prefix"])
    parts = manifest["targets"]["task"]["parts"]
    lines = [line for part in parts for line in (folder / part["path"]).read_text("utf-8").split("\n") if line]
    return lines, [part["records"] for part in parts]


@settings(max_examples=20)
@given(st.sets(strategies.IDS), st.integers(1, 4))
def test_a_job_scans_by_descending_id(present: set[int], chunk: int) -> None:
    """The lines of a bundle, part after part, come in the order in which the in-process head sees the rows."""
    with FakeBackend(seed=tasks(*({"id": number, "data": {}} for number in present))) as backend:
        lines, records = bundle(backend, chunk_size=chunk)

        assert sorted(present, reverse=True) == [json.loads(line)["id"] for line in lines]
        assert records == [min(chunk, len(present) - done) for done in range(0, len(present), chunk)]


@settings(max_examples=20)
@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False)),
        min_size=1,
    )
)
def test_a_line_says_what_its_payload_must_be(payloads: list[dict[str, Any]]) -> None:
    """``size`` and ``data_digest`` are those of the payload's JSON text, in UTF-8, as it stands in the line."""
    rows = ({"id": number, "data": data} for number, data in enumerate(payloads, 1))
    with FakeBackend(seed=tasks(*rows)) as backend:
        for line in bundle(backend)[0]:
            row = json.loads(line)
            start = line.index('"data": ') + len('"data": ')
            text = line[start : json.JSONDecoder().raw_decode(line, start)[1]].encode()

            assert payloads[row["id"] - 1] == row["data"]
            assert (len(text), hashlib.sha256(text).hexdigest()) == (row["size"], row["data_digest"])


@settings(max_examples=20)
@given(st.lists(st.sampled_from(STATUSES), min_size=1, max_size=8), st.lists(st.sampled_from(STATUSES), min_size=1))
def test_a_status_filter_takes_several(held: list[str], asked: list[str]) -> None:
    """``status_label`` is a comma list, of which a row has any."""
    with FakeBackend(
        seed=tasks(*({"id": number, "status_label": status} for number, status in enumerate(held, 1)))
    ) as backend:
        expected = [number for number, status in enumerate(held, 1) if status in asked]

        assert expected[::-1] == listed(backend, status_label=", ".join(asked))
