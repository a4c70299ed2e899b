"""Multipart uploads, by boto3."""

from __future__ import annotations

import hashlib
import io

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

MIB = 1024 * 1024
CODES = st.permutations(range(1, 6))


@pytest.fixture
def upload(boto):
    """An upload that has begun: the arguments that all its calls share."""
    begun = boto.create_multipart_upload(Bucket="media", Key="한글/big", ContentType="video/mp4", Metadata={"a": "1"})
    return {"Bucket": "media", "Key": "한글/big", "UploadId": begun["UploadId"]}


def refused(call, **arguments):
    """Return status and error of a call that has to be refused."""
    with pytest.raises(ClientError) as error:
        call(**arguments)
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"], error.value.response["Error"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_boto3_uploads_in_parts_by_itself(clients, place, scheme):
    """Past its threshold boto3 takes the multipart way; the parts come in any order from several threads."""
    body = b"".join(bytes([number]) * MIB for number in range(12))
    config = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    clients(place, scheme).upload_fileobj(io.BytesIO(body), "media", "big", Config=config)
    methods = [method for method, url, _ in place.requests if "uploadId" in url]

    assert body == place.store.get("media", "big")
    assert ["POST", "PUT", "PUT", "PUT"] == sorted(methods)


@given(order=CODES)
@settings(max_examples=10)
def test_parts_are_joined_by_number(clients, make_place, order):
    """Not in the order in which they came; an upload that is complete is over."""
    place = make_place()
    boto = clients(place)
    upload = boto.create_multipart_upload(Bucket="media", Key="k")
    shared = {"Bucket": "media", "Key": "k", "UploadId": upload["UploadId"]}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("moto.s3.models.S3_UPLOAD_PART_MIN_SIZE", 1)  # parts of 5 MiB would take seconds
        tags = {n: boto.upload_part(**shared, PartNumber=n, Body=b"%d" % n)["ETag"] for n in order}
        parts = [{"PartNumber": number, "ETag": tags[number]} for number in sorted(tags)]
        done = boto.complete_multipart_upload(**shared, MultipartUpload={"Parts": parts})

    digests = b"".join(hashlib.md5(b"%d" % number, usedforsecurity=False).digest() for number in sorted(tags))
    assert f'"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-5"' == done["ETag"]
    assert b"12345" == place.store.get("media", "k")
    assert 404 == refused(boto.list_parts, **shared)[0]


def test_a_complete_upload_has_the_headers_that_it_began_with(place, boto, upload):
    """Type and metadata are given at the beginning; the date is that of the end."""
    tag = boto.upload_part(**upload, PartNumber=1, Body=b"1")["ETag"]
    place.clock.advance(60)
    done = boto.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": tag}]})
    got = boto.head_object(Bucket="media", Key="한글/big")

    assert "http://storage.test/media/%ED%95%9C%EA%B8%80/big" == done["Location"]
    assert ("video/mp4", {"a": "1"}) == (got["ContentType"], got["Metadata"])
    assert place.clock.now().replace(microsecond=0) == got["LastModified"]


def test_parts_are_listed_page_by_page(place, boto, upload):
    """By number, with tag, length and date; a part that was sent again counts once."""
    for number in (3, 1, 2, 1):
        boto.upload_part(**upload, PartNumber=number, Body=b"1" * number)
    pages = list(boto.get_paginator("list_parts").paginate(**upload, PaginationConfig={"PageSize": 2}))
    parts = [part for found in pages for part in found.get("Parts", [])]

    assert [(1, 1), (2, 2), (3, 3)] == [(part["PartNumber"], part["Size"]) for part in parts]
    assert [True, False] == [found["IsTruncated"] for found in pages]
    assert {place.clock.now()} == {part["LastModified"] for part in parts}


