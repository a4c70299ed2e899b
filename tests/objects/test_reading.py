"""GET and HEAD: whole objects, ranges, conditions, and the headers that go with them."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.errors import InvalidRange
from fake_backend.objects.ranges import asked_for

TEN = b"0123456789"


@pytest.fixture
def ten(place):
    """A place with one object, ``a`` of ten bytes, each its own index."""
    place.store.put("media", "a", TEN, content_type="text/plain")
    return place


# Recorded from AWS on 2026-02-21: LocalStack, test_s3_api.snapshot.json, TestS3ObjectCRUD.test_get_object_range
@pytest.mark.parametrize(
    ("asked", "status", "body", "content_range"),
    [
        ("bytes=0-8", 206, b"012345678", "bytes 0-8/10"),
        ("bytes=1-1", 206, b"1", "bytes 1-1/10"),
        ("bytes=1-0", 200, TEN, None),
        ("bytes=1-", 206, b"123456789", "bytes 1-9/10"),
        ("bytes=-1-", 200, TEN, None),
        ("bytes=-2", 206, b"89", "bytes 8-9/10"),
        ("bytes=-9", 206, b"123456789", "bytes 1-9/10"),
        ("bytes=-15", 206, TEN, "bytes 0-9/10"),
        ("bytes=0-100", 206, TEN, "bytes 0-9/10"),
        ("bytes=0-0", 206, b"0", "bytes 0-0/10"),
        ("bytes=0--1", 200, TEN, None),
        ("bytes=0-1,3-4,7-9", 200, TEN, None),
        ("0-9", 200, TEN, None),
        ("bytes=-", 200, TEN, None),
        ("bytes=-0", 416, None, None),
        ("bytes=10-", 416, None, None),
        ("bytes=100-200", 416, None, None),
    ],
)
def test_a_range_is_read_as_s3_reads_it(ten, asked, status, body, content_range):
    """One range is served, what is no single range is ignored, and what lies outside is refused."""
    reply = ten.ask("GET", ten.url("a"), {"Range": asked})

    assert (status, content_range) == (reply.status, reply.headers.get("content-range"))
    if body is None:
        expected = {"Code": "InvalidRange", "RangeRequested": asked, "ActualObjectSize": "10"}
        assert expected == {name: reply.error[name] for name in expected}
    else:
        assert (body, str(len(body))) == (reply.body, reply.headers["content-length"])


@given(size=st.integers(0, 50), first=st.integers(0, 60), last=st.integers(0, 60))
def test_a_range_of_two_ends_is_the_slice_between_them(size, first, last):
    """Python's own slices are the oracle."""
    body = bytes(range(size))
    expected = body[first : last + 1]
    if first > last:
        assert asked_for(f"bytes={first}-{last}", size) is None
    elif not expected:
        with pytest.raises(InvalidRange):
            asked_for(f"bytes={first}-{last}", size)
    else:
        start, stop = asked_for(f"bytes={first}-{last}", size)
        assert expected == body[start:stop]


@given(size=st.integers(1, 50), suffix=st.integers(1, 60))
def test_a_range_of_one_end_is_the_tail_of_that_length(size, suffix):
    """The last bytes, and all of them where there are fewer."""
    body = bytes(range(size))
    start, stop = asked_for(f"bytes=-{suffix}", size)

    assert body[-suffix:] == body[start:stop]


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_object_comes_with_its_headers(ten, method):
    """HEAD says what GET would, and sends nothing; length, type, tag, date and ranges are always told."""
    reply = ten.ask(method, ten.url("a", method=method))
    expected = {
        "content-length": "10",
        "content-type": "text/plain",
        "etag": '"781e5e245d69b566979b86e28d23f2c7"',
        "last-modified": "Mon, 02 Mar 2026 10:30:15 GMT",
        "accept-ranges": "bytes",
    }

    assert 200 == reply.status
    assert expected == {name: reply.headers[name] for name in expected}
    assert (TEN if method == "GET" else b"") == reply.body


def test_a_range_of_head_is_told_but_not_sent(ten):
    """206 with the length of the range."""
    reply = ten.ask("HEAD", ten.url("a", method="HEAD"), {"Range": "bytes=2-4"})

    assert (206, "3", b"") == (reply.status, reply.headers["content-length"], reply.body)


