"""The tree that the oracle expects, worked out by hand for one document with every kind of row."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.oracle import expected_artefacts, expected_items, rows_by_path, saves_nothing

# 0x89 0x50: no valid UTF-8, so bytes that pass through text anywhere would not survive.
DOCUMENT = {
    "projects": [{"id": 1, "tenant": "acme"}],
    "data_units": [
        {
            "id": 1,
            "files": {
                "meta": {"file_name_original": "meta.json", "content": {"장면": 1}},
                "image": {"file_name_original": "dir/고양이.jpg", "is_primary": True, "content_base64": "iVA="},
            },
        },
        {
            "id": 2,
            "files": {"image": {"file_name_original": "고양이.png", "is_primary": False, "content_base64": "AA=="}},
        },
        {"id": 3, "files": {}},
        {
            "id": 4,
            "files": {"image": {"file_name_original": "고양이.jpg", "is_primary": True, "content_base64": "AQ=="}},
        },
    ],
    "tasks": [
        {"id": 1, "project": 1, "data_unit": 1, "data": {"b": 1, "a": "값"}},
        {"id": 2, "project": 1, "data_unit": 2, "data": []},
        {"id": 3, "project": 1, "data_unit": 3, "data": {"x": 1.5}},
        {"id": 4, "project": 1, "data_unit": 4, "data": None},
        {"id": 5, "project": 1, "data_unit": None, "data": ""},
    ],
}


def test_a_row_export_has_a_label_a_row_and_the_chosen_original() -> None:
    """Labels clash by stem, originals by full name; a null payload claims no label but keeps its original."""
    expected = {
        "labels/고양이__1.json": '{"b":1,"a":"값"}'.encode(),
        "labels/고양이__2.json": b"[]",
        "labels/3.json": b'{"x":1.5}',
        "labels/5.json": b'""',
        "origin_files/고양이__1.jpg": b"\x89P",
        "origin_files/고양이__4.jpg": b"\x01",
        "origin_files/고양이.png": b"\x00",
        "error_file_list.json": (
            '{"json_file_name":[["고양이.json","data is Null"]],'
            '"original_file_name":[["5","file information missing"],["3","file information missing"]]}'
        ).encode(),
    }

    assert expected == expected_artefacts(DOCUMENT, {}, exporter="row")


def test_a_sheet_holds_every_item_in_order_without_urls() -> None:
    """Descending id, null payloads included, and only the two fields of a file that do not vary by head."""
    items = [
        {"id": 5, "data": "", "files": {}},
        {"id": 4, "data": None, "files": {"file_name_original": "고양이.jpg", "is_primary": True}},
        {"id": 3, "data": {"x": 1.5}, "files": {}},
        {"id": 2, "data": [], "files": {"file_name_original": "고양이.png", "is_primary": False}},
        {"id": 1, "data": {"b": 1, "a": "값"}, "files": {"file_name_original": "dir/고양이.jpg", "is_primary": True}},
    ]

    assert items == expected_items(DOCUMENT, {})
    assert {"items.json": json.dumps(items, ensure_ascii=False, separators=(",", ":")).encode()} == expected_artefacts(
        DOCUMENT, {}, exporter="sheet", originals=False
    )


def test_without_errors_there_is_no_error_list() -> None:
    """The list is a sign that something is missing; an export without fault has none."""
    tree = expected_artefacts(DOCUMENT, {"ids": "1,2"}, exporter="row")

    assert {
        "labels/고양이__1.json",
        "labels/고양이__2.json",
        "origin_files/고양이.jpg",
        "origin_files/고양이.png",
    } == set(tree)


def test_the_first_file_stands_in_when_none_is_primary() -> None:
    """contract.md 2.5: the first entry with a truthy ``is_primary``, else the first entry."""
    unit = {
        "id": 1,
        "files": {"b": {"file_name_original": "b.json", "content": [1, "é"]}, "a": {"file_name_original": "a"}},
    }
    document = {**DOCUMENT, "data_units": [unit], "tasks": [DOCUMENT["tasks"][0]]}

    assert '[1,"é"]'.encode() == expected_artefacts(document, {}, exporter="row")["origin_files/b.json"]


def test_a_path_leads_back_to_its_row() -> None:
    """A difference in a file can be shown as a difference in a row."""
    expected = {
        "labels/고양이__1.json": 1,
        "labels/고양이__2.json": 2,
        "labels/3.json": 3,
        "labels/5.json": 5,
        "origin_files/고양이__1.jpg": 1,
        "origin_files/고양이.png": 2,
        "origin_files/고양이__4.jpg": 4,
    }

    assert expected == rows_by_path(DOCUMENT, {})


@given(st.permutations(DOCUMENT["tasks"]), st.sampled_from(["row", "sheet"]))
def test_the_tree_does_not_depend_on_the_order_of_the_document(tasks, exporter) -> None:
    """A seed document is a set of rows; how it lists them must not show."""
    expected = expected_artefacts(DOCUMENT, {}, exporter=exporter)

    assert expected == expected_artefacts({**DOCUMENT, "tasks": tasks}, {}, exporter=exporter)


@pytest.mark.parametrize("exporter", ["row", "sheet"])
def test_an_empty_scope_writes_nothing_but_the_sheet(exporter) -> None:
    """No row, no label, no original, no error; a sheet of nothing is still a sheet."""
    expected = {"row": {}, "sheet": {"items.json": b"[]"}}[exporter]

    assert expected == expected_artefacts(DOCUMENT, {"project": 99}, exporter=exporter)


@pytest.mark.parametrize(
    ("ids", "exporter", "expected"),
    [("4", "row", True), ("4,5", "row", False), ("4", "sheet", False), ("99", "row", False)],
)
def test_an_export_that_saves_none_of_its_rows_is_an_error(ids: str, exporter, *, expected: bool) -> None:
    """contract.md 2.5: only where there are rows, and each of them failed; an empty export is fine."""
    assert expected == saves_nothing(DOCUMENT, {"ids": ids}, exporter=exporter)