def test_an_upload_that_is_given_up_leaves_nothing(place, boto, upload):
    """And is unknown from then on."""
    boto.upload_part(**upload, PartNumber=1, Body=b"1")
    boto.abort_multipart_upload(**upload)

    assert [] == place.store.keys("media")
    for call, arguments in [
        (boto.abort_multipart_upload, {}),
        (boto.list_parts, {}),
        (boto.upload_part, {"PartNumber": 1, "Body": b"1"}),
        (boto.complete_multipart_upload, {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": "a"}]}}),
    ]:
        status, error = refused(call, **upload, **arguments)
        assert (404, "NoSuchUpload", upload["UploadId"]) == (status, error["Code"], error["UploadId"])


def test_an_upload_belongs_to_its_key(boto, upload):
    """Its id is worth nothing under another."""
    status, error = refused(boto.upload_part, **{**upload, "Key": "other"}, PartNumber=1, Body=b"1")

    assert (404, "NoSuchUpload") == (status, error["Code"])


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "InvalidRequest"),
        ([{"PartNumber": 1, "ETag": '"0"'}], "InvalidPart"),
        ([{"PartNumber": 9, "ETag": '"0"'}], "InvalidPart"),
        ([{"PartNumber": 2, "ETag": "a"}, {"PartNumber": 1, "ETag": "a"}], "InvalidPartOrder"),
        ([{"PartNumber": 1, "ETag": "a"}, {"PartNumber": 1, "ETag": "a"}], "InvalidPartOrder"),
        ([{"PartNumber": 1}], "MalformedXML"),
    ],
)
def test_a_completion_that_does_not_fit_is_refused(place, boto, upload, parts, code):
    """No part, another part, an unknown one, out of order, twice, without a tag; the upload goes on."""
    boto.upload_part(**upload, PartNumber=1, Body=b"1")
    status, error = refused(boto.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})

    assert (400, code) == (status, error["Code"])
    assert [1] == [part["PartNumber"] for part in boto.list_parts(**upload)["Parts"]]
    assert [] == place.store.keys("media")


def test_only_the_last_part_may_be_small(boto, upload):
    """5 MiB is the least for the others."""
    tags = [boto.upload_part(**upload, PartNumber=number, Body=b"1")["ETag"] for number in (1, 2)]
    parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
    status, error = refused(boto.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})

    assert (400, "EntityTooSmall", "5242880") == (status, error["Code"], error["MinSizeAllowed"])


def test_the_parameters_of_a_part_come_in_any_order(place, boto, upload):
    """``partNumber`` before ``uploadId`` is the same part."""
    url = f"http://storage.test/media/%ED%95%9C%EA%B8%80/big?partNumber=7&uploadId={upload['UploadId']}"

    assert 200 == place.ask("PUT", url, place.signed("PUT", url, b"1"), b"1").status
    assert [7] == [part["PartNumber"] for part in boto.list_parts(**upload)["Parts"]]


@pytest.mark.parametrize("number", [0, 10_001])
def test_a_part_number_out_of_its_range_is_refused(boto, upload, number):
    """Recorded from AWS: between 1 and 10000, inclusive."""
    status, error = refused(boto.upload_part, **upload, PartNumber=number, Body=b"1")

    assert (400, "InvalidArgument") == (status, error["Code"])
    assert "Part number must be an integer between 1 and 10000, inclusive" == error["Message"]


def test_a_part_that_its_digest_does_not_fit_is_not_stored(boto, upload):
    """As with whole objects."""
    status, error = refused(boto.upload_part, **upload, PartNumber=1, Body=b"1", ChecksumCRC32="AAAAAA==")

    assert (400, "BadDigest") == (status, error["Code"])
    assert "Parts" not in boto.list_parts(**upload)


def test_ids_of_uploads_come_from_the_worlds_draws(clients, make_place):
    """Two worlds of one seed give the same ids, so that a run can be repeated."""
    ids = [clients(make_place()).create_multipart_upload(Bucket="media", Key="k")["UploadId"] for _ in range(2)]

    assert ids[0] == ids[1]
