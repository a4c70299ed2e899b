"""What the gate lets through: each method with its own URL, both styles of address, parts, streams, and forms."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest
import requests
from botocore.config import Config
from freezegun import freeze_time

from contract_tests.clauses.refused import keys
from contract_tests.storage.refused_headers import streamed
from contract_tests.storage.sides import KEPT, KEY, Side, fake
from contract_tests.storage.signers import TIMEOUT, form, now, post, signed_headers, url
from fake_backend import VirtualClock

WEEK = 604_800  # seconds; the most that SigV4 takes
LARGE = b"part " * 1_100_000  # more than the 5 MiB that a part other than the last has at least


def stored(side: Side, key: str) -> requests.Response:
    """Return what a presigned GET of a key gives."""
    return requests.get(url(side, key), timeout=TIMEOUT)


def test_each_method_has_urls_of_its_own() -> None:
    """GET, HEAD, PUT and DELETE by presigned URL: 200 with the bytes, 200 without, 200, 204; then it is gone."""
    with fake() as (_, side):
        asked = {method: url(side, KEY, method=method) for method in ("GET", "HEAD", "PUT", "DELETE")}
        read = requests.get(asked["GET"], timeout=TIMEOUT)
        head = requests.head(asked["HEAD"], timeout=TIMEOUT)
        put = requests.put(asked["PUT"], data=b"new", timeout=TIMEOUT)
        renewed = requests.get(asked["GET"], timeout=TIMEOUT)
        gone = requests.delete(asked["DELETE"], timeout=TIMEOUT)

        assert (200, KEPT) == (read.status_code, read.content)
        assert (200, b"", str(len(KEPT))) == (head.status_code, head.content, head.headers["Content-Length"])
        assert (200, b"new", 204) == (put.status_code, renewed.content, gone.status_code)
        assert [] == keys(side)


def test_a_url_may_be_good_for_a_week() -> None:
    """604,800 seconds are taken."""
    with fake() as (_, side):
        assert KEPT == requests.get(url(side, KEY, expires=WEEK), timeout=TIMEOUT).content


def test_dates_are_not_judged_by_a_virtual_clock() -> None:
    """A client cannot know a time that only a test moves: whatever date it signs, it is let through."""
    with fake(clock="virtual") as (backend, side):
        assert isinstance(backend.clock, VirtualClock)
        backend.clock.advance(10 * WEEK)
        target = f"{side.bucket_url}/{KEY}"
        answer = requests.get(target, headers=signed_headers(side, "GET", target), timeout=TIMEOUT)

        assert (200, KEPT) == (answer.status_code, answer.content)


@pytest.mark.parametrize("minutes", [-14, 14])
def test_fifteen_minutes_are_forgiven(minutes: int) -> None:
    """A request by header may be dated up to 15 minutes off, before or after."""
    with fake() as (_, side):
        target = f"{side.bucket_url}/{KEY}"
        headers = signed_headers(side, "GET", target, at=now() + timedelta(minutes=minutes))

        assert KEPT == requests.get(target, headers=headers, timeout=TIMEOUT).content


@pytest.mark.parametrize("clock", ["system", "freezegun"])
def test_a_frozen_process_has_one_time(clock: str) -> None:
    """Under freezegun the clock stands still with its clients: boto3 gets through, who is 16 minutes off does not."""
    with freeze_time("2031-05-06 07:08:09"), fake(clock=clock) as (_, side):
        client = side.client()
        read = client.get_object(Bucket=side.bucket, Key=KEY)["Body"].read()
        client.close()
        target = f"{side.bucket_url}/{KEY}"
        headers = signed_headers(side, "GET", target, at=now() + timedelta(minutes=16))
        answer = requests.get(target, headers=headers, timeout=TIMEOUT)

        assert (KEPT, 403, "Tue, 06 May 2031 07:08:09 GMT") == (read, answer.status_code, answer.headers["Date"])


def test_a_bucket_may_be_a_subdomain() -> None:
    """boto3 told to address buckets by host name reads and presigns below the storage's own name."""
    with fake() as (_, side):
        client = side.client(config=Config(s3={"addressing_style": "virtual"}))
        signed = client.generate_presigned_url("get_object", {"Bucket": side.bucket, "Key": KEY})
        read = client.get_object(Bucket=side.bucket, Key=KEY)["Body"].read()
        client.close()

        assert f"{side.bucket}.{urlsplit(side.endpoint).hostname}" == urlsplit(signed).hostname
        assert (KEPT, KEPT) == (read, requests.get(signed, timeout=TIMEOUT).content)


def test_parts_are_uploaded_by_url() -> None:
    """CreateMultipartUpload and its completion by boto3, each part by a presigned URL of its own."""
    with fake() as (_, side):
        client = side.client()
        target = {"Bucket": side.bucket, "Key": "large"}
        target["UploadId"] = client.create_multipart_upload(**target)["UploadId"]
        etags = {}
        for number, part in ((1, LARGE), (2, b"last")):
            signed = client.generate_presigned_url("upload_part", {**target, "PartNumber": number})
            etags[number] = requests.put(signed, data=part, timeout=TIMEOUT).headers["ETag"]
            other = requests.put(signed.replace("partNumber=", "partNumber=1"), data=part, timeout=TIMEOUT)

            assert 403 == other.status_code  # the number is signed
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in etags.items()]
        client.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})
        client.close()

        assert LARGE + b"last" == stored(side, "large").content


