"""PUT, copy and DELETE: what boto3 sends is what is stored, and what was damaged on the way is not."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.chunks import Framed
from fake_backend.objects.errors import IncompleteBody

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
XML_KEYS = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="￾￿"), min_size=1, max_size=20)


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("style", ["path", "virtual"])
@given(key=KEYS, body=st.binary(max_size=200))
def test_what_boto3_puts_boto3_gets(clients, make_place, scheme, style, key, body):
    """Any key and any bytes, over http (signed body) and https (framed body with a trailer), in both styles."""
    place = make_place()
    client = clients(place, scheme, style)
    client.put_object(Bucket="media", Key=key, Body=body)
    asked = {url.split("/")[2] for _, url, _ in place.requests}

    assert {"media.storage.test" if style == "virtual" else "storage.test"} == asked
    assert {key: body} == {name: place.store.get("media", name) for name in place.store.keys("media")}
    assert body == client.get_object(Bucket="media", Key=key)["Body"].read()
    client.delete_object(Bucket="media", Key=key)
    assert [] == place.store.keys("media")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_boto3_uploads_a_stream(clients, place, scheme):
    """Over http botocore signs the body, over https it frames it and puts the checksum behind; either is stored."""
    clients(place, scheme).upload_fileobj(io.BytesIO(b"stream" * 50), "media", "한글 이름.bin")
    headers = {name.lower(): value for name, value in place.requests[-1][2].items()}

    assert (scheme == "https") == (headers["x-amz-content-sha256"] == b"STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert b"stream" * 50 == place.store.get("media", "한글 이름.bin")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_object_keeps_its_headers_and_metadata(clients, place, scheme):
    """What S3 calls system and user metadata; the frame's own encoding, which https brings, is none of it."""
    boto = clients(place, scheme)
    given_headers = {
        "ContentType": "application/json",
        "ContentEncoding": "gzip",
        "CacheControl": "no-cache",
        "ContentDisposition": "inline",
        "ContentLanguage": "ko",
        "Metadata": {"a": "1", "b-c": "two words"},
    }
    boto.put_object(Bucket="media", Key="a", Body=b"1", **given_headers)
    got = boto.head_object(Bucket="media", Key="a")

    assert given_headers == {name: got[name] for name in given_headers}
    boto.put_object(Bucket="media", Key="plain", Body=b"1")
    assert "ContentEncoding" not in boto.head_object(Bucket="media", Key="plain")


def test_an_object_without_a_type_has_s3s(boto):
    """binary/octet-stream, and the entity tag is the MD5."""
    put = boto.put_object(Bucket="media", Key="a", Body=b"1")

    assert "binary/octet-stream" == boto.head_object(Bucket="media", Key="a")["ContentType"]
    assert f'"{hashlib.md5(b"1", usedforsecurity=False).hexdigest()}"' == put["ETag"]


def test_an_object_may_be_written_only_where_there_is_none(boto):
    """``If-None-Match: *``, S3's conditional write."""
    boto.put_object(Bucket="media", Key="a", Body=b"1", IfNoneMatch="*")
    with pytest.raises(ClientError) as error:
        boto.put_object(Bucket="media", Key="a", Body=b"2", IfNoneMatch="*")

    assert ("PreconditionFailed", "If-None-Match") == (
        error.value.response["Error"]["Code"],
        error.value.response["Error"]["Condition"],
    )
    assert b"1" == boto.get_object(Bucket="media", Key="a")["Body"].read()


def digest(algorithm: str, body: bytes) -> str:
    """Return a digest as headers carry it."""
    return b64encode(hashlib.new(algorithm, body, usedforsecurity=False).digest()).decode()


WRONG = b"another body"