def test_every_date_is_the_worlds(ten):
    """Not the machine's: ``Date`` is now, ``Last-Modified`` is when the object was written."""
    ten.clock.advance(3600)
    ten.store.put("media", "b", b"later")
    ten.clock.advance(60)
    reply = ten.ask("GET", ten.url("b"))

    assert "Mon, 02 Mar 2026 11:31:15 GMT" == reply.headers["date"]
    assert "Mon, 02 Mar 2026 11:30:15 GMT" == reply.headers["last-modified"]
    assert "Mon, 02 Mar 2026 11:31:15 GMT" == ten.ask("GET", "http://storage.test/").headers["date"]


@pytest.mark.parametrize("size", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_body_leaves_in_pieces(place, size):
    """Whoever cuts an answer can cut it in the middle of an object."""
    place.store.put("media", "big", b"x" * size)
    reply = place.ask("GET", place.url("big"))

    assert (size, str(size)) == (len(reply.body), reply.headers["content-length"])
    assert -(-size // 65_536) == len(reply.chunks)


ETAG = '"781e5e245d69b566979b86e28d23f2c7"'
WRITTEN, EARLIER, LATER = (f"Mon, 02 Mar 2026 10:30:{second} GMT" for second in (15, 14, 16))


@pytest.mark.parametrize(
    ("conditions", "status"),
    [
        ({"If-Match": ETAG}, 200),
        ({"If-Match": ETAG.strip('"')}, 200),
        ({"If-Match": "*"}, 200),
        ({"If-Match": f'"other", {ETAG}'}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-None-Match": ETAG}, 304),
        ({"If-None-Match": "*"}, 304),
        ({"If-Modified-Since": EARLIER}, 200),
        ({"If-Modified-Since": WRITTEN}, 304),
        ({"If-Modified-Since": LATER}, 304),
        ({"If-Modified-Since": "yesterday"}, 200),
        ({"If-Unmodified-Since": EARLIER}, 412),
        ({"If-Unmodified-Since": WRITTEN}, 200),
        ({"If-Match": ETAG, "If-Unmodified-Since": EARLIER}, 200),
        ({"If-None-Match": '"other"', "If-Modified-Since": LATER}, 200),
    ],
)
def test_a_condition_on_the_state_of_an_object_is_kept(ten, conditions, status):
    """RFC 9110 13.2.2: tags outweigh dates, and dates count in seconds."""
    reply = ten.ask("GET", ten.url("a"), conditions)

    assert status == reply.status
    assert (TEN if status == 200 else b"") == (reply.body if status != 412 else b"")
    if status == 412:
        assert next(iter(conditions)) == reply.error["Condition"]


def test_a_url_may_say_how_its_object_is_to_be_shown(ten, boto):
    """The six overrides of S3, signed along with the rest."""
    params = {"ResponseContentType": "text/html", "ResponseContentDisposition": 'attachment; filename="a.html"'}
    with patch("botocore.auth.get_current_datetime", return_value=ten.clock.now()):
        url = boto.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a", **params})
    reply = ten.ask("GET", url)

    assert 'attachment; filename="a.html"' == reply.headers["content-disposition"]
    assert "text/html" == reply.headers["content-type"]


@pytest.mark.parametrize("value", ["한글", "a\r\nSet-Cookie: b"])
def test_an_override_cannot_break_the_head(ten, boto, value):
    """Recorded from AWS for what is not latin-1; a line break is refused alike."""
    with pytest.raises(ClientError) as error:
        boto.get_object(Bucket="media", Key="a", ResponseContentDisposition=value)

    assert "InvalidArgument" == error.value.response["Error"]["Code"]
    assert "response-content-disposition" == error.value.response["Error"]["ArgumentName"]


@pytest.mark.parametrize(
    ("bucket", "key", "code", "element"),
    [("media", "없음", "NoSuchKey", ("Key", "없음")), ("absent", "a", "NoSuchBucket", ("BucketName", "absent"))],
)
def test_what_is_not_there_is_404(place, bucket, key, code, element):
    """With the name of what is missing; a world that has stored nothing answers the same."""
    reply = place.ask("GET", place.store.presign(bucket, key, base_url="http://storage.test"))

    assert (404, code) == reply.refusal
    assert element[1] == reply.error[element[0]]


def test_boto3_checks_what_it_reads(ten, boto):
    """boto3 asks for the checksum that came with an upload and holds the body against it; a range has none."""
    boto.put_object(Bucket="media", Key="b", Body=TEN)

    assert "poTHxg==" == boto.get_object(Bucket="media", Key="b")["ChecksumCRC32"]
    assert b"234" == boto.get_object(Bucket="media", Key="b", Range="bytes=2-4")["Body"].read()
    assert "ChecksumCRC32" not in boto.get_object(Bucket="media", Key="a")
