"""Forms on the wire: which are read, and what is done with what they say."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.header_values import presentable
from fake_backend.objects.signing import signature

URL = "http://storage.test/media"
STAMP = "20260302T103015Z"


def signed(place, conditions=(), **fields):
    """Return the fields of a form that allows every field that it has."""
    credential = f"{place.store.credentials.access_key}/20260302/ap-northeast-2/s3/aws4_request"
    given_fields = {"key": "k", "x-amz-algorithm": "AWS4-HMAC-SHA256", "x-amz-credential": credential} | fields
    given_fields.setdefault("x-amz-date", STAMP)
    allowed = [["starts-with", f"${name}", ""] for name in given_fields]
    document = {"expiration": "2026-03-02T11:00:00Z", "conditions": [*allowed, *conditions]}
    policy = b64encode(json.dumps(document).encode()).decode()
    made = signature(policy, place.store.credentials, "ap-northeast-2", STAMP)
    return {**given_fields, "policy": policy, "x-amz-signature": made}


def post(place, fields, file=("f", b"body"), url=URL):
    """Send a form, the file last."""
    return place.ask_as_requests("POST", url, data=fields, files={"file": file})


def test_a_form_is_stored_with_what_belongs_to_it(place, boto):
    """Type, encoding and metadata of the fields; the file part's own type is nobody's."""
    fields = signed(place, **{"Content-Type": "image/png", "x-amz-meta-a": "1", "Cache-Control": "no-store"})
    assert 204 == post(place, fields, ("f", b"body", "text/html")).status

    head = boto.head_object(Bucket="media", Key="k")
    assert ("image/png", {"a": "1"}, "no-store") == (head["ContentType"], head["Metadata"], head["CacheControl"])


def test_a_bucket_that_is_not_there_is_told_to_whoever_may_know(place):
    """404 to a form with a policy, 403 to one without."""
    assert (404, "NoSuchBucket") == post(place, signed(place), url="http://storage.test/absent").refusal
    assert (403, "AccessDenied") == post(place, {"key": "k"}, url="http://storage.test/absent").refusal


@pytest.mark.parametrize("url", ["http://media.storage.test/", "http://media.storage.test"])
def test_a_form_may_be_sent_to_a_subdomain(place, url):
    """Virtual-hosted style; Location names the object there, with its slashes encoded."""
    reply = post(place, signed(place, key="a/b c"), url=url)

    assert (204, "http://media.storage.test/a%2Fb%20c") == (reply.status, reply.headers["location"])
    assert b"body" == place.store.get("media", "a/b c")


def test_what_stands_behind_the_file_does_not_count(place):
    """A field behind the file is not read, so it needs no condition and changes nothing."""
    parts = [(name, (None, value)) for name, value in signed(place).items()]
    files = [*parts, ("file", ("f", b"body")), ("key", (None, "other")), ("x-extra", (None, "1"))]

    assert 204 == place.ask_as_requests("POST", URL, files=files).status
    assert ["k"] == place.store.keys("media")


@pytest.mark.parametrize(
    ("name", "value", "argument", "sentence"),
    [
        ("x-amz-algorithm", "AWS4-HMAC-SHA1", "X-Amz-Algorithm", "X-Amz-Algorithm only supports"),
        ("x-amz-credential", "a/b", "X-Amz-Credential", "the Credential is mal-formed; expecting"),
        ("x-amz-date", "today", "X-Amz-Date", "X-Amz-Date must be in the ISO8601 Long Format"),
        ("x-amz-date", "20260303T000000Z", "X-Amz-Credential", "Invalid credential date."),
    ],
)
def test_a_field_that_signs_has_its_form(place, name, value, argument, sentence):
    """400 InvalidArgument with the field's name and value."""
    reply = post(place, signed(place) | {name: value})

    assert (400, "InvalidArgument", argument) == (*reply.refusal, reply.error["ArgumentName"])
    assert reply.error["Message"].startswith(sentence)


def test_a_form_of_another_world_is_refused(place, make_place):
    """The access key is not this world's; nor does this world issue session tokens."""
    reply = post(place, signed(make_place(seed=8)))

    assert (403, "InvalidAccessKeyId") == reply.refusal
    assert (400, "InvalidToken") == post(place, signed(place, **{"x-amz-security-token": "t"})).refusal


