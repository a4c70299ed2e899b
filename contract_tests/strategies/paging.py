"""Conventions of paging, each as likely as another: what a client of any server of this family must live with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from fake_backend import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hypothesis.strategies import SearchStrategy

PAGING: Mapping[str, SearchStrategy[Any]] = {
    "next_cursor": st.sampled_from(["url", "token"]),
    "cursor_count": st.booleans(),
    "empty_last_page": st.booleans(),
    "empty_every": st.sampled_from([0, 2, 3]),
    "cursor": st.sampled_from(["drf", "sealed"]),
}
"""Setting to what it is drawn from."""


def paging(**fixed: Any) -> SearchStrategy[Settings]:
    """Return settings that differ in how lists are paged.

    Args:
        **fixed: Settings that are not drawn.
    """
    return st.builds(Settings, **{**PAGING, **{name: st.just(value) for name, value in fixed.items()}})
