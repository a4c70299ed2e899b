"""Draws: what is equal in two worlds of one seed, and what no life of a world gives twice."""

from __future__ import annotations

import uuid

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.ids import Draws

seeds = st.integers(0, 2**64)
names = st.text(min_size=1, max_size=20)


@given(seeds, names, st.integers(0, 5))
def test_equal_worlds_draw_equally_and_each_stream_for_itself(seed, name, life) -> None:
    """A stream depends on seed, life and name alone, not on what else was drawn before."""
    one, other = Draws(seed, life), Draws(seed, life)
    other.stream(f"{name}?").random()

    assert one.uuid(name) == other.uuid(name)
    assert 4 == uuid.UUID(one.uuid(name)).version


@given(seeds, names)
def test_a_life_draws_nothing_that_another_drew(seed, name) -> None:
    """What was handed out is never handed out again; what must still be good is the same in every life."""
    lives = [Draws(seed, life) for life in range(4)]

    assert 8 == len({draws.uuid(name) for draws in lives for _ in range(2)})
    assert 1 == len({draws.token(name) for draws in lives})
    assert 1 == len({draws.lasting(name).random() for draws in lives})
