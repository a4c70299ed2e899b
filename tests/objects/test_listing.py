"""Lists: every page of every kind of list, put together, is what a plain reading of the bucket gives."""

from __future__ import annotations

from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.listing import page

# Few letters, so that prefixes, delimiters and keys that begin with one another come up all the time.
NAMES = st.text("ab/한\U0010ffff", min_size=1, max_size=6)
BUCKETS = st.sets(NAMES, max_size=15)
PREFIXES = st.text("ab/한", max_size=3)
DELIMITERS = st.sampled_from(["", "/", "a", "b/"])


def plainly(names, prefix, delimiter):
    """Return keys and common prefixes, by S3's definition alone."""
    keys, prefixes = [], set()
    for name in sorted(names, key=str.encode):
        if name.startswith(prefix):
            head, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else (None, "", None)
            if found:
                prefixes.add(prefix + head + found)
            else:
                keys.append(name)
    return keys, sorted(prefixes, key=str.encode)


@given(names=BUCKETS, prefix=PREFIXES, delimiter=DELIMITERS, limit=st.integers(1, 5))
def test_pages_together_are_the_list(names, prefix, delimiter, limit):
    """None missing, none twice, in order; every page but the last is full, and says that there are more."""
    entries, after, truncated, pages = [], "", True, 0
    while truncated:
        found = page(sorted(names), prefix=prefix, delimiter=delimiter, after=after, limit=limit)
        entries += found.entries
        after, truncated, pages = found.last, found.truncated, pages + 1
        assert not truncated or len(found.entries) == limit

    keys, prefixes = plainly(names, prefix, delimiter)
    assert sorted(keys + prefixes, key=str.encode) == [name for name, _ in entries]
    assert prefixes == [name for name, is_prefix in entries if is_prefix]
    assert max(1, -(-len(entries) // limit)) == pages


@given(names=BUCKETS, prefix=PREFIXES, delimiter=DELIMITERS, size=st.integers(1, 4))
@pytest.mark.parametrize("operation", ["list_objects_v2", "list_objects"])
def test_boto3_pages_through_a_list(clients, make_place, operation, names, prefix, delimiter, size):
    """The stranger that judges is boto3's own paginator, with both versions of the call."""
    place = make_place()
    for name in names:
        place.store.put("media", name, name.encode())
    pages = (
        clients(place)
        .get_paginator(operation)
        .paginate(Bucket="media", Prefix=prefix, Delimiter=delimiter, PaginationConfig={"PageSize": size})
    )
    contents, prefixes = [], []
    for found in pages:
        contents += found.get("Contents", [])
        prefixes += [entry["Prefix"] for entry in found.get("CommonPrefixes", [])]

    assert plainly(names, prefix, delimiter) == ([entry["Key"] for entry in contents], prefixes)
    assert [len(entry["Key"].encode()) for entry in contents] == [entry["Size"] for entry in contents]


def test_an_entry_tells_what_the_object_is(place, boto):
    """Tag, length, date by the world's clock, class."""
    place.store.put("media", "a", b"hello")
    entry = boto.list_objects_v2(Bucket="media")["Contents"][0]

    assert ('"5d41402abc4b2a76b9719d911017c592"', 5, "STANDARD") == (
        entry["ETag"],
        entry["Size"],
        entry["StorageClass"],
    )
    assert place.clock.now().replace(microsecond=250_000) == entry["LastModified"]


def test_keys_that_no_xml_can_hold_come_in_url_encoding(place, boto):
    """boto3 asks for that encoding; control characters and carriage returns survive it."""
    keys = ["\x01", "\r", "a\tb", "a b+c&<>%20", "한글"]
    for key in keys:
        place.store.put("media", key, b"")

    assert sorted(keys) == [entry["Key"] for entry in boto.list_objects_v2(Bucket="media")["Contents"]]


def test_a_carriage_return_survives_without_url_encoding(place):
    """Written bare, an XML reader would make a line feed of it."""
    place.store.put("media", "a\rb", b"")
    url = "http://storage.test/media?list-type=2"
    root = ET.fromstring(place.ask("GET", url, place.signed("GET", url)).body)  # noqa: S314 (our own document)

    assert ["a\rb"] == [element.text for element in root.iter() if element.tag.endswith("}Key")]


def test_of_a_repeated_parameter_the_first_counts(place):
    """One answer, whatever the order in which a dictionary would keep them."""
    for name in ("a", "b", "c"):
        place.store.put("media", name, b"")
    url = "http://storage.test/media?list-type=2&max-keys=1&max-keys=2"

    assert b"<KeyCount>1</KeyCount>" in place.ask("GET", url, place.signed("GET", url)).body


def test_a_list_may_start_after_a_key(place, boto):
    """Any text will do, whether there is such a key or not."""
    for name in ("a", "b", "c"):
        place.store.put("media", name, b"")
    after = boto.list_objects_v2(Bucket="media", StartAfter="a1")

    assert (["b", "c"], "a1") == ([entry["Key"] for entry in after["Contents"]], after["StartAfter"])


def test_an_empty_page_was_asked_for(place, boto):
    """With ``MaxKeys=0`` S3 gives nothing and says that there is no more."""
    place.store.put("media", "a", b"")
    found = boto.list_objects_v2(Bucket="media", MaxKeys=0)

    assert (0, False, False) == (found["KeyCount"], found["IsTruncated"], "Contents" in found)


def test_no_page_has_more_than_a_thousand(place, boto):
    """Asked for more, S3 gives a thousand and says so."""
    for number in range(1001):
        place.store.put("media", f"{number:04}", b"")
    found = boto.list_objects_v2(Bucket="media", MaxKeys=5000)

    assert (1000, 1000, True) == (len(found["Contents"]), found["MaxKeys"], found["IsTruncated"])


def a_token(place, boto):
    """Return a token that is good."""
    for name in ("a", "b"):
        place.store.put("media", name, b"")
    return boto.list_objects_v2(Bucket="media", MaxKeys=1)["NextContinuationToken"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "garbage",
        lambda _: "",
        lambda _: "한글",
        lambda token: token[:-4],
        lambda token: token[4:],
        lambda token: token[:-1] + ("A" if token[-1] != "A" else "Q"),
        lambda token: token.swapcase(),
    ],
)
def test_a_token_that_we_never_gave_is_refused(place, boto, spoil):
    """Recorded from AWS: 400 InvalidArgument, with the argument's name; moto alone answers 500."""
    token = a_token(place, boto)
    with pytest.raises(ClientError) as error:
        boto.list_objects_v2(Bucket="media", ContinuationToken=spoil(token))
    refusal = error.value.response

    assert 400 == refusal["ResponseMetadata"]["HTTPStatusCode"]
    assert {
        "Code": "InvalidArgument",
        "Message": "The continuation token provided is incorrect",
        "ArgumentName": "continuation-token",
    } == refusal["Error"]


def test_a_token_says_nothing_to_a_stranger(place, boto, make_place):
    """It does not show the key, and another world with other keys does not take it."""
    token = a_token(place, boto)
    other = make_place(seed=8)
    url = f"http://storage.test/media?list-type=2&continuation-token={quote(token, safe='')}"

    assert token != "a"
    assert (400, "InvalidArgument") == other.ask("GET", url, other.signed("GET", url)).refusal


@pytest.mark.parametrize(
    ("query", "name", "value"),
    [
        ("max-keys=-1", "max-keys", "-1"),
        ("max-keys=all", "max-keys", "all"),
        ("max-keys=2147483648", "max-keys", "2147483648"),
        ("encoding-type=value", "encoding-type", "value"),
        ("encoding-type=", "encoding-type", ""),
    ],
)
def test_an_argument_out_of_its_range_is_refused(place, query, name, value):
    """InvalidArgument with its name and value; recorded from AWS for the encoding."""
    url = f"http://storage.test/media?list-type=2&{query}"
    reply = place.ask("GET", url, place.signed("GET", url))

    assert (400, "InvalidArgument") == reply.refusal
    assert (name, value) == (reply.error["ArgumentName"], reply.error["ArgumentValue"])


def test_the_owner_is_told_where_it_is_asked_for(place, boto):
    """The first version always tells, the second on request."""
    place.store.put("media", "a", b"")

    assert place.store.owner_id == boto.list_objects(Bucket="media")["Contents"][0]["Owner"]["ID"]
    assert place.store.owner_id == boto.list_objects_v2(Bucket="media", FetchOwner=True)["Contents"][0]["Owner"]["ID"]
    assert "Owner" not in boto.list_objects_v2(Bucket="media")["Contents"][0]


def test_a_list_of_a_bucket_that_is_not_there_is_refused(boto):
    """404 NoSuchBucket."""
    with pytest.raises(ClientError) as error:
        boto.list_objects_v2(Bucket="absent")

    assert "NoSuchBucket" == error.value.response["Error"]["Code"]
