"""Trees are compared to the byte, and a difference is told as one of a row."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.verify.compare import ABSENT, Difference, differences
from contract_tests.verify.outcome import Outcome, read_tree, write_tree

segments = st.sampled_from(["a", "한", "b c", "x.json"])
trees = st.dictionaries(st.builds("labels/{}{}".format, segments, segments), st.binary(max_size=4), max_size=5)


def sheet(*items: object) -> dict[str, bytes]:
    return {"items.json": json.dumps(items, ensure_ascii=False).encode()}


@given(trees, trees)
def test_trees_are_equal_exactly_when_no_difference_is_told(left, right) -> None:
    """Neither a missing, a surplus nor a changed file goes unmentioned; equal digests mean equal trees."""
    unequal = {path for path in left.keys() | right.keys() if left.get(path) != right.get(path)}

    assert unequal == {found.where for found in differences(left, right, {})}
    assert (not unequal) == (Outcome("delegated", "row", left).digest == Outcome("delegated", "row", right).digest)


@given(tree=trees)
def test_a_tree_reads_back_as_it_was_written(tmp_path_factory, tree) -> None:
    """What verify keeps for a person to look at is what it compared."""
    folder = tmp_path_factory.mktemp("tree") / "kept"
    write_tree(tree, folder)

    assert tree == read_tree(folder)


def test_swapped_payloads_show_both_rows_with_both_values() -> None:
    """Two rows that exchange their payloads are two differences, each with its row and both values."""
    left, right = {"labels/a.json": b"1", "labels/b.json": b"2"}, {"labels/a.json": b"2", "labels/b.json": b"1"}

    expected = [Difference("labels/a.json", 7, "1", "2"), Difference("labels/b.json", 8, "2", "1")]

    assert expected == differences(left, right, {"labels/a.json": 7, "labels/b.json": 8})


def test_a_missing_item_of_a_sheet_is_one_difference() -> None:
    """The items after it are not blamed for having moved up."""
    expected = [Difference("items.json, id 2", 2, '{"id":2,"data":"값"}', ABSENT)]

    assert expected == differences(
        sheet({"id": 3}, {"id": 2, "data": "값"}, {"id": 1}), sheet({"id": 3}, {"id": 1}), {}
    )


def test_items_in_another_order_are_a_difference() -> None:
    """Order counts: the same items elsewhere are told by their place."""
    expected = [
        Difference("items.json, item 0", None, "row 2", "row 1"),
        Difference("items.json, item 1", None, "row 1", "row 2"),
    ]

    assert expected == differences(sheet({"id": 2}, {"id": 1}), sheet({"id": 1}, {"id": 2}), {})


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (sheet({"id": 1}), sheet({"id": 1}, {"id": 1})),
        (sheet({"id": 1}), {"items.json": b'[{"id": 1}] '}),
        (sheet({"id": 1}), {"items.json": b"[1]"}),
        (sheet({"id": 1}), {"items.json": b"\xff"}),
        (sheet({"id": 1}), {}),
    ],
)
def test_a_sheet_that_differs_in_no_item_differs_as_a_file(left, right) -> None:
    """Repeated ids, stray bytes, no list, no text, no file: each is told, none is lost."""
    expected = ["items.json"]

    assert expected == [found.where for found in differences(left, right, {})]


def test_long_values_are_shown_where_they_part() -> None:
    """A person sees the difference, not the two thousand characters before it."""
    (found,) = differences({"labels/a": b"x" * 2000 + b"left"}, {"labels/a": b"x" * 2000 + b"right"}, {})

    assert found.expected.endswith("xleft")
    assert found.got.endswith("xright")
    assert len(found.expected) < 110


def test_bytes_that_are_no_text_are_shown_by_size_and_digest() -> None:
    """A picture is not printed on a terminal."""
    (found,) = differences({"origin_files/a": b"\xff\x00"}, {}, {})

    digest = hashlib.sha256(b"\xff\x00").hexdigest()

    assert (f"(2 bytes, sha256 {digest})", ABSENT) == (found.expected, found.got)
