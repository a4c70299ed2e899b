"""The endpoint as a whole: what it answers to whom, and that it never falls over."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend.objects.operations import OPERATIONS, SUBRESOURCES

SERVED_SUBRESOURCES = {subresource for _, _, subresource in OPERATIONS}


def test_a_bucket_tells_whether_and_where_it_is(boto):
    """HeadBucket and GetBucketLocation; what is not there is 404, to HEAD without a body."""
    assert "ap-northeast-2" == boto.head_bucket(Bucket="media")["BucketRegion"]
    assert "ap-northeast-2" == boto.get_bucket_location(Bucket="media")["LocationConstraint"]
    with pytest.raises(ClientError) as error:
        boto.head_bucket(Bucket="absent")

    assert "404" == error.value.response["Error"]["Code"]


@pytest.mark.parametrize("subresource", sorted(SUBRESOURCES - SERVED_SUBRESOURCES))
@pytest.mark.parametrize("path", ["media", "media/a"])
def test_what_is_not_served_is_501(place, subresource, path):
    """Never 500, and never another operation's answer; the sentence names what was asked for."""
    place.store.put("media", "a", b"hello")
    url = f"http://storage.test/{path}?{subresource}"
    reply = place.ask("GET", url, place.signed("GET", url))

    assert (501, "NotImplemented") == reply.refusal
    assert f"?{subresource}" in reply.error["Message"]


@pytest.mark.parametrize(
    ("method", "url"),
    [
        ("GET", "http://storage.test/"),
        ("PUT", "http://storage.test/media"),
        ("DELETE", "http://storage.test/media"),
        ("PATCH", "http://storage.test/media/a"),
        ("GET", "http://storage.test/media?uploads"),
        ("GET", "http://storage.test/media/a?partNumber=1"),
        ("GET", "http://storage.test/media/a?versionId=null"),
    ],
)
def test_operations_that_this_fake_lacks_are_501(place, method, url):
    """Lists of buckets and uploads, making and removing buckets, single parts, versions."""
    assert (501, "NotImplemented") == place.ask(method, url, place.signed(method, url)).refusal


def test_a_part_that_would_be_copied_is_501(boto):
    """UploadPartCopy would otherwise store an empty part."""
    upload = boto.create_multipart_upload(Bucket="media", Key="k")["UploadId"]
    with pytest.raises(ClientError) as error:
        boto.upload_part_copy(Bucket="media", Key="k", UploadId=upload, PartNumber=1, CopySource="media/a")

    assert "NotImplemented" == error.value.response["Error"]["Code"]


def test_parameters_that_s3_does_not_know_are_ignored(place):
    """Some clients add ``x-id=GetObject`` and the like."""
    place.store.put("media", "a", b"hello")
    url = "http://storage.test/media/a?x-id=GetObject"

    assert b"hello" == place.ask("GET", url, place.signed("GET", url)).body


def test_a_path_that_is_no_utf_8_is_refused(place):
    """400 InvalidURI, whoever asks."""
    assert (400, "InvalidURI") == place.ask("GET", "http://storage.test/media/%ff").refusal


def test_an_answer_names_itself(place):
    """Every answer has an id of its own, and an error repeats it."""
    replies = [place.ask("GET", "http://storage.test/media") for _ in range(2)]

    assert [reply.headers["x-amz-request-id"] for reply in replies] == [reply.error["RequestId"] for reply in replies]
    assert replies[0].error["RequestId"] != replies[1].error["RequestId"]
    assert replies[0].headers["x-amz-id-2"] == replies[0].error["HostId"]


@pytest.mark.parametrize(
    "environ",
    [
        {"RAW_URI": "http://storage.test/media/%ED%95%9C%20a?list-type=x"},
        {"RAW_URI": None, "REQUEST_URI": "/media/%ED%95%9C%20a?list-type=x"},
        {"RAW_URI": None, "PATH_INFO": "/media/한 a".encode().decode("latin-1"), "QUERY_STRING": "list-type=x"},
    ],
)
def test_the_target_is_found_wherever_a_server_puts_it(place, environ):
    """Absolute form, another name of the variable, or the decoded path alone."""
    place.store.put("media", "한 a", b"hello")
    url = "http://storage.test/media/%ED%95%9C%20a"
    given_environ = {name: value.replace("?list-type=x", "") if value else value for name, value in environ.items()}
    given_environ["QUERY_STRING"] = ""
    reply = place.ask("GET", url, place.signed("GET", url), environ=given_environ)

    assert b"hello" == reply.body


@pytest.mark.parametrize("host", ["media.storage.test", "MEDIA.storage.test", "media.storage.test:80"])
def test_a_bucket_may_be_a_subdomain(place, host):
    """Virtual-hosted style, by the host name of the storage's own URL."""
    place.store.put("media", "a/b", b"hello")
    url = f"http://{host}/a/b"

    assert b"hello" == place.ask("GET", url, place.signed("GET", url, headers={"Host": host})).body


