"""The habits of the reference client, as functions over the oracle's rows."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.conformance.habits import (
    Naming,
    claimed_stems,
    declared_by_v1,
    declared_by_v2,
    indented,
    own_stems,
    sent_to_v1,
    spaced,
    written,
)
from contract_tests.conformance.rows import ClientRow, client_rows, with_foreign_payloads, without_files
from contract_tests.conformance.targets import TARGETS, VERSION, VERSIONS

NAMES = st.none() | st.sampled_from(["a.jpg", "a.png", "b.jpg", "a__2.jpg", "a__2_2.jpg", "3.jpg", "도로 1.jpg"])
PAYLOADS = st.none() | st.just({}) | st.fixed_dictionaries({"shape": st.integers(0, 9) | st.text(max_size=3)})


@st.composite
def rows(draw: st.DrawFn, *, repeating: bool = False) -> list[ClientRow]:
    """Rows by descending key, some of one name, some without file or payload; repeating, some of one id and file."""
    keys = sorted(draw(st.sets(st.integers(1, 12), max_size=8)), reverse=True)
    ids = {key: draw(st.integers(1, 4)) if repeating else key for key in keys}
    names = {number: draw(NAMES) for number in set(ids.values())}
    return [
        ClientRow(key, number, draw(PAYLOADS), names[number], names[number] and f"bytes of {number}".encode())
        for key, number in ids.items()
    ]


def document(*names: str) -> dict[str, object]:
    """Return a document whose tasks 1, 2, ... have a data unit with one primary file each, after a sidecar."""
    sidecar = {"file_name_original": "meta.json", "is_primary": False, "content": {}}
    return {
        "tenants": [{"code": "acme"}],
        "projects": [{"id": 1, "tenant": "acme"}],
        "data_units": [
            {
                "id": number,
                "files": {
                    "meta": sidecar,
                    "image": {"file_name_original": name, "is_primary": True, "content": number},
                },
            }
            for number, name in enumerate(names, 1)
        ],
        "tasks": [
            {"id": number, "project": 1, "data_unit": number, "data": {"row": number}}
            for number in range(1, len(names) + 1)
        ],
    }


@given(rows())
def test_claimed_stems_never_meet(given_rows: list[ClientRow]) -> None:
    """Under 2.17 every row has a stem of its own, and the collisions are exactly the rows whose stem is not theirs."""
    naming = claimed_stems(given_rows)
    assert len(given_rows) == len(set(naming.stems.values()))
    renamed = [row.id for row in given_rows if naming.stems[row.key] != row.stem]
    assert renamed == [entry["item_id"] for entry in naming.collisions]


@given(rows())
def test_the_first_row_of_a_stem_keeps_it_unless_a_generated_one_came_before(given_rows: list[ClientRow]) -> None:
    """Under 2.17 the highest id of a name keeps it."""
    naming = claimed_stems(given_rows)
    seen: set[str] = set()
    for row in given_rows:
        if row.stem not in seen:
            assert naming.stems[row.key] == row.stem
        seen |= {row.stem, naming.stems[row.key]}


@given(rows(repeating=True))
def test_an_id_keeps_its_stem_and_nobody_says_so(given_rows: list[ClientRow]) -> None:
    """Under 2.17 rows of one id share one stem, rows of two ids never do, and each id is listed once at most."""
    naming = claimed_stems(given_rows)
    by_id = {row.id: naming.stems[row.key] for row in given_rows}
    assert [by_id[row.id] for row in given_rows] == [naming.stems[row.key] for row in given_rows]
    assert len(by_id) == len(set(by_id.values()))
    listed = [entry["item_id"] for entry in naming.collisions]
    assert len(listed) == len(set(listed))


@given(given_rows=rows(repeating=True), client=st.sampled_from([own_stems, claimed_stems]))
def test_of_events_of_one_ground_truth_the_oldest_payload_stays(given_rows, client) -> None:
    """Rows that write one label leave the last of them, the lowest key, under both versions; all count."""
    naming = client(given_rows)
    left = written(given_rows, naming, spaced, originals=False)
    labelled = [row for row in given_rows if row.data is not None]
    lowest = {f"labels/{naming.stems[row.key]}.json": row.key for row in labelled}
    assert lowest == {path: key for path, key in left.owners.items() if path.startswith("labels/")}
    assert len(labelled) == left.exported


def test_a_literal_name_that_looks_generated_makes_the_client_count() -> None:
    """A stem that a literal name has taken gets a counter from 2 on."""
    given_rows = [
        ClientRow(number, number, {}, name, b"") for number, name in ((9, "a__2.jpg"), (5, "a.jpg"), (2, "a.png"))
    ]
    naming = claimed_stems(given_rows)
    assert {9: "a__2", 5: "a", 2: "a__2_2"} == naming.stems
    assert [{"item_id": 2, "original_name": "a.png", "output_stem": "a__2_2"}] == naming.collisions


@given(given_rows=rows(), originals=st.booleans())
def test_own_stems_leave_the_lowest_id_in_each_path(*, given_rows: list[ClientRow], originals: bool) -> None:
    """Under 1.128 the last row written, the lowest id, is what is left in a path; every row counts."""
    left = written(given_rows, own_stems(given_rows), spaced, originals=originals)
    labelled = [row for row in given_rows if row.data is not None]
    assert {f"labels/{row.stem}.json": spaced(row.data) for row in labelled} == {
        path: content for path, content in left.tree.items() if path.startswith("labels/")
    }
    lowest = {f"labels/{row.stem}.json": row.key for row in labelled}
    assert lowest == {path: row for path, row in left.owners.items() if path.startswith("labels/")}
    assert (len(labelled), len(given_rows) - len(labelled)) == (left.exported, left.failed)


@given(given_rows=rows(), originals=st.booleans())
def test_nothing_is_lost_under_claimed_stems(*, given_rows: list[ClientRow], originals: bool) -> None:
    """Under 2.17 there is a label for every payload and, where asked for, an original for every file."""
    left = written(given_rows, claimed_stems(given_rows), spaced, originals=originals)
    labels = [path for path in left.tree if path.startswith("labels/")]
    files = [path for path in left.tree if path.startswith("origin_files/")]
    assert len(labels) == sum(row.data is not None for row in given_rows)
    assert len(files) == (sum(row.original is not None for row in given_rows) if originals else 0)


@given(given_rows=rows(), originals=st.booleans())
def test_the_error_list_names_every_row_that_failed_and_exists_only_then(
    *, given_rows: list[ClientRow], originals: bool
) -> None:
    """The list has a line for each row without payload and, with originals, for each without file."""
    tree = written(given_rows, own_stems(given_rows), indented, originals=originals).tree
    no_label = [[f"{row.stem}.json", "data is Null"] for row in given_rows if row.data is None]
    no_file = [row for row in given_rows if row.original is None] if originals else []
    if not no_label and not no_file:
        assert "error_file_list.json" not in tree
        return
    missing = [["<unknown>", "file information missing (url or file_name_original)"]] * len(no_file)
    assert {"json_file_name": no_label, "origin_file_name": missing} == json.loads(tree["error_file_list.json"])


def test_collisions_are_written_only_when_there_are_any() -> None:
    """A run without a collision leaves no filename_collisions.json."""
    assert {} == written([], Naming({}), spaced, originals=True).tree
    row = ClientRow(1, 1, {}, "a.jpg", b"")
    renamed = Naming({1: "a__1"}, [{"item_id": 1, "original_name": "a.jpg", "output_stem": "a__1"}])
    assert "filename_collisions.json" in written([row], renamed, spaced, originals=False).tree


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_both_forms_of_json_say_the_same(value: object) -> None:
    """Indented and spaced labels differ in blanks alone, and neither escapes what is not ASCII."""
    assert value == json.loads(indented(value)) == json.loads(spaced(value))
    assert "도로".encode() in indented("도로")
    assert "도로".encode() in spaced("도로")


def test_the_forms_of_json_are_those_of_the_client() -> None:
    """1.128 indents by four, 2.17 puts a blank after commas and colons; neither ends in a newline."""
    assert b'{\n    "a": [\n        1\n    ]\n}' == indented({"a": [1]})
    assert b'{"a": [1, 2]}' == spaced({"a": [1, 2]})


def test_rows_come_by_descending_id_with_the_primary_file() -> None:
    """A client row has the bytes of the primary file, even where a sidecar comes first or names repeat."""
    found = client_rows(document("a.jpg", "sub/a.jpg"), {"project": 1})
    assert [
        ClientRow(2, 2, {"row": 2}, "a.jpg", b"2"),
        ClientRow(1, 1, {"row": 1}, "a.jpg", b"1"),
    ] == found


@given(rows())
def test_rows_without_files_go_by_their_ids(given_rows: list[ClientRow]) -> None:
    """With ``files_manifest: null`` no name meets another, and no original is saved."""
    bare = without_files(given_rows)
    tree = written(bare, own_stems(bare), spaced, originals=True).tree
    assert {f"labels/{row.id}.json" for row in given_rows if row.data is not None} == {
        path for path in tree if path != "error_file_list.json"
    }


def test_rows_of_another_tenant_are_not_the_clients() -> None:
    """The client's token is the first tenant's, whatever the filter lets through."""
    given_document = document("a.jpg", "b.jpg")
    given_document["tenants"] = [{"code": "globex"}, {"code": "acme"}]
    assert [] == client_rows(given_document, {"project": 1})


@given(rows(), st.text())
def test_foreign_payloads_come_in_place_of_large_ones_alone(given_rows: list[ClientRow], newest: str) -> None:
    """A payload that lies in its row cannot expire."""
    large = [ClientRow(row.key, row.id, {"note": "x" * 3_000}, row.file_name, row.original) for row in given_rows]
    assert given_rows == with_foreign_payloads(given_rows, newest)
    assert [newest] * len(large) == [row.data for row in with_foreign_payloads(large, newest)]


@pytest.mark.parametrize("key", ["id", "ids", "search", "created__gte", "id__in", "status_label"])
def test_the_v2_list_drops_what_it_does_not_declare(key: str) -> None:
    """Of a filter of tasks that goes to the v2 list, project and is_discarded are left (SYN-7182)."""
    scope = {"project": 1, key: "x", "is_discarded": False}
    assert {"project": 1, "is_discarded": False} == declared_by_v2(scope, TARGETS["task"])


@pytest.mark.parametrize("versions", [31, "31,32", [31, 32]])
def test_the_version_key_is_sent_to_v1_in_the_plural(versions: object) -> None:
    """Both clients rename it on the way to the v1 list and into a job, whatever its value."""
    assert {VERSIONS: versions, "category": "x"} == sent_to_v1({VERSION: versions, "category": "x"})
    assert {VERSIONS: versions} == declared_by_v1({VERSION: versions, "pgh_id__lt": 7}, TARGETS["ground_truth"])


def test_the_v2_list_of_events_takes_one_version_in_the_singular() -> None:
    """Of a list the last counts; the plural means nothing there."""
    assert {VERSION: 32} == declared_by_v2({VERSION: [31, 32]}, TARGETS["ground_truth"])
    assert {} == declared_by_v2({VERSIONS: "31,32"}, TARGETS["ground_truth"])
