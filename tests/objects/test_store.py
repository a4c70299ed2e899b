"""What a world stores is its own, and costs nothing until it is asked for."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
import weakref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects import StorageRefusal
from fake_backend.objects.errors import InvalidBucketName, KeyTooLong, NoSuchBucket, NoSuchKey

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(objects=st.dictionaries(KEYS, st.binary(max_size=50), max_size=8), prefix=st.text(max_size=2))
def test_a_bucket_is_a_map_from_keys_to_bytes(make_place, objects, prefix):
    """Whatever the keys: each gives its own bytes, and they are listed in the order of their UTF-8 bytes."""
    store = make_place().store
    for key, body in objects.items():
        store.put("media", key, body)

    assert objects == {key: store.get("media", key) for key in store.keys("media")}
    assert {key: len(body) for key, body in objects.items()} == {key: store.size("media", key) for key in objects}
    in_order = sorted((key for key in objects if key.startswith(prefix)), key=str.encode)
    assert in_order == store.keys("media", prefix)


def test_what_is_deleted_is_gone_and_may_be_deleted_again(place):
    """DELETE is idempotent, in S3 as here."""
    place.store.put("media", "a", b"1")
    place.store.delete("media", "a")
    place.store.delete("media", "a")

    assert [] == place.store.keys("media")
    with pytest.raises(NoSuchKey):
        place.store.get("media", "a")


@pytest.mark.parametrize("ask", ["get", "size", "delete", "keys", "put"])
def test_a_bucket_that_is_not_there_is_refused_by_name(place, ask):
    """Every way of asking says which bucket it misses."""
    arguments = {"keys": [], "put": ["key", b""]}.get(ask, ["key"])
    with pytest.raises(NoSuchBucket) as refusal:
        getattr(place.store, ask)("absent", *arguments)

    assert (404, "absent") == (refusal.value.status, refusal.value.received)


def test_making_a_bucket_again_leaves_it_as_it_is(place):
    """Whoever needs a bucket may make it, without asking whether somebody has."""
    place.store.put("media", "a", b"1")
    place.store.create_bucket("media")

    assert b"1" == place.store.get("media", "a")


@pytest.mark.parametrize("name", ["", "ab", "Media", "me/dia", "-media", "media-", "한글", "m" * 64])
def test_a_name_that_no_bucket_can_have_is_refused(place, name):
    """S3's rules for names hold here too, so that a seed that works here works there."""
    with pytest.raises(InvalidBucketName):
        place.store.create_bucket(name)


def test_a_key_is_measured_in_bytes(place):
    """1,024 bytes of UTF-8 is the most: 341 Korean syllables fit, 342 do not."""
    place.store.put("media", "한" * 341, b"")
    with pytest.raises(KeyTooLong):
        place.store.put("media", "한" * 342, b"")


def test_clearing_forgets_buckets_and_keeps_credentials(place):
    """A world that is reset has no objects; a client that was told the keys need not be told again."""
    before = place.store.credentials
    place.store.put("media", "a", b"1")
    watched = weakref.ref(place.store.find("media", "a"))
    place.store.clear()
    gc.collect()

    assert watched() is None
    assert before == place.store.credentials
    with pytest.raises(NoSuchBucket):
        place.store.keys("media")
    place.store.create_bucket("media")
    assert [] == place.store.keys("media")


def test_credentials_come_from_the_generator_and_hide_their_secret(make_place):
    """One seed, one pair of keys; and the secret is in no ``repr``."""
    one, same, other = (make_place(seed=seed).store.credentials for seed in (1, 1, 2))

    assert one == same
    assert one.access_key != other.access_key
    assert (20, 40) == (len(one.access_key), len(one.secret_key))
    assert one.secret_key not in repr(one)


def test_equal_names_in_two_worlds_never_meet(make_place):
    """Neither reading, nor deleting, nor listing, nor forgetting crosses over."""
    one, other = make_place(), make_place()
    one.store.put("media", "a", b"one")
    other.store.put("media", "a", b"other")
    only_mine = make_place()
    only_mine.store.create_bucket("mine")
    only_mine.store.put("mine", "a", b"mine")

    assert (b"one", b"other") == (one.store.get("media", "a"), other.store.get("media", "a"))
    with pytest.raises(NoSuchBucket):
        one.store.get("mine", "a")
    one.store.delete("media", "a")
    assert ["a"] == other.store.keys("media")
    one.store.clear()
    assert b"other" == other.store.get("media", "a")


