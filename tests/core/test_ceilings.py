"""Places for streams: never more than either ceiling allows, and none is lost."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.ceilings import Ceiling, StreamPlaces


@given(st.integers(0, 5), st.integers(0, 3), st.lists(st.tuples(st.booleans(), st.integers(1, 3)), max_size=40))
def test_a_place_is_given_while_neither_ceiling_is_reached(hub, member, steps) -> None:
    """The member's own ceiling is told first; a place that is given back is free again."""
    places, held = StreamPlaces(hub, member), Counter()
    for comes, who in steps:
        if comes:
            expected = Ceiling.member if held[who] >= member else Ceiling.hub if held.total() >= hub else None
            assert expected == places.take(who)
            held[who] += expected is None
        elif held[who]:
            places.give_back(who)
            held[who] -= 1

    assert f"<StreamPlaces {held.total()} of {hub} taken>" == repr(places)
