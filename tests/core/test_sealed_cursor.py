"""Sealed cursors open with their own key alone, to the last bit, and hide what is in them."""

from __future__ import annotations

from base64 import urlsafe_b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.core.cursor import Cursor
from fake_backend.core.errors import InvalidCursor
from fake_backend.core.filter_sets import TASKS_V1
from fake_backend.core.sealed_cursor import BLOCK, TAG, Binding, Seal, SealedTokens
from fake_backend.core.turning import Leaf

SEAL = Seal(bytes(range(32)))
leaves = st.builds(
    Leaf, st.builds(Cursor, st.none() | st.text(max_size=40), reverse=st.booleans()), st.integers(-9, 999)
)


def bound(query=(), *, order="-id", size=5, path="/sdk/tasks/", tenant="acme", seal=SEAL):
    """Return the tokens of one walk."""
    return SealedTokens(seal, Binding(tenant, path, TASKS_V1.select(query).conditions, order, size))


def raw(token):
    """Return the bytes of a token."""
    body = token.partition(".")[2]
    return urlsafe_b64decode(body + "=" * (-len(body) % 4))


@given(leaves)
def test_a_token_reads_back_as_the_page_that_wrote_it_and_is_one(leaf) -> None:
    """One page of one walk has one token, whichever process of the world writes it."""
    token = bound().write(leaf)

    assert leaf == bound().read(token)
    assert token == bound(seal=Seal(bytes(range(32)))).write(leaf)


@given(leaves, st.data())
def test_no_bit_can_be_changed(leaf, data) -> None:
    """Neither in what is sealed nor in how it is spelt; nor does another key open it."""
    token = bound().write(leaf)
    place = data.draw(st.integers(0, len(token) - 1))
    other = token[:place] + chr(ord(token[place]) ^ data.draw(st.sampled_from([1, 2, 4, 8, 16]))) + token[place + 1 :]

    for bad, tokens in ((other, bound()), (token + "=", bound()), (token, bound(seal=Seal(bytes(32))))):
        with pytest.raises(InvalidCursor):
            tokens.read(bad)


@given(leaves, leaves)
def test_neighbours_have_nothing_in_common(left, right) -> None:
    """Equal beginnings of two plain texts are not equal beginnings of two tokens, and lengths come in steps."""
    one, other = (raw(bound().write(leaf)) for leaf in (left, right))

    assert (left == right) == (one[TAG : TAG + 8] == other[TAG : TAG + 8])
    assert 0 == (len(one) - TAG) % BLOCK


SAME = [("ids", "2,1,1"), ("project", "1"), ("is_discarded", "0"), ("no_such_key", "1")]


def test_the_same_filter_spelt_otherwise_is_the_same_walk() -> None:
    """Neither the order of keys nor that of values counts, nor what the list ignores; any value does."""
    token = bound([("project", "1"), ("is_discarded", "false"), ("ids", "1,2")]).write(Leaf())

    assert Leaf() == bound(SAME).read(token)
    for query in (SAME[1:], [*SAME[1:], ("ids", "1,2,3")], [*SAME, ("search", "a")]):
        with pytest.raises(InvalidCursor, match="another filter"):
            bound(query).read(token)
