"""Names are a function of the set of rows: injective, order-free, and kept wherever that is possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.oracle import assign_names, leaf

# Few stems, and those that look like generated names, so that clashes and chains of clashes are the rule.
names = st.builds(
    "{}{}{}".format,
    st.sampled_from(["a", "b", "고양이", "a__1", "a__2", "a__1__2"]),
    st.sampled_from(["", "__1", "__2", "__3"]),
    st.sampled_from([".jpg", ".png", ""]),
)
claims = st.dictionaries(st.integers(1, 8), names, max_size=8)


@given(claims)
def test_no_two_rows_write_one_path(claimed: dict[int, str]) -> None:
    """Every row lands in a file of its own, whatever the names look like."""
    assert len(claimed) == len(set(assign_names(claimed).values()))


@given(claims, st.randoms(use_true_random=False))
def test_names_do_not_depend_on_order(claimed: dict[int, str], random) -> None:
    """Shards, pages and threads may hand the rows over in any order."""
    shuffled = list(claimed.items())
    random.shuffle(shuffled)

    assert assign_names(claimed) == assign_names(dict(shuffled))


@given(claims)
def test_a_name_is_given_up_only_for_a_reason(claimed: dict[int, str]) -> None:
    """A row keeps its name exactly when nobody else claims it and no other row's new name is it."""
    written = assign_names(claimed)
    for row, name in claimed.items():
        others = [claimed[other] for other in claimed if other != row]
        taken = [written[other] for other in claimed if other != row]

        assert (name not in others and name not in taken) == (written[row] == name)


def test_a_generated_name_displaces_the_row_that_has_it_by_birth() -> None:
    """Two rows share a name; a third is called what the first becomes; a fourth what the third becomes."""
    claimed = {1: "a.jpg", 2: "a.jpg", 3: "a__1.jpg", 4: "a__1__3.jpg", 5: "b.jpg"}

    expected = {1: "a__1.jpg", 2: "a__2.jpg", 3: "a__1__3.jpg", 4: "a__1__3__4.jpg", 5: "b.jpg"}

    assert expected == assign_names(claimed)


@pytest.mark.parametrize(
    ("expected", "file_name"),
    [
        ("a.jpg", "a.jpg"),
        ("a.jpg", "folder/a.jpg"),
        ("a.jpg", "..\\..\\a.jpg"),
        ("고양이 1.png", "/사진/고양이 1.png"),
        (None, ""),
        (None, None),
        (None, "folder/.."),
        (None, "."),
    ],
)
def test_a_file_name_is_reduced_to_its_last_segment(expected: str | None, file_name: str | None) -> None:
    """Both separators count, and what names no file is no name."""
    assert expected == leaf(file_name)