def test_a_digest_in_a_form_counts(place):
    """A checksum field has to fit the file."""
    right = signed(place, **{"x-amz-checksum-crc32": "AAAAAA=="})

    assert (400, "BadDigest") == post(place, right).refusal
    assert 204 == post(place, right, ("f", b"")).status


@pytest.mark.parametrize("target", ["http://[", "javascript:alert(1)", "//elsewhere", ""])
def test_a_redirect_has_to_be_a_url(place, target):
    """What a browser could not follow counts as absent."""
    assert 204 == post(place, signed(place, success_action_redirect=target)).status


def test_a_redirect_stays_on_its_line(place):
    """Line breaks and letters beyond ASCII are encoded or dropped; a query is added to."""
    target = "http://localhost.test/끝?a=1\r\nX-Evil: 1"
    reply = post(place, signed(place, success_action_redirect=target))

    assert 303 == reply.status
    assert "x-evil" not in reply.headers
    assert reply.headers["location"].startswith("http://localhost.test/%EB%81%9D?a=1")
    assert "&bucket=media&key=k&etag=%22" in reply.headers["location"]


@given(st.binary(max_size=60), st.sampled_from(["multipart/form-data; boundary=x", "multipart/form-data", "x", ""]))
def test_no_body_breaks_the_form(make_place, body, content_type):
    """Whatever comes is 4xx, and nothing is stored."""
    place = make_place()
    for sent in (
        body,
        b"--x\r\n" + body,
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n' + body + b"\r\n--x--",
    ):
        reply = place.ask("POST", URL, {"Content-Type": content_type}, sent)

        assert 400 <= reply.status < 500
    assert [] == place.store.keys("media")


@given(st.data())
def test_a_form_cut_anywhere_stores_nothing(make_place, data):
    """A connection that broke leaves no half object: 400, whatever was lost."""
    place = make_place()
    prepared = requests.Request("POST", URL, data=signed(place), files={"file": ("f", b"body")}).prepare()
    cut = prepared.body[: data.draw(st.integers(0, len(prepared.body) - 5))]
    reply = place.ask("POST", URL, {"Content-Type": prepared.headers["Content-Type"]}, cut)

    assert 400 == reply.status
    assert [] == place.store.keys("media")


@given(st.text(max_size=20))
def test_any_text_can_be_sent_back(value):
    """Whatever was stored, the header can be written; what is plain stays as it is."""
    for name in ("x-amz-meta-a", "cache-control"):
        shown = presentable(name, value)
        shown.encode("latin-1")

        assert not set(shown) & set("\r\n\0")
        if value.isascii() and value.isprintable():
            assert value == shown


def test_metadata_of_a_put_can_be_any_text(place):
    """UTF-8 in a header is stored, and comes back as AWS was recorded to send it."""
    headers = place.signed("PUT", f"{URL}/a", b"1", {"x-amz-meta-a": "사진_1"})

    assert 200 == place.ask("PUT", f"{URL}/a", headers, b"1").status
    reply = place.ask("GET", place.url("a"))
    assert "=?UTF-8?Q?=EC=82=AC=EC=A7=84=5F1?=" == reply.headers["x-amz-meta-a"]


@pytest.mark.parametrize(
    ("storage_url", "host", "status"),
    [
        ("http://127.0.0.1:9000", "media.localhost:9000", 200),
        ("http://127.0.0.1:9000", "media.127.0.0.1:9000", 200),
        ("http://[::1]:9000", "media.localhost:9000", 200),
        ("http://s3.test:9000", "media.localhost:9000", 404),
        ("http://s3.test:9000", "media.s3.test:9000", 200),
    ],
)
def test_below_which_names_buckets_are(place, storage_url, host, status):
    """The storage's own host, and localhost where that is an address of loopback."""
    place.store.put("media", "a", b"hello")
    url = f"http://{host}/a"
    environ = {"fake_backend.storage_url": storage_url}

    assert status == place.ask("GET", url, place.signed("GET", url, headers={"Host": host}), environ=environ).status