@pytest.mark.parametrize(
    ("given_digest", "code", "message"),
    [
        (
            {"ContentMD5": digest("md5", WRONG)},
            "BadDigest",
            "The Content-MD5 you specified did not",
        ),
        ({"ContentMD5": "none"}, "InvalidDigest", "The Content-MD5 you specified was invalid."),
        ({"ChecksumSHA256": digest("sha256", WRONG)}, "BadDigest", "The SHA256 you specified did not"),
        (
            {"ChecksumSHA1": digest("sha1", WRONG)},
            "BadDigest",
            "The SHA1 you specified did not match",
        ),
        (
            {"ChecksumCRC32": b64encode(b"0000").decode()},
            "BadDigest",
            "The CRC32 you specified did not match the calculated",
        ),
        ({"ChecksumCRC32": "none!"}, "InvalidRequest", "Value for x-amz-checksum-crc32 header is invalid."),
        (
            {"ChecksumCRC64NVME": b64encode(b"0000").decode()},
            "InvalidRequest",
            "Value for x-amz-checksum-crc64nvme header is",
        ),
        (
            {"ChecksumCRC32": b64encode(b"0000").decode(), "ChecksumSHA1": b64encode(b"0" * 20).decode()},
            "InvalidRequest",
            "Expecting a single x-amz-checksum- header.",
        ),
    ],
)
def test_a_body_that_its_digest_does_not_fit_is_not_stored(place, boto, given_digest, code, message):
    """Recorded from AWS: each with its code and sentence, and the bucket stays empty."""
    with pytest.raises(ClientError) as error:
        boto.put_object(Bucket="media", Key="a", Body=b"body", **given_digest)

    assert (code, 400) == (
        error.value.response["Error"]["Code"],
        error.value.response["ResponseMetadata"]["HTTPStatusCode"],
    )
    assert error.value.response["Error"]["Message"].startswith(message)
    assert [] == place.store.keys("media")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_checksum_that_boto3_computes_fits(clients, place, algorithm, scheme):
    """Ours agree with botocore's, in the header and in the trailer."""
    put = clients(place, scheme).put_object(Bucket="media", Key="a", Body=b"body", ChecksumAlgorithm=algorithm)

    assert b"body" == place.store.get("media", "a")
    assert (
        put[f"Checksum{algorithm}"]
        == clients(place, scheme).get_object(Bucket="media", Key="a", ChecksumMode="ENABLED")[f"Checksum{algorithm}"]
    )


def framed(chunks: list[bytes], extension: bytes, trailer: bytes) -> bytes:
    """Return an ``aws-chunked`` body."""
    sized = b"".join(b"%x%b\r\n%b\r\n" % (len(chunk), extension, chunk) for chunk in chunks)
    return sized + b"0" + extension + b"\r\n" + trailer + b"\r\n"


@given(
    chunks=st.lists(st.binary(min_size=1, max_size=50), max_size=5),
    extension=st.sampled_from([b"", b";chunk-signature=" + b"0" * 64]),
    trailer=st.sampled_from([{}, {"x-amz-checksum-crc32": "AAAAAA=="}]),
)
def test_a_frame_comes_off_as_it_was_put_on(chunks, extension, trailer):
    """With and without chunk signatures, with and without a trailer, whatever line breaks the bytes have."""
    lines = b"".join(f"{name}:{value}\r\n".encode() for name, value in trailer.items())

    read = Framed.read(framed(chunks, extension, lines))

    assert (b"".join(chunks), trailer) == (read.body, read.trailer)


@given(chunks=st.lists(st.binary(min_size=1, max_size=50), min_size=1, max_size=3), data=st.data())
def test_a_frame_that_ends_early_is_refused(chunks, data):
    """Cut anywhere before the last chunk's size, the body is incomplete, never short."""
    body = framed(chunks, b"", b"")
    with pytest.raises(IncompleteBody):
        Framed.read(body[: data.draw(st.integers(0, len(body) - 5))])


@pytest.mark.parametrize("announced", ["3", "5", "four"])
def test_a_stream_of_another_length_than_announced_is_refused(place, announced):
    """``x-amz-decoded-content-length`` counts."""
    url, stream = "http://storage.test/media/a", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
    headers = place.signed("PUT", url, headers={"x-amz-decoded-content-length": announced}, payload=stream)

    assert (400, "IncompleteBody") == place.ask("PUT", url, headers, b"4\r\nbody\r\n0\r\n\r\n").refusal


@pytest.mark.parametrize(("declared", "code"), [("9", "IncompleteBody"), ("nine", "InvalidRequest")])
def test_a_body_shorter_than_its_length_is_refused(place, declared, code):
    """A connection that broke leaves no half object."""
    reply = place.ask("PUT", place.url("a", method="PUT"), {"Content-Length": declared}, b"12345")

    assert (400, code) == reply.refusal
    assert [] == place.store.keys("media")