def test_a_stream_of_signed_chunks_is_stored_without_its_frame() -> None:
    """aws-chunked with a signature for each chunk, as older clients send it: what is stored are the bytes alone."""
    with fake() as (_, side):
        assert 200 == streamed(side, altered=False).status_code
        assert b"a" * 8_192 + b"b" * 100 == stored(side, KEY).content


def test_boto3s_own_form_is_taken() -> None:
    """The fields that boto3 makes, posted with the file last: 204, and the object has the file's bytes."""
    with fake() as (_, side):
        client = side.client()
        made = client.generate_presigned_post(
            side.bucket, "up/${filename}", Conditions=[["content-length-range", 1, 10]], ExpiresIn=60
        )
        client.close()
        files = {"file": ("C:\\pictures\\사진.jpg", b"posted")}
        answer = requests.post(made["url"], data=made["fields"], files=files, timeout=TIMEOUT)

        assert (204, b"") == (answer.status_code, answer.content)
        assert b"posted" == stored(side, "up/사진.jpg").content


def test_a_form_keeps_the_variable_where_the_file_has_no_name() -> None:
    """A file that is a plain field leaves ``${filename}`` in the key as it is."""
    with fake() as (_, side):
        answer = post(side, form(side, key="as-field-${filename}"), filename=None)

        assert 204 == answer.status_code
        assert ["a/kept.txt", "as-field-${filename}"] == keys(side)


def test_a_form_is_told_where_its_object_is() -> None:
    """``success_action_status`` 201: a PostResponse with Location, Bucket, Key and ETag; Location is a header too."""
    with fake() as (_, side):
        fields = {"success_action_status": "201"}
        answer = post(side, form(side, conditions=[["eq", "$success_action_status", "201"]], fields=fields))
        told = {child.tag: child.text for child in ET.fromstring(answer.content)}  # noqa: S314 - the fake's own

        assert 201 == answer.status_code
        assert {
            "Location": f"{side.bucket_url}/posted",
            "Bucket": side.bucket,
            "Key": "posted",
            "ETag": answer.headers["ETag"],
        } == told
        assert told["Location"] == answer.headers["Location"]


def test_a_form_is_sent_on() -> None:
    """``success_action_redirect``: 303 to that URL, with bucket, key and entity tag; without a body."""
    with fake() as (_, side):
        target = "http://localhost.test/random"
        condition = ["starts-with", "$success_action_redirect", ""]
        answer = post(side, form(side, conditions=[condition], fields={"success_action_redirect": target}))
        location = answer.headers["Location"]

        assert (303, b"") == (answer.status_code, answer.content)
        assert target == location.partition("?")[0]
        assert {
            "bucket": [side.bucket],
            "key": ["posted"],
            "etag": [stored(side, "posted").headers["ETag"]],
        } == parse_qs(urlsplit(location).query)


def test_a_redirect_that_leads_nowhere_is_none() -> None:
    """A ``success_action_redirect`` that is no URL counts as if it were not there: 204."""
    with fake() as (_, side):
        fields = {"success_action_redirect": "/wrong/redirect/relative"}
        answer = post(side, form(side, conditions=[["starts-with", "$success_action_redirect", ""]], fields=fields))

        assert 204 == answer.status_code


def test_names_of_fields_have_no_case() -> None:
    """Conditions and fields meet whatever their case; metadata of a form comes back as headers."""
    with fake() as (_, side):
        fields = {"x-amz-meta-TEST": "one", "Content-Type": "text/plain"}
        conditions = [["eq", "$x-amz-meta-test", "one"], ["eq", "$content-type", "text/plain"]]
        answer = post(side, form(side, conditions=conditions, fields=fields))
        read = stored(side, "posted")

        assert 204 == answer.status_code
        assert ("one", "text/plain") == (read.headers["x-amz-meta-test"], read.headers["Content-Type"])


def test_text_that_no_header_holds_is_encoded() -> None:
    """Metadata beyond ASCII comes back as an encoded word of RFC 2047."""
    with fake() as (_, side):
        fields = {"x-amz-meta-nonascii": "ÄMÄZÕÑ S3"}
        post(side, form(side, conditions=[["eq", "$x-amz-meta-nonascii", "ÄMÄZÕÑ S3"]], fields=fields))

        encoded = stored(side, "posted").headers["x-amz-meta-nonascii"]
        assert "=?UTF-8?Q?=C3=84M=C3=84Z=C3=95=C3=91_S3?=" == encoded


def test_the_ends_of_a_range_are_in_it() -> None:
    """content-length-range 5 to 10 takes 5 and 10 bytes, also when its ends are text."""
    with fake() as (_, side):
        for ends in ([5, 10], ["5", "10"]):
            for size in (5, 10):
                fields = form(side, conditions=[["content-length-range", *ends]])

                assert 204 == post(side, fields, b"a" * size).status_code
                assert b"a" * size == stored(side, "posted").content
