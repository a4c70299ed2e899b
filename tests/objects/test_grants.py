"""Which access key opens which bucket: holders, what they share, and the world's own keys."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.credentials import Credentials
from fake_backend.objects.grants import Grants

OWN = Credentials("AKIAOWN", "own")
BUCKETS = ("one", "two", "three")
PAIRS = tuple(Credentials(f"AKIA{name}", name) for name in ("a", "b", "c"))


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(PAIRS), st.sampled_from(BUCKETS))))
def test_keys_open_what_their_holders_have_last(steps) -> None:
    """A holder has one bucket and one pair at a time; a pair opens the buckets of all who hold it, and no other."""
    grants, held = Grants(OWN), {}
    for holder, pair, bucket in steps:
        grants.give(holder, pair, bucket)
        held[holder] = (pair, bucket)
    for pair in PAIRS:
        opened = {bucket for other, bucket in held.values() if other == pair}
        grant = grants.find(pair.access_key)
        assert opened == (set() if grant is None else {bucket for bucket in BUCKETS if grant.opens(bucket)})


def test_nobody_takes_the_worlds_own_keys(place) -> None:
    """They open every bucket, whoever else claims them, and survive a reset, which the others do not."""
    store, other = place.store, Credentials.draw(random.Random(3))
    store.grants.give("storage-1", Credentials(store.credentials.access_key, "guessed"), "media")
    store.grants.give("storage-2", other, "media")

    assert store.credentials == store.grants.find(store.credentials.access_key).credentials
    assert store.grants.find(store.credentials.access_key).opens("anything")
    store.clear()
    assert store.grants.find(other.access_key) is None
    assert store.grants.find(store.credentials.access_key) is not None


def test_of_two_secrets_the_later_one_counts() -> None:
    """An access key has one secret: what was told of another one opens nothing."""
    grants = Grants(OWN)
    grants.give("x", Credentials("AKIAa", "first"), "one")
    grants.give("y", Credentials("AKIAa", "second"), "two")
    grant = grants.find("AKIAa")

    assert ("second", False, True) == (grant.credentials.secret_key, grant.opens("one"), grant.opens("two"))


def test_a_bucket_that_is_not_there_is_so_for_everybody(place) -> None:
    """404 NoSuchBucket with keys of another bucket: names of buckets are everybody's."""
    pair = Credentials.draw(random.Random(3))
    place.store.grants.give("storage-1", pair, "other")
    url = place.url("a")
    place.store.credentials = pair
    there, absent = (
        place.ask("GET", place.url("a")),
        place.ask("GET", place.store.presign("nowhere", "a", base_url=url.partition("/media")[0])),
    )

    assert (403, "AccessDenied") == there.refusal
    assert (404, "NoSuchBucket") == absent.refusal