def test_a_key_that_is_too_long_is_refused(place):
    """1,025 bytes are one too many."""
    reply = place.ask("PUT", place.url("a" * 1025, method="PUT"), body=b"1")

    assert (400, "KeyTooLongError") == reply.refusal
    assert ("1025", "1024") == (reply.error["Size"], reply.error["MaxSizeAllowed"])


@given(source=XML_KEYS, target=XML_KEYS.map("copy/".__add__))
def test_a_copy_has_the_bytes_and_headers_of_its_source(clients, make_place, source, target):
    """And headers of its own where it is told so."""
    place = make_place()
    boto = clients(place)
    boto.put_object(Bucket="media", Key=source, Body=b"1", ContentType="text/plain", Metadata={"a": "1"})
    copied = boto.copy_object(Bucket="media", Key=target, CopySource={"Bucket": "media", "Key": source})
    got = boto.get_object(Bucket="media", Key=target)
    assert (b"1", "text/plain", {"a": "1"}) == (got["Body"].read(), got["ContentType"], got["Metadata"])
    assert got["ETag"] == copied["CopyObjectResult"]["ETag"]
    assert "g9zvtw==" == got["ChecksumCRC32"]

    boto.copy_object(
        Bucket="media",
        Key=target,
        CopySource={"Bucket": "media", "Key": source},
        MetadataDirective="REPLACE",
        ContentType="text/html",
    )
    replaced = boto.head_object(Bucket="media", Key=target)
    assert ("text/html", {}) == (replaced["ContentType"], replaced["Metadata"])


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("media/absent", "NoSuchKey"),
        ("absent/a", "NoSuchBucket"),
        ("media", "InvalidArgument"),
        ("media/a", "InvalidRequest"),
    ],
)
def test_a_copy_of_nothing_is_refused(boto, source, code):
    """Nothing there, no key named, or onto itself without a change."""
    boto.put_object(Bucket="media", Key="a", Body=b"1")
    with pytest.raises(ClientError) as error:
        boto.copy_object(Bucket="media", Key="a", CopySource=source)

    assert code == error.value.response["Error"]["Code"]


@given(keys=st.lists(XML_KEYS, min_size=1, max_size=6, unique=True), quiet=st.booleans())
def test_many_objects_are_removed_at_once(clients, make_place, keys, quiet):
    """Those that are not there are removed already, and every one is reported unless the client wants quiet."""
    place = make_place()
    for key in [*keys[1:], "kept" + "!" * 30]:
        place.store.put("media", key, b"1")
    answer = clients(place).delete_objects(
        Bucket="media", Delete={"Objects": [{"Key": key} for key in keys], "Quiet": quiet}
    )

    assert ["kept" + "!" * 30] == place.store.keys("media")
    assert ([] if quiet else keys) == [entry["Key"] for entry in answer.get("Deleted", [])]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<Delete>",
        b"<Other/>",
        b"<Delete/>",
        b"<Delete><Object/></Delete>",
        b"<Delete>" + b"<Object><Key>a</Key></Object>" * 1001 + b"</Delete>",
        b'<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>',
        b'<?xml version="1.0" encoding="nonsense"?><Delete/>',
        b"\xff",
    ],
)
def test_a_document_that_names_no_objects_is_refused(place, body):
    """Not XML, another document, no key, too many, or entities to be expanded: MalformedXML."""
    url = "http://storage.test/media?delete"
    headers = place.signed("POST", url, body, {"Content-MD5": digest("md5", body)})

    assert (400, "MalformedXML") == place.ask("POST", url, headers, body).refusal


def test_many_objects_are_not_removed_without_a_digest(place):
    """S3 asks for one, because the document decides what is lost."""
    url = "http://storage.test/media?delete"
    body = b"<Delete><Object><Key>a</Key></Object></Delete>"
    reply = place.ask("POST", url, place.signed("POST", url, body), body)

    assert (400, "InvalidRequest") == reply.refusal
    assert "Missing required header for this request: Content-MD5" == reply.error["Message"]