def test_equal_names_in_two_worlds_never_meet_from_two_threads(make_place):
    """Two worlds fill, read and empty a bucket of one name at the same time, and each sees its own bytes alone."""
    start, strays = threading.Barrier(2), []

    def live(mark: bytes) -> None:
        place = make_place()
        start.wait()
        for turn in range(150):
            place.store.create_bucket(f"turn-{turn}")
            place.store.put(f"turn-{turn}", "한글", mark + b"%d" % turn)
            got = place.ask("GET", place.store.presign(f"turn-{turn}", "한글", base_url="http://storage.test")).body
            if got != mark + b"%d" % turn:
                strays.append(got)
            place.store.put("media", "shared", mark)
            strays.extend(body for body in [place.store.get("media", "shared")] if body != mark)
            place.store.delete("media", "shared")
        strays.extend(set(place.store.keys("media")))

    threads = [threading.Thread(target=live, args=(mark,)) for mark in (b"one-", b"other-")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == strays


def test_a_users_own_moto_and_a_world_do_not_meet(make_place):
    """Moto resets everything it has ever made, for every account; a world's objects are none of it."""
    import boto3
    from moto import mock_aws

    place = make_place()
    place.store.put("media", "a", b"the world's")
    with mock_aws():
        theirs = boto3.Session("key", "secret", region_name="ap-northeast-2").client("s3")
        location = {"LocationConstraint": "ap-northeast-2"}
        theirs.create_bucket(Bucket="media", CreateBucketConfiguration=location)
        theirs.put_object(Bucket="media", Key="a", Body=b"the user's")
        place.store.create_bucket("later")
        place.store.put("later", "a", b"later")
        assert b"the user's" == theirs.get_object(Bucket="media", Key="a")["Body"].read()
        assert ["media"] == [bucket["Name"] for bucket in theirs.list_buckets()["Buckets"]]
        theirs.close()

    assert b"the world's" == place.store.get("media", "a")
    assert b"later" == place.store.get("later", "a")


def test_a_worlds_buckets_are_on_nobodys_register(make_place):
    """The register of names that moto has for the process is as it was, even where a user has the same bucket."""
    from moto.s3.models import s3_backends

    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(s3_backends.bucket_accounts, "media", ("aws", "210987654321"))
        before = dict(s3_backends.bucket_accounts)
        place = make_place()
        place.store.put("media", "a", b"1")
        place.store.create_bucket("another")

        assert before == s3_backends.bucket_accounts


def test_a_world_that_is_let_go_of_frees_its_objects(make_place):
    """Moto keeps every object of the process for ever; a run of thousands of worlds must not."""
    place = make_place()
    place.store.put("media", "a", b"1" * 100)
    watched = weakref.ref(place.store.find("media", "a")), weakref.ref(place.store.shelf)
    del place
    gc.collect()

    assert (None, None) == (watched[0](), watched[1]())


def test_an_overwritten_object_is_read_to_its_end(place):
    """Who has begun to read an object gets all of what it was."""
    place.store.put("media", "a", b"old")
    reading = place.store.find("media", "a")
    place.store.put("media", "a", b"new")
    place.store.delete("media", "a")

    assert b"old" == reading.value


def test_nothing_of_the_cloud_is_imported_before_it_is_needed():
    """Importing, making a store and making buckets load no boto3, botocore or moto; the first URL loads no moto."""
    program = """
import random, sys
def loaded():
    return sorted({name.partition(".")[0] for name in sys.modules} & {"boto3", "botocore", "moto"})
from fake_backend.core.clock import VirtualClock
from fake_backend.objects import ObjectStore, application
store = ObjectStore(VirtualClock(), random.Random(1))
store.create_bucket("media")
print(store.keys("media"), loaded())
store.presign("media", "a", base_url="http://storage.test")
print(loaded())
store.put("media", "a", b"1")
print("moto" in loaded())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ["[] []", "['botocore']", "True"] == done.stdout.splitlines()


def test_every_refusal_of_the_storage_is_one_of_the_houses(place):
    """A caller inside the house catches the storage's refusals as it catches all others."""
    from fake_backend.core.errors import Refusal

    with pytest.raises(Refusal) as refusal:
        place.store.get("media", "absent")

    assert isinstance(refusal.value, StorageRefusal)
    assert "The specified key does not exist.; received 'absent'" == str(refusal.value)
