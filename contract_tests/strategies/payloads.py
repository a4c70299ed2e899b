"""Payloads and files, as rows of every target have them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from contract_tests.strategies.surroundings import SPECIFICATIONS

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

EXTERNALISED = 2100  # bytes; a world externalises payloads over 2,000 unless told otherwise
FILE_NAMES = (
    "a.jpg",
    "a.png",
    "a__1.jpg",
    "a__2.jpg",
    "b c.jpg",
    "고양이.jpg",
    "CAFÉ.jpg",
    "dir/a.jpg",
    "..\\b c.jpg",
    "README",
    "A.JPG",
)

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | text
)


def json_values(*, max_leaves: int = 6) -> SearchStrategy[Any]:
    """Return small JSON values: scalars, lists and objects, keys in any script.

    Args:
        max_leaves: About how many scalars one value holds at most.
    """
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=max_leaves,
    )


def payloads() -> SearchStrategy[Any]:
    """Return payloads: none, empty, small objects, and objects that are served from object storage."""
    small = st.dictionaries(text, json_values(), min_size=1, max_size=3)
    large = st.builds(
        lambda value, filler: {"값": value, "filler": filler * EXTERNALISED}, json_values(), st.sampled_from("x가")
    )
    return st.one_of(small, large, st.none(), st.just({}), st.just([]))  # the first is the likeliest


def files() -> SearchStrategy[dict[str, Any]]:
    """Return one file of a data unit, as JSON or as bytes."""
    body = st.fixed_dictionaries({"content": json_values(max_leaves=2)}) | st.fixed_dictionaries(
        {"content_base64": st.binary(max_size=12).map(lambda raw: base64.b64encode(raw).decode())}
    )
    head = st.fixed_dictionaries({"file_name_original": st.sampled_from(FILE_NAMES)})
    return st.builds(lambda left, right: {**left, **right}, head, body)


def unit_files() -> SearchStrategy[dict[str, dict[str, Any]]]:
    """Return the files of one data unit in some order: none, one of them primary, or several of which none is."""

    def marked(named: dict[str, dict[str, Any]], place: int) -> dict[str, dict[str, Any]]:
        return {name: {**file, "is_primary": place == number} for number, (name, file) in enumerate(named.items())}

    return st.builds(marked, st.dictionaries(st.sampled_from(SPECIFICATIONS), files(), max_size=3), st.integers(0, 3))


def data_units() -> SearchStrategy[list[dict[str, Any]]]:
    """Return one to six data units of the main tenant, numbered from 1, some of them without files."""
    return st.lists(unit_files(), min_size=1, max_size=6).map(
        lambda drawn: [
            {"id": number, "data_collection": 1, "name": f"unit {number}", "files": files_of_unit}
            for number, files_of_unit in enumerate(drawn, 1)
        ]
    )