TARGETS = st.text("/media?&=%aX-z0.+;#", max_size=40).map("/".__add__)
NAMES_OF_HEADERS = st.sampled_from(
    ["Authorization", "X-Amz-Date", "Date", "X-Amz-Content-SHA256", "Range", "If-Match", "Host", "Content-MD5"]
) | st.sampled_from(["If-Modified-Since", "x-amz-copy-source", "x-amz-checksum-crc32", "Content-Length"])
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40)
KNOWN_VALUES = st.sampled_from(
    ["AWS4-HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host, Signature=x", "AWS4-HMAC-SHA256 =,=,=", "bytes=0-"]
)


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"]),
    target=TARGETS,
    headers=st.dictionaries(NAMES_OF_HEADERS, VALUES | KNOWN_VALUES),
    body=st.binary(max_size=30),
)
@settings(max_examples=33)
def test_garbage_is_refused_and_never_breaks_the_endpoint(make_place, method, target, headers, body):
    """Whatever comes unsigned gets a 4xx of S3's and nothing is stored."""
    place = make_place()
    reply = place.ask(method, f"http://storage.test{target}", headers, body)

    assert 400 <= reply.status < 500
    assert [] == place.store.keys("media")


PAGES = st.sampled_from(["max-keys=2", "prefix=a", "delimiter=%2F", "continuation-token=YQ", "max-parts=0"])
PARTS = st.sampled_from(["uploads", "uploadId=1", "partNumber=1", "part-number-marker=x"])
QUERIES = st.lists(
    PAGES | PARTS | st.sampled_from(["delete", "list-type=2", "location", "response-expires=%0A"]), max_size=3
)
SIGNED_HEADERS = st.dictionaries(
    st.sampled_from(["x-amz-copy-source", "Range", "If-None-Match", "Content-MD5", "If-Unmodified-Since", "Date"]),
    st.sampled_from(["/", "media/a", "bytes=5-", "*", "", "%ff", "Mon, 02 Mar 2026 10:30:15 +9999", "9" * 30]),
    max_size=2,
)


@given(
    method=st.sampled_from(["GET", "HEAD", "PUT", "POST", "DELETE"]),
    path=st.sampled_from(["", "media", "media/a", "absent", "absent/a"]),
    queries=QUERIES,
    headers=SIGNED_HEADERS,
    body=st.sampled_from([b"", b"<Delete/>", b"<CompleteMultipartUpload><Part/></CompleteMultipartUpload>", b"\xff"]),
)
@settings(max_examples=33)
def test_no_signed_request_breaks_the_endpoint(make_place, method, path, queries, headers, body):
    """Odd combinations are answered or refused: 501 at the worst, never an exception."""
    place = make_place()
    place.store.put("media", "a", b"hello")
    url = f"http://storage.test/{path}?{'&'.join(queries)}"
    if "Date" in headers:
        headers = {**headers, "Date": "put in place by the signer"}
    reply = place.ask(method, url, place.signed(method, url, body, headers), body)

    assert reply.status in {200, 204, 206, 304, 400, 403, 404, 412, 416, 501}


def test_strangers_get_through_a_real_server(server, session, place):
    """boto3 of default configuration, told the endpoint alone, and requests with a URL: over a socket, as at S3."""
    server.place = place
    client = session.client("s3", endpoint_url=server.url)
    place.clock.advance(10_000_000)  # under a virtual clock nobody's date is too far off
    client.put_object(Bucket="media", Key="한글/사진 1.jpg", Body=b"one", Metadata={"a": "1"})
    client.upload_fileobj(io.BytesIO(b"x" * 9_000_000), "media", "한글/큰 파일.bin")
    listed = [entry["Key"] for entry in client.list_objects_v2(Bucket="media", Prefix="한글/")["Contents"]]
    url = place.store.presign("media", "한글/사진 1.jpg", base_url=server.url)
    with requests.Session() as http:
        whole, part, altered = http.get(url), http.get(url, headers={"Range": "bytes=1-"}), http.get(url + "0")
        absent = http.head(place.store.presign("media", "없음", base_url=server.url, method="HEAD"))
        put = http.put(place.store.presign("media", "new", base_url=server.url, method="PUT"), data=b"new")
    big = client.get_object(Bucket="media", Key="한글/큰 파일.bin")["Body"].read()
    client.close()

    assert ["한글/사진 1.jpg", "한글/큰 파일.bin"] == listed
    assert (b"one", "1") == (whole.content, whole.headers["x-amz-meta-a"])
    assert (206, b"ne", "bytes 1-2/3") == (part.status_code, part.content, part.headers["content-range"])
    assert (403, 404, 200) == (altered.status_code, absent.status_code, put.status_code)
    assert b"new" == place.store.get("media", "new")
    assert b"x" * 9_000_000 == big


def test_many_ask_at_once(place):
    """Reading, writing and listing from several threads: each gets what it asked for, and nothing is lost."""

    def live(number: int) -> bool:
        key = f"{number}/한글"
        put = place.ask("PUT", place.url(key, method="PUT"), body=b"%d" % number)
        url = f"http://storage.test/media?list-type=2&prefix={number}%2F&max-keys=1"
        listed = place.ask("GET", url, place.signed("GET", url))
        return (200, b"%d" % number, 200) == (put.status, place.ask("GET", place.url(key)).body, listed.status)

    with ThreadPoolExecutor(8) as pool:
        assert [True] * 200 == list(pool.map(live, range(200)))
    assert 200 == len(place.store.keys("media"))
